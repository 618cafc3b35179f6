"""The books' tables, alike on SQLite and PostgreSQL, and the database's own clock."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

SCHEMA_REVISION = "0001"
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
    Column("made_at", Double, nullable=False),
)

receipt_assets = Table(
    "receipt_assets",
    metadata,
    Column("key", String(200), ForeignKey("receipts.key", ondelete="CASCADE"), primary_key=True),
    Column("digest", String(80), primary_key=True),
    Index("ix_receipt_assets_digest", "digest"),
)

leases = Table(
    "leases",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("holder", String(120), nullable=False),
    Column("expires_at", Double, nullable=False),
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
    return "extract(epoch from clock_timestamp())"


__all__ = ["SCHEMA_REVISION", "database_now", "leases", "metadata", "receipt_assets", "receipts"]
