"""What receipts were made from and for which channel; and what people brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.add_column("receipts", sa.Column("channel", sa.String(200)))
    op.create_index("ix_receipts_made_at", "receipts", ["made_at"])
    op.create_table(
        "receipt_inputs",
        sa.Column("key", sa.String(200), sa.ForeignKey("receipts.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("source", sa.String(80), primary_key=True),
    )
    op.create_index("ix_receipt_inputs_source", "receipt_inputs", ["source"])
    op.create_table(
        "uploads",
        sa.Column("digest", sa.String(80), primary_key=True),
        sa.Column("upload", sa.Text, nullable=False),
        sa.Column("uploaded_at", sa.Double, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("uploads")
    op.drop_table("receipt_inputs")
    op.drop_index("ix_receipts_made_at", "receipts")
    op.drop_column("receipts", "channel")
