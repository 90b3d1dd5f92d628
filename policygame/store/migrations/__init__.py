"""How a database of any older version becomes one of the newest: one file per step, which Alembic runs when a database is opened.

A new step is a file in ``versions`` with the next number; ``policygame.store.tables`` then shows what it leads to and names it.
"""
