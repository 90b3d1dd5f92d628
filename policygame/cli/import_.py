"""``policygame import``: a game from a file into the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policygame.cli.screen import print_json, print_text
from policygame.cli.stored import DatabaseOption, JsonOption, open_host, read_file


def import_(
    file: Annotated[Path, typer.Argument(help="A file that [b]policygame export[/b] or a page wrote.", metavar="FILE")],
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Take a game in from a file. Where its code belongs to another game already, it gets a new one; nothing is ever replaced.

    Whether its results follow from its decisions is for [b]policygame replay[/b] to say.
    """
    content = read_file(file)
    with open_host(database) as host:
        game_id = host.import_file(content, str(file))
        found = host.store.game(game_id)
        assert found is not None
        if json:
            print_json({"code": found.code, "id": game_id, "database": host.store.name})
            return
        print_text(f"The game has the code {found.code} in {host.store.name} (id {game_id}).")
