"""``policygame export``: a game of the database as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policygame.cli.screen import print_json, print_text
from policygame.cli.stored import DatabaseOption, ForceOption, JsonOption, open_host, stored_game, write_file


def export(
    game: Annotated[str, typer.Argument(help="The game's code or id; [b]policygame games[/b] lists them.", metavar="GAME")],
    out: Annotated[Path | None, typer.Option(help="The file to write; default: CODE.json here.", metavar="FILE")] = None,
    public: Annotated[
        bool,
        typer.Option("--public", help="Leave out drafts and what is sealed in the open turn, so that players may have the file."),
    ] = False,
    force: ForceOption = False,
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Write a game into a file, to move it to another machine or hand it in. It holds all decisions, and no results but digests."""
    with open_host(database) as host:
        found = stored_game(host, game)
        text = host.game_file(found.id, whole=not public)
    place = out if out is not None else Path(f"{found.code}.json")
    write_file(place, text, force=force)
    if json:
        print_json({"file": str(place), "code": found.code, "id": found.id, "public": public})
        return
    kept = "without drafts and sealed decisions" if public else "whole: drafts and sealed decisions too, so keep it from players"
    print_text(f"{place}: the game {found.code}, {kept}.")
