"""Products that stand finished, and the assets that they are made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "products",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("folder", sa.Text, primary_key=True),
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("cost_usd", sa.String(40)),
        sa.Column("duration_s", sa.Double),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
    )
    op.create_index("ix_products_folder", "products", ["folder"])
    op.create_table(
        "product_assets",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("folder", sa.Text, primary_key=True),
        sa.Column("digest", sa.String(80), primary_key=True),
        sa.ForeignKeyConstraint(["key", "folder"], ["products.key", "products.folder"], ondelete="CASCADE"),
    )
    op.create_index("ix_product_assets_digest", "product_assets", ["digest"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("product_assets")
    op.drop_table("products")
