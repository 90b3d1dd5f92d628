"""``Store``: games and their events in one database. Who may append what is decided elsewhere; nothing here is ever changed.

An event is text, JSON with a ``kind``; its place in the log of its game is its sequence, from 1 and without gaps. Whoever appends
says after which sequence: if somebody else was first, nothing is written. Beside a resolved turn's events stand its results, as bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from policygame.store import backup, tables
from policygame.store.engine import make_engine, reading, writing
from policygame.store.errors import CodeTaken, Conflict, UnknownGame
from policygame.store.lease import Lease, host_lease
from policygame.store.migrate import migrate
from policygame.store.places import database_url

__all__ = ["Store", "StoredGame"]


@dataclass(frozen=True)
class StoredGame:
    """A game as lists show it. ``status`` is what the last writer said; the events are the truth. ``sequence`` is the last event's."""

    id: str
    code: str
    scenario: str
    status: str
    created_at: str
    sequence: int


class Store:
    """The games of one database. Safe to use from several threads, each call being one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, named: str | os.PathLike[str] | None = None) -> Self:
        """Open the database at a path or URL (None: POLICYGAME_DATABASE, or a file in the user's data folder), made if missing.

        An older database is brought to the newest version. Raises ``StoreError`` with what is wrong and what to do.

        >>> import tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> with Store.open(f"{folder.name}/games.sqlite3") as store:
        ...     store.create("g1", "K7PQM", "first-game", ['{"kind": "created"}'])
        ...     store.append("g1", 1, ['{"kind": "started"}'], status="playing")
        ...     len(store.events("g1")), store.find_code("K7PQM").status
        (2, 'playing')
        >>> folder.cleanup()
        """
        engine = make_engine(database_url(named))
        try:
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # writing ---------------------------------------------------------------------------------------------------------

    def create(self, game_id: str, code: str, scenario: str, events: Sequence[str], *, status: str = "lobby") -> None:
        """Begin a game with its first ``events``. Raises ``CodeTaken``, or ``Conflict`` if the game is there already."""
        now = _now()
        row = {"id": game_id, "code": code, "scenario": scenario, "status": status, "created_at": now}
        with writing(self._engine) as connection:
            if connection.execute(select(tables.games.c.id).where(tables.games.c.id == game_id)).first() is not None:
                raise Conflict(f"the game {game_id} is in the database already.")
            try:
                connection.execute(insert(tables.games), row)
            except IntegrityError as error:
                raise CodeTaken(f"the code {code} belongs to another game already.") from error
            _add(connection, game_id, 0, events, now)

    def append(
        self,
        game_id: str,
        after_sequence: int,
        events: Sequence[str],
        *,
        status: str | None = None,
        results: Mapping[int, bytes] | None = None,
    ) -> None:
        """Append ``events`` behind event number ``after_sequence``, all or none; ``status`` is how lists show the game from now on.

        ``results`` of turns, by turn, are written along with them. When this returns, all is on the disk. Raises ``Conflict`` if that
        event is not the last one, or a turn has its results already, ``UnknownGame`` if there is no such game.
        """
        with writing(self._engine) as connection:
            last = _last(connection, game_id)
            if last != after_sequence:
                raise Conflict(f"the game {game_id} is at event {last}, not at {after_sequence}: somebody else was first.")
            _add(connection, game_id, after_sequence, events, _now())
            _add_results(connection, game_id, results or {})
            if status is not None:
                connection.execute(update(tables.games).where(tables.games.c.id == game_id).values(status=status))

    def delete(self, game_id: str) -> None:
        """Forget a game, all its events and results. Raises ``UnknownGame``."""
        with writing(self._engine) as connection:
            if connection.execute(delete(tables.games).where(tables.games.c.id == game_id)).rowcount == 0:
                raise _unknown(game_id)

    # reading ---------------------------------------------------------------------------------------------------------

    def events(self, game_id: str, after_sequence: int = 0) -> list[str]:
        """The events of a game behind number ``after_sequence``, in order. Raises ``UnknownGame``."""
        columns = tables.events.c
        wanted = select(columns.body).where(columns.game_id == game_id, columns.sequence > after_sequence)
        with reading(self._engine) as connection:
            found = list(connection.execute(wanted.order_by(columns.sequence)).scalars())
            if not found and not _exists(connection, game_id):
                raise _unknown(game_id)
        return found

    def results(self, game_id: str) -> dict[int, bytes]:
        """The results of a game's turns, by turn, as far as they were written. Raises ``UnknownGame``."""
        columns = tables.results.c
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(columns.turn, columns.body).where(columns.game_id == game_id).order_by(columns.turn)
            ).all()
            if not rows and not _exists(connection, game_id):
                raise _unknown(game_id)
        return {row.turn: bytes(row.body) for row in rows}

    def turns_with_results(self, game_id: str) -> set[int]:
        """The turns of which ``results`` would give something; none for a game that is not there."""
        columns = tables.results.c
        with reading(self._engine) as connection:
            return set(connection.execute(select(columns.turn).where(columns.game_id == game_id)).scalars())

    def games(self) -> list[StoredGame]:
        """All games, the newest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(_listed().order_by(tables.games.c.created_at.desc(), tables.games.c.id))
            return [_stored(row) for row in rows]

    def game(self, game_id: str) -> StoredGame | None:
        """The game of that id, if there is one."""
        return self._one(tables.games.c.id == game_id)

    def find_code(self, code: str) -> StoredGame | None:
        """The game of that code, if there is one; small letters count as capitals."""
        return self._one(tables.games.c.code == code.strip().upper())

    def _one(self, condition: Any) -> StoredGame | None:
        with reading(self._engine) as connection:
            row = connection.execute(_listed().where(condition)).first()
        return None if row is None else _stored(row)

    def check(self) -> None:
        """Ask the database for a sign of life. Raises ``StoreError`` if it gives none."""
        with reading(self._engine) as connection:
            connection.execute(select(func.count()).select_from(tables.games)).scalar_one()

    # the database as a whole -----------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The database in words: the path of its file, or its URL without the password."""
        return backup.name_of(self._engine.url)

    def host_lease(self) -> AbstractContextManager[Lease]:
        """The right to host this database, for a ``with`` block. Raises ``StoreError`` if another server has it."""
        return host_lease(self._engine)

    def backup(self, path: str | os.PathLike[str], *, force: bool = False) -> int:
        """Write all games into a file while others play on; returns their number. See ``policygame.store.backup``."""
        return backup.backup(self._engine, path, force=force)

    def restore(self, path: str | os.PathLike[str], *, force: bool = False) -> int:
        """Read all games back from a file, all or none; returns their number. See ``policygame.store.backup``."""
        return backup.restore(self._engine, path, force=force)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _add(connection: Connection, game_id: str, after: int, events: Sequence[str], now: str) -> None:
    rows = [
        {"game_id": game_id, "sequence": after + n, "kind": json.loads(body)["kind"], "body": body, "written_at": now}
        for n, body in enumerate(events, start=1)
    ]
    if not rows:
        return
    try:
        connection.execute(insert(tables.events), rows)
    except IntegrityError as error:
        raise Conflict(f"the game {game_id} has gone on from event {after} already: somebody else was first.") from error


def _add_results(connection: Connection, game_id: str, results: Mapping[int, bytes]) -> None:
    if not results:
        return
    rows = [{"game_id": game_id, "turn": turn, "body": body} for turn, body in results.items()]
    try:
        connection.execute(insert(tables.results), rows)
    except IntegrityError as error:
        raise Conflict(f"the game {game_id} has results of turn {min(results)} or a later one already.") from error


def _last(connection: Connection, game_id: str) -> int:
    columns = tables.events.c
    last = connection.execute(select(func.max(columns.sequence)).where(columns.game_id == game_id)).scalar_one()
    if last is None and not _exists(connection, game_id):
        raise _unknown(game_id)
    return 0 if last is None else int(last)


def _exists(connection: Connection, game_id: str) -> bool:
    return connection.execute(select(tables.games.c.id).where(tables.games.c.id == game_id)).first() is not None


def _unknown(game_id: str) -> UnknownGame:
    return UnknownGame(f"there is no game {game_id[:64]!r} in this database; `policygame games` lists them.")


def _listed() -> Select[Any]:
    last = func.coalesce(func.max(tables.events.c.sequence), 0)
    joined = tables.games.outerjoin(tables.events, tables.events.c.game_id == tables.games.c.id)
    return select(*tables.games.c, last.label("sequence")).select_from(joined).group_by(*tables.games.c)


def _stored(row: Row[Any]) -> StoredGame:
    return StoredGame(row.id, row.code, row.scenario, row.status, row.created_at, int(row.sequence))
