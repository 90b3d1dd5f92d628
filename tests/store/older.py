"""Databases as earlier versions left them."""

from __future__ import annotations

from sqlalchemy import create_engine

from policygame.store import database_url, tables


def as_the_first_version(database: str) -> None:
    """Make a database what its first version was: games and events, and no results."""
    engine = create_engine(database_url(database))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE results")
        connection.exec_driver_sql(f"UPDATE {tables.VERSION_TABLE} SET version_num = '0001'")
    engine.dispose()
