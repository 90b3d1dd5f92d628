"""The right to host a database: one server at a time, and none that has died.

SQLite: a lock of the operating system on a small file beside the database, which ends with its process whatever ends that.
PostgreSQL: an advisory lock of a connection that is used for nothing else, which ends with that connection. Appending does not
need the lease: a log is safe without it, but two servers would each show players a game that the other changes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from policygame.store.engine import is_sqlite, use_wal
from policygame.store.errors import StoreError, name_of, told

__all__ = ["Lease", "host_lease"]

_KEY = 0x706F6C67  # the advisory lock of PostgreSQL; it is counted per database
_LOCKED_BYTE = 1 << 30  # far behind what is written into the file, which stays readable where locks forbid reading

_NOTICE_A_DEAD_HOST = ("tcp_keepalives_idle = 20", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
"""Seconds after which PostgreSQL asks a silent client for a sign of life: a machine without power closes no connection."""


@dataclass(frozen=True)
class Lease:
    """A lease that is held until the block that took it ends."""

    held: Callable[[], bool]
    """Whether it is still held: a connection to PostgreSQL may break, somebody may remove the file that is locked."""


@contextmanager
def host_lease(engine: Engine) -> Iterator[Lease]:
    """Hold the lease of the database of ``engine``; raises ``StoreError`` if another server holds it."""
    if is_sqlite(engine.url):
        with _file_lock(engine.url) as (beside, descriptor):
            use_wal(engine)  # a backup that is used as a database has no log beside it
            yield Lease(lambda: _is_file(beside, descriptor))
    else:
        with _advisory_lock(engine) as connection:
            yield Lease(lambda: _answers(connection))


def _refused(url: URL, holder: str = "") -> StoreError:
    return StoreError(
        f"{name_of(url)} is hosted by another server already{holder}; stop that one, play there, or name another with --database."
    )


@contextmanager
def _file_lock(url: URL) -> Iterator[tuple[Path, int]]:
    path = Path(str(url.database))
    beside = path.with_name(f"{path.name}.host")
    try:
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(f"{beside} cannot be written ({error.strerror}); a server needs it to host {path}.") from error
    try:
        if not _lock(descriptor):
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            raise _refused(url, f" (process {holder})" if holder.isdigit() else "")
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode("ascii"))
        yield beside, descriptor
    finally:
        os.close(descriptor)


def _is_file(path: Path, descriptor: int) -> bool:
    """Whether another server that opens ``path`` would meet our lock: the file may have been removed, and another put in its place."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True
else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def _advisory_lock(engine: Engine) -> Iterator[Connection]:
    with told(engine.url):
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        with told(engine.url):
            for setting in _NOTICE_A_DEAD_HOST:
                connection.execute(text(f"SET {setting}"))
            got = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _KEY}).scalar_one()
        if not got:
            raise _refused(engine.url)
        yield connection
    finally:
        _let_go(connection)


def _let_go(connection: Connection) -> None:
    """End the lock now, and the connection with it: the server notices a closed one a moment later, and a pool would keep both."""
    try:
        if not connection.invalidated:
            connection.execute(text("SELECT pg_advisory_unlock_all()"))
            connection.invalidate()
    except DBAPIError:
        pass  # the connection is broken, so the lock has ended
    finally:
        connection.close()


def _answers(connection: Connection) -> bool:
    if connection.invalidated:
        return False
    try:
        connection.execute(text("SELECT 1"))
    except DBAPIError:
        return False
    return True
