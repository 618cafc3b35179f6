"""Intents, budgets and savings; slots, paces and breakers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_money()
    _make_limits()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("breakers", "paces", "slots", "semaphores", "savings", "budgets", "intents"):
        op.drop_table(table)


def _make_money() -> None:
    op.create_table(
        "intents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("modality", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("idempotent", sa.Boolean, nullable=False),
        sa.Column("reserved_micro_usd", sa.BigInteger, nullable=False),
        sa.Column("priced", sa.Boolean, nullable=False),
        sa.Column("charged_micro_usd", sa.BigInteger),
        sa.Column("ticket", sa.Text),
        sa.Column("spool", sa.Text),
        sa.Column("vendor_id", sa.Text),
        sa.Column("error", sa.String(80)),
        sa.Column("reason", sa.Text),
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("caller", sa.Text),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("opened_at", sa.Double, nullable=False),
        sa.Column("closed_at", sa.Double),
        sa.Column("seconds", sa.Double),
    )
    op.create_index("ix_intents_key_attempt", "intents", ["key", "attempt"], unique=True)
    op.create_index("ix_intents_opened_at", "intents", ["opened_at"])
    op.create_index("ix_intents_provider_opened_at", "intents", ["provider", "opened_at"])
    op.create_index("ix_intents_state", "intents", ["state"])
    op.create_table(
        "budgets",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("cap_micro_usd", sa.BigInteger),
        sa.Column("spent_micro_usd", sa.BigInteger, nullable=False),
        sa.Column("reserved_micro_usd", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "savings",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("provider", sa.Text, primary_key=True),
        sa.Column("hits", sa.BigInteger, nullable=False),
        sa.Column("saved_micro_usd", sa.BigInteger, nullable=False),
    )


def _make_limits() -> None:
    op.create_table("semaphores", sa.Column("name", sa.Text, primary_key=True))
    op.create_table(
        "slots",
        sa.Column("name", sa.Text, sa.ForeignKey("semaphores.name"), primary_key=True),
        sa.Column("holder", sa.Text, primary_key=True),
        sa.Column("expires_at", sa.Double, nullable=False),
    )
    op.create_table(
        "paces", sa.Column("name", sa.Text, primary_key=True), sa.Column("full_at", sa.Double, nullable=False)
    )
    op.create_table(
        "breakers",
        sa.Column("provider", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("open_until", sa.Double, nullable=False),
        sa.Column("probing", sa.Boolean, nullable=False),
        sa.Column("error", sa.Text),
    )
