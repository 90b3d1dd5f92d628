"""What can go wrong with a database, told in words. Where it is found out is not here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError

from policygame.errors import UserError

__all__ = ["CodeTaken", "Conflict", "StoreError", "UnknownGame", "name_of", "told"]


class StoreError(UserError):
    """The database cannot be used as asked: which one, why, and what to do."""


class UnknownGame(StoreError):
    """There is no game of that id in the database."""


class Conflict(StoreError):
    """Somebody else has appended to the game first, so this would rest on what holds no more; nothing was written."""


class CodeTaken(Conflict):
    """Another game has this code already; nothing was written."""


def name_of(url: URL) -> str:
    """How a database is called in a message: the path of its file, or its URL without the password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername=url.get_backend_name(), query={}).render_as_string(hide_password=True)


@contextmanager
def told(url: URL) -> Iterator[None]:
    """Turn what a database driver raises within the block into a ``StoreError`` of one sentence."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(_sentence(url, error)) from error


def _sentence(url: URL, error: DBAPIError) -> str:
    name, reason = name_of(url), " ".join(str(error.orig).split())
    lowered = reason.lower()
    if "not a database" in lowered or "malformed" in lowered:
        return (
            f"{name} is not a database of games, or it is damaged ({reason}); name another with --database or restore a backup."
        )
    if "readonly" in lowered or "read-only" in lowered or "permission denied" in lowered:
        return f"{name} cannot be written ({reason}); give yourself the right to write it and its folder, or name another."
    if "full" in lowered or "no space" in lowered:
        return f"{name} cannot grow, the disk is full ({reason}); make room and try again. Nothing was written by halves."
    if "locked" in lowered:
        return f"{name} is kept busy by another program ({reason}); close that program and try again."
    if url.get_backend_name() != "sqlite" and isinstance(error, OperationalError):
        return (
            f"{name} cannot be reached ({reason}); check that the server runs and that host, port, user and database are right."
        )
    return f"{name} cannot be used ({reason})."
