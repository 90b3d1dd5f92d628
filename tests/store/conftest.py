"""The databases that tests of the store run on: a file, and a PostgreSQL cluster of their own on the loopback interface."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

NUMBERS = count(1)
KINDS = ("sqlite", "postgresql")


def postgres_programs() -> Path | None:
    """The folder with initdb and pg_ctl, of the newest version; Debian does not have them on the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return folders[-1].parent if folders else Path(on_path).resolve().parent if on_path else None


def as_postgres(words: list[str]) -> list[str]:
    """The command, run by a user that PostgreSQL accepts: it refuses root."""
    if os.geteuid() != 0:
        return words
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--", *words]


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The URL of a cluster, up to the name of a database."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="policygame-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = str(folder / "data")
    control = [str(programs / "pg_ctl"), "--pgdata", data, "--wait", "--silent"]
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"

    def run(words: list[str]) -> None:
        subprocess.run(as_postgres(words), cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=120)

    initdb = [str(programs / "initdb"), "--pgdata", data, "--auth", "trust", "--username", "tester", "--encoding", "UTF8"]
    try:
        run([*initdb, "--no-locale", "--no-sync"])
        run([*control, "--options", options, "--log", str(folder / "log"), "start"])
        try:
            yield f"postgresql://tester@127.0.0.1:{port}"
        finally:
            run([*control, "--mode", "immediate", "stop"])
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The name of an empty database, in turn of either kind."""
    return fresh(request.param, request, tmp_path)


@pytest.fixture
def make_database(request: pytest.FixtureRequest, tmp_path: Path):
    """A function that makes another empty database of a kind."""
    return lambda kind: fresh(kind, request, tmp_path)


def fresh(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """An empty database of a kind."""
    name = f"games{next(NUMBERS)}"
    if kind == "sqlite":
        return str(folder / f"{name}.sqlite3")
    cluster = request.getfixturevalue("cluster")
    with psycopg.connect(f"{cluster}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{cluster}/{name}"
