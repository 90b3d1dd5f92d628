"""``policygame games``: the games of a database."""

from __future__ import annotations

from dataclasses import asdict

from rich.markup import escape

from policygame.cli.screen import print_json, print_table, print_text
from policygame.cli.stored import DatabaseOption, JsonOption, open_host


def games(database: DatabaseOption = None, json: JsonOption = False) -> None:
    """List the games that are kept, the newest first: code, scenario, state, beginning and id."""
    with open_host(database) as host:
        found, name = host.store.games(), host.store.name
    if json:
        print_json([asdict(game) for game in found])
    elif not found:
        print_text(f"No games yet in {name}. policygame serve opens a page to begin one.")
    else:
        rows = [
            [game.code, escape(game.scenario), game.status, game.created_at[:16].replace("T", " "), str(game.sequence), game.id]
            for game in found
        ]
        print_table(f"Games in {name}", ["code", "scenario", "state", "begun (UTC)", "events", "id"], rows)
