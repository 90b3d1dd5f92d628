"""All games of a database into one file, and back.

From SQLite the file is an SQLite database itself, copied by SQLite's own means while others write. From PostgreSQL it is text: a
first line that says what this is, one line of JSON for every game, each followed by its events and results, and a last line with the
numbers of all, so that a file cut short is found out. Either can be restored into either kind of database.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, Engine, delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from policygame.store import tables
from policygame.store.engine import SQLITE_HEADER, is_sqlite, make_engine, reading, writing
from policygame.store.errors import StoreError, name_of
from policygame.store.lease import host_lease
from policygame.store.migrate import known_versions, migrate
from policygame.store.places import database_url

__all__ = ["backup", "name_of", "restore"]

FORMAT = "policygame-backup"
BATCH = 500
_LARGEST_TURN = 10_000
_GAME = [column.name for column in tables.games.c]
_EVENT = [column.name for column in tables.events.c if column.name != "game_id"]
_RESULT = [column.name for column in tables.results.c if column.name != "game_id"]
_COLUMNS = {"game": _GAME, "event": _EVENT, "result": _RESULT}
_TABLES = {"event": tables.events, "result": tables.results}

Line = tuple[str, dict[str, Any]]
"""The name of a table and a row of it; events and results of a game follow the game. Bytes are in base 64."""


def backup(engine: Engine, path: str | os.PathLike[str], *, force: bool = False) -> int:
    """Write all games into the file ``path``, whole or not at all, and return their number.

    Raises ``StoreError`` if the file exists, unless ``force``, or cannot be written.
    """
    target = Path(path).expanduser().resolve()
    if target.exists() and not force:
        raise StoreError(f"{target} exists already; name another file, or replace it with --force.")
    if is_sqlite(engine.url) and target == Path(str(engine.url.database)).resolve():
        raise StoreError(f"{target} is the database itself; name another file.")
    try:
        with _written_aside(target) as aside:
            if is_sqlite(engine.url):
                return _copy(Path(str(engine.url.database)), aside)
            with reading(engine) as connection, aside.open("w", encoding="utf-8", newline="\n") as file:
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
                return _dump(connection, file)
    except OSError as error:
        raise StoreError(f"{target} cannot be written ({error.strerror}); name another file.") from error


def restore(engine: Engine, path: str | os.PathLike[str], *, force: bool = False) -> int:
    """Read all games from the file ``path`` into the database, all or none, and return their number.

    Raises ``StoreError`` if a server hosts the database, if it holds games already, unless ``force`` (they are replaced), or if
    the file is no backup, is damaged, or was written by a newer version.
    """
    source = Path(path).expanduser().resolve()
    if is_sqlite(engine.url) and source == Path(str(engine.url.database)).resolve():
        raise StoreError(f"{source} is the database itself; name a backup.")
    with host_lease(engine), _lines(source) as lines, writing(engine) as connection:
        if not is_sqlite(engine.url):
            connection.execute(text("LOCK TABLE games, events, results IN EXCLUSIVE MODE"))
        held = connection.execute(select(func.count()).select_from(tables.games)).scalar_one()
        if held and not force:
            raise StoreError(
                f"{name_of(engine.url)} holds {_counted(held)}, which would be lost; back them up and repeat this with --force, "
                "or name another with --database."
            )
        connection.execute(delete(tables.results))
        connection.execute(delete(tables.events))
        connection.execute(delete(tables.games))
        try:
            return _fill(connection, _checked(lines, source))
        except IntegrityError as error:
            raise _damaged(source, f"it holds something twice ({' '.join(str(error.orig).split())})") from error


def _counted(games: int) -> str:
    return "1 game" if games == 1 else f"{games} games"


@contextmanager
def _written_aside(target: Path) -> Iterator[Path]:
    """A file beside ``target`` that takes its place, durably, if the block ends well."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(descriptor)
    aside = Path(name)
    try:
        yield aside
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(target)
        _sync_folder(target.parent)
    finally:
        aside.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Have the system write down which file has which name; Windows, where folders cannot be opened, does so by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(source: Path, target: Path) -> int:
    """Copy an SQLite database that may be in use; the copy is one file, without a log beside it."""
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        try:
            there.backup(here)
            here.execute("PRAGMA journal_mode = DELETE").close()
            (n,) = here.execute("SELECT count(*) FROM games").fetchone()
        except sqlite3.Error as error:
            raise StoreError(f"{source} cannot be copied ({error}).") from error
    return int(n)


# the lines of a backup -----------------------------------------------------------------------------------------------


def _rows(connection: Connection) -> Iterator[Line]:
    columns = tables.events.c
    for game in connection.execute(select(*tables.games.c).order_by(tables.games.c.created_at, tables.games.c.id)).all():
        yield "game", dict(game._mapping)
        own = select(*(columns[name] for name in _EVENT)).where(columns.game_id == game.id).order_by(columns.sequence)
        for event in connection.execute(own):
            yield "event", dict(event._mapping)
        results = select(tables.results).where(tables.results.c.game_id == game.id).order_by(tables.results.c.turn)
        for result in connection.execute(results):
            yield "result", {"turn": result.turn, "body": base64.b64encode(result.body).decode("ascii")}


def _dump(connection: Connection, file: TextIO) -> int:
    counts = dict.fromkeys(_COLUMNS, 0)
    print(json.dumps({"format": FORMAT, "version": tables.VERSION}), file=file)
    for kind, row in _rows(connection):
        counts[kind] += 1
        print(json.dumps({kind: row}, ensure_ascii=False), file=file)
    print(json.dumps({"end": counts}), file=file)
    return counts["game"]


@contextmanager
def _lines(source: Path) -> Iterator[Iterator[Line]]:
    """The rows of a backup of either kind."""
    try:
        with source.open("rb") as file:
            head = file.read(len(SQLITE_HEADER))
    except OSError as error:
        raise StoreError(f"{source} cannot be read ({error.strerror}); name a file that `policygame backup` wrote.") from error
    if head != SQLITE_HEADER:
        with source.open(encoding="utf-8", errors="replace") as file:
            yield _read(file, source)
        return
    with (
        tempfile.TemporaryDirectory() as folder
    ):  # the backup itself stays as it is: an older one is brought up to date in a copy
        copied = Path(folder) / "games.sqlite3"
        _copy(source, copied)
        engine = make_engine(database_url(copied))
        try:
            migrate(engine)
            with reading(engine) as connection:
                yield _rows(connection)
        except StoreError as error:
            raise StoreError(str(error).replace(str(copied), str(source))) from error
        finally:
            engine.dispose()


def _read(file: TextIO, source: Path) -> Iterator[Line]:
    first = _object(file.readline())
    if first.get("format") != FORMAT:
        raise StoreError(f"{source} is no backup of games; name a file that `policygame backup` wrote.")
    if first.get("version") not in known_versions():
        raise StoreError(f"{source} was written by a newer policygame (version {first.get('version')}); update policygame.")
    counts = dict.fromkeys(_COLUMNS, 0)
    for number, line in enumerate(file, start=2):
        entry = _object(line)
        if set(entry) == {"end"}:
            stated = entry["end"]
            if not isinstance(stated, dict) or {"result": 0, **stated} != counts:  # the first version counted no results
                raise _damaged(source, f"it should hold {stated}, but holds {counts}")
            return
        kind, row = next(iter(entry.items()), ("", None))
        if len(entry) != 1 or kind not in counts or not isinstance(row, dict):
            raise _damaged(source, f"line {number} is neither a game nor an event nor a result")
        counts[kind] += 1
        yield kind, row
    raise _damaged(source, "its end is missing")


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _damaged(source: Path, why: str) -> StoreError:
    return StoreError(f"{source} is damaged: {why}. Nothing was restored; use another backup.")


def _checked(lines: Iterable[Line], source: Path) -> Iterator[Line]:
    """Rows as the tables want them; raises ``StoreError`` for one with other columns, or a gap in the events of a game."""
    game, sequence = None, 0
    for kind, row in lines:
        text_columns = [name for name in _COLUMNS[kind] if name not in ("sequence", "turn")]
        if set(row) != set(_COLUMNS[kind]) or not all(isinstance(row[name], str) for name in text_columns):
            raise _damaged(source, f"a row of {kind}s holds {', '.join(sorted(row))}, or something that is no text")
        if kind == "game":
            game, sequence = row["id"], 0
        elif game is None:
            raise _damaged(source, f"it begins with the {kind} of no game")
        elif kind == "result":
            row = {"game_id": game, **_checked_result(row, game, source)}
        elif row["sequence"] != sequence + 1:
            raise _damaged(source, f"event {sequence + 1} of the game {game} is missing")
        else:
            sequence += 1
            row = {**row, "game_id": game}
        yield kind, row


def _checked_result(row: Mapping[str, Any], game: str, source: Path) -> dict[str, Any]:
    turn = row["turn"]
    try:
        body = base64.b64decode(row["body"], validate=True)
    except (binascii.Error, ValueError):
        body = b""
    if type(turn) is not int or not 0 < turn <= _LARGEST_TURN or not body:
        raise _damaged(source, f"a result of the game {game} is of no turn, or cannot be read")
    return {"turn": turn, "body": body}


def _fill(connection: Connection, lines: Iterable[Line]) -> int:
    n = 0
    waiting: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _TABLES}

    def write(kind: str) -> None:
        if waiting[kind]:
            connection.execute(insert(_TABLES[kind]), waiting[kind])
            waiting[kind] = []

    for kind, row in lines:
        if kind == "game":
            n += 1
            connection.execute(insert(tables.games), row)
            continue
        waiting[kind].append(row)
        if len(waiting[kind]) >= BATCH:
            write(kind)
    for kind in _TABLES:
        write(kind)
    return n
