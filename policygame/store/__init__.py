"""The event log of games in SQL: SQLite by default, PostgreSQL by choice.

``Store`` keeps, for every game, an append-only list of events as text, numbered from 1; nothing is ever changed in it. It knows
no rules: what an event means is decided in ``policygame.game``, when games are resolved in ``policygame.hosting``.
"""

from policygame.store.errors import CodeTaken, Conflict, StoreError, UnknownGame
from policygame.store.lease import Lease
from policygame.store.places import database_url
from policygame.store.store import Store, StoredGame

__all__ = ["CodeTaken", "Conflict", "Lease", "Store", "StoreError", "StoredGame", "UnknownGame", "database_url"]
