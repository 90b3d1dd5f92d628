"""How a database is talked to: SQLAlchemy engines with the settings that make a committed event durable. No queries are here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from policygame.store.errors import StoreError, name_of, told

__all__ = ["SQLITE_HEADER", "is_sqlite", "make_engine", "reading", "use_wal", "writing"]

BUSY_TIMEOUT_MS = 10_000
SQLITE_HEADER = b"SQLite format 3\0"
_WRITES = "policygame_writes"


def is_sqlite(url: URL) -> bool:
    """Whether ``url`` names an SQLite file."""
    return url.get_backend_name() == "sqlite"


def make_engine(url: URL) -> Engine:
    """An engine for ``url``, which connects when it is first used. Raises ``StoreError`` if the file is no database."""
    if not is_sqlite(url):
        return create_engine(url, pool_pre_ping=True)
    _check_header(Path(str(url.database)), url)
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _check_header(path: Path, url: URL) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(len(SQLITE_HEADER))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"{name_of(url)} cannot be read ({error.strerror}); name another database with --database.") from error
    if head and head != SQLITE_HEADER:
        raise StoreError(f"{name_of(url)} is not a database of games; name another file with --database.")


def _prepare(connection: Any, record: Any) -> None:
    """Settings of a new SQLite connection: transactions are begun by us; what is committed is on the disk."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin(connection: Connection) -> None:
    """A writer takes its lock at once: one that began as a reader could not wait for another writer."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection within a transaction that only reads."""
    with told(engine.url), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection within one transaction, committed at the end of the block and undone if an exception leaves it."""
    with told(engine.url), engine.connect() as connection, connection.execution_options(**{_WRITES: True}).begin():
        yield connection


def use_wal(engine: Engine) -> None:
    """Have an SQLite file keep a log beside it, so that readers do not wait for a writer. The mode is kept in the file.

    Raises ``StoreError`` where the file cannot be written, or another program has it open in another mode.
    """
    with reading(engine) as connection:
        cursor = connection.connection.cursor()  # past SQLAlchemy, which would begin a transaction, where the mode cannot be set
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            raise OperationalError(None, None, error) from error
        finally:
            cursor.close()
