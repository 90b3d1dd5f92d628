"""The tables of the newest version of the database. How older databases become this is told in ``migrations``."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

__all__ = ["VERSION", "VERSION_TABLE", "events", "games", "metadata", "results"]

VERSION = "0002"
"""The last migration on the way to these tables."""
VERSION_TABLE = "policygame_version"

metadata = MetaData()

games = Table(
    "games",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("code", String(16), nullable=False),
    Column("scenario", String(200), nullable=False),
    Column("status", String(16), nullable=False),  # a copy of what the events say, to list games without reading them
    Column("created_at", String(40), nullable=False),  # ISO 8601, UTC
    UniqueConstraint("code", name="games_code"),
)

events = Table(
    "events",
    metadata,
    Column("game_id", String(64), ForeignKey("games.id", name="events_game", ondelete="CASCADE"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("kind", String(64), nullable=False),
    Column("body", Text, nullable=False),  # JSON, exactly as written
    Column("written_at", String(40), nullable=False),  # ISO 8601, UTC
)

results = Table(
    "results",
    metadata,
    Column("game_id", String(64), ForeignKey("games.id", name="results_game", ondelete="CASCADE"), primary_key=True),
    Column("turn", Integer, primary_key=True, autoincrement=False),  # from 1; games of before version 0002 may lack some
    Column("body", LargeBinary, nullable=False),  # what ``policygame.game.recorded`` writes
)
