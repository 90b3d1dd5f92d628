"""``policygame games``: the games of a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from rich.markup import escape

from policygame.cli.screen import print_json, print_table, print_text
from policygame.cli.stored import DatabaseOption, JsonOption, open_host


def games(database: DatabaseOption = None, json: JsonOption = False) -> None:
    """List the games that are kept, the newest first: code, scenario, state, beginning, id, and whether they can be played on.

    A game of another version of the model can be read and derived anew, but not played on: "model" then names its version.
    """
    with open_host(database) as host:
        found, name = host.store.games(), host.store.name
        models = {game.id: _model_of(host.store.events(game.id)) for game in found}
    if json:
        print_json([asdict(game) | {"model": models[game.id][0], "same_model": models[game.id][1]} for game in found])
    elif not found:
        print_text(f"No games yet in {name}. policygame serve opens a page to begin one.")
    else:
        rows = [
            [
                game.code,
                escape(game.scenario),
                game.status,
                game.created_at[:16].replace("T", " "),
                str(game.sequence),
                game.id,
                _told(*models[game.id]),
            ]
            for game in found
        ]
        print_table(f"Games in {name}", ["code", "scenario", "state", "begun (UTC)", "events", "id", "model"], rows)


def _model_of(events: Sequence[str]) -> tuple[str, bool]:
    """The version of the model that a game was played with, and whether that model and its scenario are installed."""
    from policygame.game import EventError, Game, parse_event
    from policygame.game.events import GameCreated
    from policygame.scenario import ScenarioError

    try:
        created = parse_event(events[0])
        return (created.model_version if isinstance(created, GameCreated) else ""), Game.of([created]).same_model
    except (IndexError, EventError, ScenarioError):
        return "", False


def _told(model: str, same: bool) -> str:
    from policygame.version import model_version

    if same:
        return "installed"
    if model == model_version():
        return "installed, its scenario changed"
    return f"another: {escape(model)}" if model else "cannot be read"
