"""A backup holds everything and goes back into either kind of database, all or nothing."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from policygame.store import Conflict, Store, StoreError, tables
from tests.store.older import as_the_first_version


def body(kind: str, **fields: object) -> str:
    return json.dumps({"kind": kind, **fields}, ensure_ascii=False)


def fill(store: Store, games: int = 3) -> None:
    for n in range(games):
        store.create(f"g{n}", f"CODE{n}", "first-game", [body("created", name="Zoë\n🐘")], status="playing")
        store.append(f"g{n}", 1, [body("one"), body("two")], results={1: b"\x00\xff" * 9, 2: b"two"})
        store.append(f"g{n}", 3, [body("many", n=k) for k in range(400 * n)])


def content(store: Store) -> list[object]:
    return [(game, store.events(game.id), store.results(game.id)) for game in store.games()]


@pytest.fixture
def store(database):
    with Store.open(database) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, make_database):
    with Store.open(make_database(request.param)) as opened:
        yield opened


def test_from_either_kind_into_either_kind(store, empty, tmp_path):
    fill(store)
    assert store.backup(tmp_path / "backup") == 3
    assert empty.restore(tmp_path / "backup") == 3
    assert content(empty) == content(store)
    empty.append("g0", 3, [body("on")])


def test_a_backup_is_one_file_that_nothing_changes(store, tmp_path):
    fill(store, games=1)
    folder = tmp_path / "backups"
    folder.mkdir()
    store.backup(folder / "backup")
    before = (folder / "backup").read_bytes()
    store.restore(folder / "backup", force=True)
    assert [file.name for file in folder.iterdir()] == ["backup"]
    assert (folder / "backup").read_bytes() == before


def test_a_backup_is_taken_while_others_write(store, empty, tmp_path):
    store.create("g1", "K7PQM", "first-game", [body("created")])
    begun, stop = threading.Event(), threading.Event()

    def write() -> None:
        sequence = 1
        while not stop.is_set():
            store.append("g1", sequence, [body("pair", n=sequence), body("pair", n=sequence)])
            sequence += 2
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(timeout=30)
        for n in range(3):
            store.backup(tmp_path / f"backup{n}")
    finally:
        stop.set()
        writer.join(timeout=30)
    empty.restore(tmp_path / "backup2")
    copied = empty.events("g1")
    assert len(copied) % 2 == 1
    assert copied == store.events("g1")[: len(copied)]


def test_games_are_not_replaced_unless_forced(store, tmp_path):
    fill(store, games=1)
    store.backup(tmp_path / "backup")
    store.create("new", "NEWER", "first-game", [body("created")])
    with pytest.raises(StoreError, match="holds 2 games, which would be lost"):
        store.restore(tmp_path / "backup")
    assert len(store.games()) == 2
    assert store.restore(tmp_path / "backup", force=True) == 1
    assert [game.id for game in store.games()] == ["g0"]


def test_a_hosted_database_is_not_restored(store, tmp_path):
    store.backup(tmp_path / "backup")
    with store.host_lease(), pytest.raises(StoreError, match="hosted by another server"):
        store.restore(tmp_path / "backup", force=True)


def test_a_file_is_not_replaced_unless_forced(store, tmp_path):
    (tmp_path / "backup").write_text("of yesterday", encoding="utf-8")
    with pytest.raises(StoreError, match="exists already"):
        store.backup(tmp_path / "backup")
    assert (tmp_path / "backup").read_text(encoding="utf-8") == "of yesterday"
    store.backup(tmp_path / "backup", force=True)
    assert store.restore(tmp_path / "backup") == 0


def test_a_backup_is_on_the_disk_under_its_name(store, tmp_path, monkeypatch):
    fill(store, games=1)
    synced, sync = [], os.fsync

    def watched(descriptor: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), (tmp_path / "backup").exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    store.backup(tmp_path / "backup")
    assert synced == [(False, False), (True, True)]  # what is in it, then that it is called so


def test_a_backup_that_cannot_be_written_leaves_nothing(store, tmp_path):
    with pytest.raises(StoreError, match="cannot be written"):
        store.backup(tmp_path / "missing" / "backup")
    assert not (tmp_path / "missing").exists()


def test_the_database_itself_is_no_backup(tmp_path):
    with Store.open(tmp_path / "games.sqlite3") as store:
        for ask in (store.backup, store.restore):
            with pytest.raises(StoreError, match="is the database itself"):
                ask(tmp_path / "games.sqlite3", force=True)


# --- damaged backups ---


def dumped(make_database, tmp_path: Path) -> list[str]:
    """The lines of a backup from PostgreSQL."""
    with Store.open(make_database("postgresql")) as store:
        fill(store, games=2)
        store.backup(tmp_path / "dump")
    return (tmp_path / "dump").read_text(encoding="utf-8").splitlines()


def spoil(lines: list[str], how: str) -> list[str]:
    first_event = next(n for n, line in enumerate(lines) if line.startswith('{"event"'))
    match how:
        case "cut short":
            return lines[:-1]
        case "a line cut":
            return [*lines[:-1], lines[-1][:10]]
        case "an event missing":
            return [*lines[: first_event + 1], *lines[first_event + 2 :]]
        case "the last event missing":
            return [*lines[:-2], lines[-1]]
        case "another column":
            return [line.replace('"kind"', '"sort"', 1) if n == first_event else line for n, line in enumerate(lines)]
        case "a number for a text":
            return [line.replace('"scenario": "first-game"', '"scenario": 7', 1) for line in lines]
        case "not a row":
            return [*lines[:-1], '{"event": 3}', lines[-1]]
        case "two of a code":
            return [line.replace('"CODE1"', '"CODE0"') for line in lines]
        case "an event before its game":
            return [lines[0], lines[first_event], *lines[1:]]
        case "a result missing":
            return [line for line in lines if '"turn": 2' not in line]
        case "a result that is none":
            return [re.sub('"body": "[A-Za-z0-9+/=]+"', '"body": "%%"', line) if '"result"' in line else line for line in lines]
        case "a result of no turn":
            return [line.replace('"turn": 2', '"turn": true') for line in lines]
        case "two results of a turn":
            return [line.replace('"turn": 2', '"turn": 1') for line in lines]
    raise AssertionError(how)


DAMAGES = [
    "cut short",
    "a line cut",
    "an event missing",
    "the last event missing",
    "another column",
    "a number for a text",
    "not a row",
    "two of a code",
    "an event before its game",
    "a result missing",
    "a result that is none",
    "a result of no turn",
    "two results of a turn",
]


def test_damage_is_found_and_nothing_restored(store, make_database, tmp_path):
    lines = dumped(make_database, tmp_path)
    store.create("mine", "MINE1", "first-game", [body("created")])
    before = content(store)
    for how in DAMAGES:
        (tmp_path / "bad").write_text("\n".join(spoil(lines, how)) + "\n", encoding="utf-8")
        with pytest.raises(StoreError, match="damaged"):
            store.restore(tmp_path / "bad", force=True)
        assert content(store) == before, how
    (tmp_path / "good").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert store.restore(tmp_path / "good", force=True) == 2


def test_a_backup_of_the_first_version_is_restored(store, make_database, tmp_path):
    lines = [line for line in dumped(make_database, tmp_path) if '"result": {"turn"' not in line]
    lines[0] = lines[0].replace(f'"{tables.VERSION}"', '"0001"')
    lines[-1] = re.sub(', "result": [0-9]+', "", lines[-1])
    assert "result" not in "".join(lines)
    (tmp_path / "old").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert store.restore(tmp_path / "old") == 2
    file = make_database("sqlite")
    with Store.open(file) as other:
        fill(other, games=1)
    as_the_first_version(file)
    assert store.restore(file, force=True) == 1
    assert store.results("g0") == {}
    assert len(store.events("g0")) == 3


def test_what_is_no_backup_is_refused(store, tmp_path):
    (tmp_path / "letter").write_bytes(b"Dear sir \xff or madam")
    with pytest.raises(StoreError, match="is no backup of games"):
        store.restore(tmp_path / "letter")
    with pytest.raises(StoreError, match="cannot be read"):
        store.restore(tmp_path / "missing")
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE invoices (number INTEGER)")
    other.close()
    with pytest.raises(StoreError, match=r"other .*(cannot be copied|another program)"):
        store.restore(tmp_path / "other")


def test_a_newer_backup_is_refused(store, make_database, tmp_path):
    lines = dumped(make_database, tmp_path)
    newer = lines[0].replace(f'"{tables.VERSION}"', '"9001"')
    (tmp_path / "newer").write_text("\n".join([newer, *lines[1:]]), encoding="utf-8")
    with pytest.raises(StoreError, match=r"newer policygame \(version 9001\)"):
        store.restore(tmp_path / "newer")
    with Store.open(make_database("sqlite")) as other:
        other.backup(tmp_path / "newer.sqlite3")
    with sqlite3.connect(tmp_path / "newer.sqlite3") as raw:
        raw.execute(f"UPDATE {tables.VERSION_TABLE} SET version_num = '9001'")
    raw.close()
    with pytest.raises(StoreError, match=r"newer\.sqlite3 was written by a newer policygame"):
        store.restore(tmp_path / "newer.sqlite3")


def test_after_a_restore_the_log_goes_on(store, tmp_path):
    fill(store, games=1)
    store.backup(tmp_path / "backup")
    store.restore(tmp_path / "backup", force=True)
    with pytest.raises(Conflict):
        store.append("g0", 2, [body("late")])
