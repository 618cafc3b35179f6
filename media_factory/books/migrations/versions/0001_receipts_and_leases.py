"""Receipts, the assets that they name, and leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "receipts",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("stage", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("provider", sa.String(200)),
        sa.Column("cost_usd", sa.String(40)),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
    )
    op.create_index("ix_receipts_stage", "receipts", ["stage"])
    op.create_table(
        "receipt_assets",
        sa.Column("key", sa.String(200), sa.ForeignKey("receipts.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("digest", sa.String(80), primary_key=True),
    )
    op.create_index("ix_receipt_assets_digest", "receipt_assets", ["digest"])
    op.create_table(
        "leases",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("holder", sa.String(120), nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("leases")
    op.drop_table("receipt_assets")
    op.drop_table("receipts")
