"""``policygame restore``: all games back from a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policygame.cli.screen import print_json, print_text
from policygame.cli.stored import DatabaseOption, JsonOption, open_host


def restore(
    file: Annotated[Path, typer.Argument(help="A file that [b]policygame backup[/b] wrote.", metavar="FILE")],
    force: Annotated[bool, typer.Option("--force", help="Replace all games that the database holds.")] = False,
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Read all games back from a backup, all or none. No server may host the database meanwhile."""
    with open_host(database) as host:
        number = host.store.restore(file, force=force)
        if json:
            print_json({"file": str(file), "games": number, "database": host.store.name})
            return
        print_text(f"{number} {'game' if number == 1 else 'games'} restored into {host.store.name}.")
