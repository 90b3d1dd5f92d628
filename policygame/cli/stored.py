"""What the commands about games share: the option that names the database, finding a game, reading and writing files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policygame.cli.options import OptionError

if TYPE_CHECKING:
    from policygame.game import Event
    from policygame.game.handin import Seal
    from policygame.hosting.host import Host
    from policygame.store import StoredGame

__all__ = [
    "DatabaseOption",
    "ForceOption",
    "JsonOption",
    "events_of",
    "open_host",
    "read_file",
    "seal_of_named",
    "stored_game",
    "write_file",
]

LARGEST_FILE_BYTES = 20_000_000

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="PATH_OR_URL",
        help="Where games are kept. Default: POLICYGAME_DATABASE, or a file in your data folder.",
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]


@contextmanager
def open_host(database: str | None) -> Iterator[Host]:
    """The games of a database, for a ``with`` block; others may host it meanwhile."""
    from policygame.hosting.host import Host
    from policygame.store import Store

    with Store.open(database) as store:
        yield Host(store)


def stored_game(host: Host, named: str) -> StoredGame:
    """The game that a code or an id names. Raises ``OptionError``."""
    found = host.find(named) or host.store.game(named)
    if found is None:
        raise OptionError(f"there is no game {named[:80]!r} in {host.store.name}; policygame games lists codes and ids")
    return found


def seal_of_named(named: str) -> Seal | None:
    """Whether the file of that name is as it was written; None where a game of the database is named."""
    from policygame.game.handin import seal_of

    return seal_of(read_file(Path(named)), named) if Path(named).is_file() else None


def events_of(named: str, database: str | None) -> list[Event]:
    """The log of a game: of a file, if there is one of that name, else of the database, by code or id."""
    from policygame.game import parse_event
    from policygame.hosting.files import imported

    if Path(named).is_file():
        return imported(read_file(Path(named)), named)
    if os.path.basename(named) != named or named.endswith(".json"):
        raise OptionError(f"there is no file {named}; name a game's file, or its code or id in the database")
    with open_host(database) as host:
        return [parse_event(text) for text in host.store.events(stored_game(host, named).id)]


def read_file(path: Path) -> bytes:
    """The content of a file, unless it is far too large for what is read here. Raises ``OptionError``."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise OptionError(f"{path} cannot be read ({error.strerror})") from error
    if len(content) > LARGEST_FILE_BYTES:
        raise OptionError(f"{path} is too large for a game: at most {LARGEST_FILE_BYTES:,} bytes are read")
    return content


def write_file(path: Path, text: str, *, force: bool) -> None:
    """Write a file whole or not at all. Raises ``OptionError`` if there is one already, unless ``force``, or it cannot be written."""
    if path.exists() and not force:
        raise OptionError(f"{path} exists already; name another file, or replace it with --force")
    try:
        descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            os.replace(aside, path)
        except BaseException:
            os.unlink(aside)
            raise
    except OSError as error:
        raise OptionError(f"{path} cannot be written ({error.strerror}); name another file") from error
