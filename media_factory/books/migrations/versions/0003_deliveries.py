"""What was delivered, so that a file can be known again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "deliveries",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("asset", sa.String(80), nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("role", sa.String(80), nullable=False),
        sa.Column("media_type", sa.String(120), nullable=False),
        sa.Column("likeness", sa.String(120)),
        sa.Column("generation", sa.Text),
        sa.Column("delivered_at", sa.Double, nullable=False),
    )
    op.create_index("ix_deliveries_asset", "deliveries", ["asset"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("deliveries")
