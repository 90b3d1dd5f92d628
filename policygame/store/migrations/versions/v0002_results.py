"""The second version: what a resolved turn came to, beside the event that says so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of results; games that were played before have none."""
    op.create_table(
        "results",
        sa.Column("game_id", sa.String(64), sa.ForeignKey("games.id", name="results_game", ondelete="CASCADE"), primary_key=True),
        sa.Column("turn", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
