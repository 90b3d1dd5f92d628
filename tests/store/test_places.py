"""Which database is meant, and what is said of one that cannot be used."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import DBAPIError

from policygame.store import Store, StoreError, database_url, errors, places, tables
from policygame.store.migrate import known_versions
from tests.store.older import as_the_first_version


@pytest.fixture
def data_folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.delenv("POLICYGAME_DATABASE", raising=False)
    monkeypatch.setattr(places, "user_data_path", lambda name, appauthor: tmp_path / "data" / name)
    return tmp_path / "data" / "policygame"


def test_by_default_a_file_in_the_users_data_folder(data_folder):
    with Store.open() as store:
        assert store.name == str(data_folder / "games.sqlite3")
    assert (data_folder / "games.sqlite3").is_file()


def test_the_variable_names_another_and_the_argument_wins(data_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("POLICYGAME_DATABASE", str(tmp_path / "by-variable.db"))
    assert database_url().database == str(tmp_path / "by-variable.db")
    assert database_url(tmp_path / "by-argument.db").database == str(tmp_path / "by-argument.db")
    monkeypatch.setenv("POLICYGAME_DATABASE", f"sqlite:///{tmp_path / 'by-url.db'}")
    assert database_url().database == str(tmp_path / "by-url.db")
    assert not data_folder.exists()


def test_a_password_is_never_shown():
    url = database_url("postgres://ann:s3cret@db.example:5433/games")
    assert url.password == "s3cret"
    assert "s3cret" not in errors.name_of(url)
    assert errors.name_of(url) == "postgresql://ann:***@db.example:5433/games"


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("mysql://db/games", "mysql is no database"),
        ("sqlite://", "kept in a file"),
        ("sqlite:///:memory:", "kept in a file"),
        ("postgresql://db", "names no database"),
        ("://", "cannot be read"),
        ("", "no name"),
        ("/no/such/folder/games.sqlite3", "does not exist"),
    ],
)
def test_names_of_no_use_are_refused_with_what_is_allowed(named, said):
    with pytest.raises(StoreError, match=said):
        database_url(named)


def test_a_folder_is_no_database(tmp_path):
    with pytest.raises(StoreError, match="is a folder"):
        Store.open(tmp_path)


def test_a_missing_driver_is_named(monkeypatch):
    monkeypatch.setattr(places, "find_spec", lambda name: None)
    with pytest.raises(StoreError, match=r"pip install 'policygame\[postgres\]'"):
        database_url("postgresql://db/games")


def test_a_file_of_another_kind_is_refused_and_left_as_it_is(tmp_path):
    file = tmp_path / "letter.txt"
    file.write_text("Dear sir or madam", encoding="utf-8")
    with pytest.raises(StoreError, match=r"letter\.txt is not a database of games"):
        Store.open(file)
    assert file.read_text(encoding="utf-8") == "Dear sir or madam"


def test_a_damaged_database_is_told_in_a_sentence(tmp_path):
    file = tmp_path / "games.sqlite3"
    Store.open(file).close()
    content = bytearray(file.read_bytes())
    content[100:] = os.urandom(len(content) - 100)
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"games\.sqlite3 is not a database of games, or it is damaged"):
        Store.open(file)


def test_a_file_that_cannot_be_written_is_told_in_a_sentence(tmp_path):
    file = tmp_path / "games.sqlite3"
    with Store.open(file) as store:
        store.create("g1", "K7PQM", "first-game", ['{"kind": "created"}'])

    engine = create_engine(f"sqlite:///file:{file}?mode=ro&uri=true")  # root may write every file
    with engine.connect() as connection, pytest.raises(StoreError, match="cannot be written"), errors.told(database_url(file)):
        connection.exec_driver_sql("DELETE FROM games")
    engine.dispose()


def test_another_programs_database_is_left_alone(database):
    url = database_url(database)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE invoices (number INTEGER)")
    with pytest.raises(StoreError, match=r"belongs to another program .*invoices"):
        Store.open(database)
    assert inspect(engine).get_table_names() == ["invoices"]
    engine.dispose()


def test_a_newer_database_is_refused(database):
    Store.open(database).close()
    engine = create_engine(database_url(database))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {tables.VERSION_TABLE} SET version_num = '9001'")
    engine.dispose()
    with pytest.raises(StoreError, match=r"newer policygame \(version 9001"):
        Store.open(database)


def test_a_refused_file_is_left_as_it_is(tmp_path):
    for name, statement in (
        ("newer", f"CREATE TABLE {tables.VERSION_TABLE} AS SELECT '9001' AS version_num"),
        ("invoices", "CREATE TABLE invoices (number INTEGER)"),
    ):
        with sqlite3.connect(tmp_path / name) as raw:
            raw.execute(statement)
        raw.close()
        before = (tmp_path / name).read_bytes()
        with pytest.raises(StoreError, match=r"newer policygame|another program"):
            Store.open(tmp_path / name)
        assert (tmp_path / name).read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["invoices", "newer"]


def test_the_migrations_lead_to_the_tables(database):
    Store.open(database).close()
    engine = create_engine(database_url(database))
    found = inspect(engine)
    assert set(found.get_table_names()) == {"games", "events", "results", tables.VERSION_TABLE}
    for table in (tables.games, tables.events, tables.results):
        stated = {c.name: (str(c.type.compile(engine.dialect)), bool(c.nullable)) for c in table.columns}
        made = {c["name"]: (str(c["type"].compile(engine.dialect)), c["nullable"]) for c in found.get_columns(table.name)}
        assert made == stated
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key.columns]
    assert [key["column_names"] for key in found.get_unique_constraints("games")] == [["code"]]
    for of_a_game in ("events", "results"):
        assert [key["options"] for key in found.get_foreign_keys(of_a_game)] == [{"ondelete": "CASCADE"}]
    engine.dispose()
    assert known_versions()[-1] == tables.VERSION


def test_a_database_of_the_first_version_is_brought_along_with_its_games(database):
    with Store.open(database) as store:
        store.create("g1", "K7PQM", "first-game", ['{"kind": "created"}'])
    as_the_first_version(database)
    with Store.open(database) as store:
        assert store.events("g1") == ['{"kind": "created"}']
        assert store.results("g1") == {}
        store.append("g1", 1, ['{"kind": "resolved"}'], results={1: b"one"})
        assert store.results("g1") == {1: b"one"}


def test_many_open_a_new_database_at_once(database):
    with ThreadPoolExecutor(6) as threads:
        stores = list(threads.map(lambda _: Store.open(database), range(6)))
    for store in stores:
        assert store.games() == []
        store.close()


def test_a_file_is_durable_and_readers_do_not_wait(tmp_path):
    with Store.open(tmp_path / "games.sqlite3") as store, store._engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_file_kept_busy_is_told_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("policygame.store.engine.BUSY_TIMEOUT_MS", 20)
    with Store.open(tmp_path / "games.sqlite3") as store:
        other = sqlite3.connect(tmp_path / "games.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="kept busy by another program"):
            store.create("g1", "K7PQM", "first-game", [])
        assert store.games() == []
        other.close()


def test_a_server_that_is_not_there_is_told_in_a_sentence():
    with pytest.raises(StoreError, match="cannot be reached") as refused:
        Store.open("postgresql://ann:s3cret@127.0.0.1:1/games")
    assert "s3cret" not in str(refused.value)


def test_a_server_that_restarts_is_found_again(make_database):
    database = make_database("postgresql")
    with Store.open(f"{database}?application_name=store") as store:
        store.create("g1", "K7PQM", "first-game", ['{"kind": "created"}'])
        with psycopg.connect(database, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert len(store.events("g1")) == 1


def test_other_errors_name_the_database(tmp_path):
    url = database_url(tmp_path / "games.sqlite3")
    with pytest.raises(StoreError, match=r"games\.sqlite3 cannot grow"), errors.told(url):
        raise DBAPIError(None, None, sqlite3.OperationalError("database or disk is full"))
