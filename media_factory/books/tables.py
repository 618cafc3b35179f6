"""The books' tables, alike on SQLite and PostgreSQL, and the database's own clock."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

SCHEMA_REVISION = "0005"
"""The migration that these tables stand at; a test compares it with the newest one in `migrations/`."""

metadata = MetaData()

receipts = Table(
    "receipts",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("stage", String(80), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("result", Text, nullable=False),
    Column("provider", String(200)),
    Column("cost_usd", String(40)),
    Column("seconds", Double, nullable=False),
    Column("made_at", Double, nullable=False, index=True),
    Column("channel", String(200)),
)

receipt_assets = Table(
    "receipt_assets",
    metadata,
    Column("key", String(200), ForeignKey("receipts.key", ondelete="CASCADE"), primary_key=True),
    Column("digest", String(80), primary_key=True),
    Index("ix_receipt_assets_digest", "digest"),
)

receipt_inputs = Table(
    "receipt_inputs",
    metadata,
    Column("key", String(200), ForeignKey("receipts.key", ondelete="CASCADE"), primary_key=True),
    Column("source", String(80), primary_key=True),
    Index("ix_receipt_inputs_source", "source"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("digest", String(80), primary_key=True),
    Column("upload", Text, nullable=False),
    Column("uploaded_at", Double, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("asset", String(80), nullable=False),
    Column("product", Text, nullable=False),
    Column("role", String(80), nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("likeness", String(120)),
    Column("generation", Text),
    Column("delivered_at", Double, nullable=False),
    Index("ix_deliveries_asset", "asset"),
)

products = Table(
    "products",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("id", String(80), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("cost_usd", String(40)),
    Column("duration_s", Double),
    Column("page", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Index("ix_products_folder", "folder"),
)

product_assets = Table(
    "product_assets",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("digest", String(80), primary_key=True),
    ForeignKeyConstraint(["key", "folder"], ["products.key", "products.folder"], ondelete="CASCADE"),
    Index("ix_product_assets_digest", "digest"),
)

leases = Table(
    "leases",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("holder", String(120), nullable=False),
    Column("expires_at", Double, nullable=False),
)

intents = Table(
    "intents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("key", String(200), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("provider", Text, nullable=False),
    Column("modality", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("idempotent", Boolean, nullable=False),
    Column("reserved_micro_usd", BigInteger, nullable=False),
    Column("priced", Boolean, nullable=False),
    Column("charged_micro_usd", BigInteger),
    Column("ticket", Text),
    Column("spool", Text),
    Column("vendor_id", Text),
    Column("error", String(80)),
    Column("reason", Text),
    Column("run", Text, nullable=False),
    Column("channel", Text),
    Column("caller", Text),
    Column("scopes", JSON, nullable=False),
    Column("holder", Text, nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("closed_at", Double),
    Column("seconds", Double),
    Index("ix_intents_key_attempt", "key", "attempt", unique=True),
    Index("ix_intents_opened_at", "opened_at"),
    Index("ix_intents_provider_opened_at", "provider", "opened_at"),
    Index("ix_intents_state", "state"),
)

budgets = Table(
    "budgets",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("cap_micro_usd", BigInteger),
    Column("spent_micro_usd", BigInteger, nullable=False),
    Column("reserved_micro_usd", BigInteger, nullable=False),
)

savings = Table(
    "savings",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("hits", BigInteger, nullable=False),
    Column("saved_micro_usd", BigInteger, nullable=False),
)

semaphores = Table("semaphores", metadata, Column("name", Text, primary_key=True))

slots = Table(
    "slots",
    metadata,
    Column("name", Text, ForeignKey("semaphores.name"), primary_key=True),
    Column("holder", Text, primary_key=True),
    Column("expires_at", Double, nullable=False),
)

paces = Table(
    "paces",
    metadata,
    Column("name", Text, primary_key=True),
    Column("full_at", Double, nullable=False),
)

breakers = Table(
    "breakers",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("open_until", Double, nullable=False),
    Column("probing", Boolean, nullable=False),
    Column("error", Text),
)


class database_now(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """Seconds since 1970 by the database's clock: the one clock that all processes share."""

    type = Double()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _now_on_sqlite(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(database_now, "postgresql")
def _now_on_postgresql(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "extract(epoch from clock_timestamp())::double precision"


class utc_day(FunctionElement[str]):  # noqa: N801 - reads as the SQL function that it is
    """The UTC day, as `2026-11-20`, of seconds since 1970."""

    type = String()
    inherit_cache = True


@compiles(utc_day, "sqlite")
def _day_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, 'unixepoch')"


@compiles(utc_day, "postgresql")
def _day_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    return f"to_char(to_timestamp({seconds}) AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


__all__ = [
    "SCHEMA_REVISION",
    "breakers",
    "budgets",
    "database_now",
    "deliveries",
    "intents",
    "leases",
    "metadata",
    "paces",
    "product_assets",
    "products",
    "receipt_assets",
    "receipt_inputs",
    "receipts",
    "savings",
    "semaphores",
    "slots",
    "uploads",
    "utc_day",
]
