"""Which database is meant: a path, a URL, the variable POLICYGAME_DATABASE, or the user's data folder. Nothing is opened here."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from policygame.store.errors import StoreError

__all__ = ["DATABASE_VARIABLE", "database_url", "default_path"]

DATABASE_VARIABLE = "POLICYGAME_DATABASE"
CONNECT_TIMEOUT_S = 10
_ALLOWED = "a path, sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"


def default_path() -> Path:
    """The file that is used when none is named: in the user's data folder, which differs from system to system."""
    return user_data_path("policygame", appauthor=False) / "games.sqlite3"


def database_url(named: str | os.PathLike[str] | None = None) -> URL:
    """The URL of the database that ``named`` means: a path or a URL; None is POLICYGAME_DATABASE, or else the default file.

    Raises ``StoreError`` for a kind of database that is not known, one without a name, or a missing driver.

    >>> database_url("postgresql://ann@db/games").drivername
    'postgresql+psycopg'
    >>> database_url("sqlite:////srv/games.sqlite3").database
    '/srv/games.sqlite3'
    """
    wanted = os.fspath(named) if named is not None else os.environ.get(DATABASE_VARIABLE, "").strip()
    if named is None and not wanted:
        return _sqlite(_made(default_path()))
    if "://" not in wanted:
        return _sqlite(_in_a_folder(wanted))
    try:
        url = make_url(wanted)
    except (ArgumentError, ValueError):
        raise StoreError(f"the database's URL cannot be read; allowed is {_ALLOWED}.") from None
    backend = url.drivername.split("+")[0]
    if backend == "sqlite":
        if url.database in (None, "", ":memory:") or url.query:
            raise StoreError(f"a database of games is kept in a file, so that it survives; allowed is {_ALLOWED}.")
        return _sqlite(_in_a_folder(str(url.database)))
    if backend in ("postgresql", "postgres"):
        return _postgresql(url)
    raise StoreError(f"{backend} is no database that games can be kept in; allowed is {_ALLOWED}.")


def _sqlite(path: Path) -> URL:
    return URL.create("sqlite+pysqlite", database=str(path))


def _made(path: Path) -> Path:
    """The default file, whose folder is made where it is missing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path.parent} cannot be made ({error.strerror}); name another database with --database.") from error
    return path


def _in_a_folder(text: str) -> Path:
    """A path that somebody typed; a folder that is missing is rather a slip than a wish."""
    if not text or "\0" in text:
        raise StoreError(f"the database has no name; allowed is {_ALLOWED}.")
    path = Path(text).expanduser().resolve()
    if path.is_dir():
        raise StoreError(f"{path} is a folder; name a file in it, like {path / 'games.sqlite3'}.")
    if not path.parent.is_dir():
        raise StoreError(f"{path} cannot be opened, its folder {path.parent} does not exist; make it, or name another.")
    return path


def _postgresql(url: URL) -> URL:
    if find_spec("psycopg") is None:
        raise StoreError("PostgreSQL needs a driver that is not installed; pip install 'policygame[postgres]'.")
    if not url.database:
        raise StoreError(f"the URL names no database; allowed is {_ALLOWED}.")
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": str(CONNECT_TIMEOUT_S)})
    return url.set(drivername="postgresql+psycopg")
