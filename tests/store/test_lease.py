"""One server hosts a database at a time; a dead one leaves it free."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psycopg
import pytest

from policygame.store import Store, StoreError

HOLD = """
import sys
from policygame.store import Store
with Store.open(sys.argv[1]) as store, store.host_lease():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def store(database):
    with Store.open(database) as opened:
        yield opened


@pytest.fixture
def other_server(database):
    """A process that hosts the database."""
    words = [sys.executable, "-c", HOLD, database]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None:
            process.kill()


def test_a_second_server_is_refused_until_the_first_ends(store, database):
    with store.host_lease() as lease:
        assert lease.held()
        with Store.open(database) as second:
            with pytest.raises(StoreError, match="hosted by another server already"), second.host_lease():
                pass
            store.create("g1", "K7PQM", "first-game", ['{"kind": "created"}'])
            assert len(second.games()) == 1
    with store.host_lease() as lease:
        assert lease.held()


def test_another_process_is_refused_and_a_killed_one_leaves_it_free(store, database, other_server):
    with pytest.raises(StoreError, match="hosted by another server already") as refused, store.host_lease():
        pass
    if "://" not in database:
        assert f"(process {other_server.pid})" in str(refused.value)
    os.kill(other_server.pid, signal.SIGKILL)
    other_server.wait(timeout=30)
    if "://" in database:
        wait_until_gone(database)
    with store.host_lease() as lease:
        assert lease.held()


def wait_until_gone(database: str) -> None:
    """PostgreSQL notices a dead client by its closed socket, a moment later: wait for that lock as its next holder would."""
    with psycopg.connect(database, autocommit=True, options="-c lock_timeout=30s") as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [0x706F6C67])


def test_the_lock_goes_by_the_file_and_not_by_its_name(tmp_path):
    (tmp_path / "link.sqlite3").symlink_to(tmp_path / "games.sqlite3")
    with Store.open(tmp_path / "games.sqlite3") as store, store.host_lease(), Store.open(tmp_path / "link.sqlite3") as linked:
        taken = linked.host_lease()
        with pytest.raises(StoreError, match="hosted"):
            taken.__enter__()


def test_a_lock_whose_file_was_removed_is_held_no_more(tmp_path):
    with Store.open(tmp_path / "games.sqlite3") as store, store.host_lease() as lease:
        assert lease.held()
        (tmp_path / "games.sqlite3.host").unlink()
        assert not lease.held()
        with Store.open(tmp_path / "games.sqlite3") as other, other.host_lease() as taken:
            assert taken.held()
            assert not lease.held()


def test_a_backup_that_is_looked_at_stays_as_it_is_and_one_that_is_hosted_gets_a_log(tmp_path):
    with Store.open(tmp_path / "games.sqlite3") as store:
        store.create("g1", "K7PQM", "first-game", ['{"kind": "created"}'])
        store.backup(tmp_path / "monday.backup")
    before = (tmp_path / "monday.backup").read_bytes()
    with Store.open(tmp_path / "monday.backup") as backup:
        assert len(backup.games()) == 1
        assert (tmp_path / "monday.backup").read_bytes() == before
        with backup.host_lease(), backup._engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert len(backup.games()) == 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    with Store.open(tmp_path / "games.sqlite3") as store:
        (tmp_path / "games.sqlite3.host").mkdir()
        with pytest.raises(StoreError, match=r"games\.sqlite3\.host cannot be written"), store.host_lease():
            pass


def test_a_lease_whose_connection_broke_says_so(make_database):
    database = make_database("postgresql")
    with Store.open(database) as store, store.host_lease() as lease:
        assert lease.held()
        with psycopg.connect(database, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        assert not lease.held()
        assert not lease.held()
