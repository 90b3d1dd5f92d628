"""``policygame backup``: all games of a database into one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policygame.cli.screen import print_json, print_text
from policygame.cli.stored import DatabaseOption, ForceOption, JsonOption, open_host


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")],
    force: ForceOption = False,
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Write all games into one file; the server may go on meanwhile. [b]policygame restore[/b] reads it back."""
    with open_host(database) as host:
        number = host.store.backup(file, force=force)
        if json:
            print_json({"file": str(file), "games": number, "database": host.store.name})
            return
        print_text(f"{file}: {number} {'game' if number == 1 else 'games'} of {host.store.name}.")
