"""Bring a database to the newest version when it is opened, or say why that cannot be. The steps are files in ``migrations``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from policygame.store.engine import is_sqlite, reading, use_wal, writing
from policygame.store.errors import StoreError, name_of
from policygame.store.tables import VERSION, VERSION_TABLE

__all__ = ["known_versions", "migrate", "version_of"]

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x706F6C6D  # an advisory lock of PostgreSQL: one migration at a time


def migrate(engine: Engine) -> None:
    """Bring the database to ``VERSION`` in one transaction; a database that is there already is only looked at.

    Raises ``StoreError`` if the database is of a newer version, belongs to another program, or cannot be written.
    """
    with reading(engine) as connection:
        version = version_of(connection)
        if version == VERSION:
            return
        if is_sqlite(engine.url):
            _check(connection, version)  # what is to be refused is left as it is
    if is_sqlite(engine.url):
        use_wal(engine)
    with writing(engine) as connection:
        if not is_sqlite(engine.url):
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        version = version_of(connection)
        _check(connection, version)
        if version != VERSION:
            _upgrade(connection)


def version_of(connection: Connection) -> str | None:
    """The version that a database says it has; None if it holds no games yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()


def known_versions() -> list[str]:
    """Every version that can be read, oldest first."""
    from alembic.script import ScriptDirectory

    return [script.revision for script in reversed(list(ScriptDirectory(str(FOLDER)).walk_revisions()))]


def _check(connection: Connection, version: str | None) -> None:
    name = name_of(connection.engine.url)
    if version is None and (others := inspect(connection).get_table_names()):
        raise StoreError(f"{name} belongs to another program (it holds the table {others[0]}); name another with --database.")
    if version is not None and version not in known_versions():
        raise StoreError(
            f"{name} was written by a newer policygame (version {version} of the database; this one knows up to {VERSION}); "
            "update policygame, or name another database with --database."
        )


def _upgrade(connection: Connection) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(FOLDER))

    def steps(version: Any, context: Any) -> Any:
        return script._upgrade_revs(VERSION, version)

    with EnvironmentContext(Config(), script, fn=steps, destination_rev=VERSION) as environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE, transactional_ddl=True)
        environment.run_migrations()
