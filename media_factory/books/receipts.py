"""Receipts as rows, and as records that stand for them outside the books."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from media_factory.books.database import Database
from media_factory.books.tables import receipt_assets, receipt_inputs, receipts
from media_factory.model import Model


class Receipt(Model):
    """What a finished stage left.

    `result` is the result's canonical JSON; `cost_usd` is what was paid, None if nobody knows; `made_at` is seconds
    since 1970 by the books' clock; `channel` is whose money made it.
    """

    key: str
    stage: str
    version: int
    result: str
    provider: str | None = None
    cost_usd: Decimal | None = None
    seconds: float = Field(ge=0)
    made_at: float = 0
    channel: str | None = None


class ReceiptRecord(Model):
    """A receipt with all that it names: what the books can be made again from."""

    receipt: Receipt
    outputs: tuple[str, ...] = Field(default=(), description="names of what its result brings, see `lineage`")
    inputs: tuple[str, ...] = Field(default=(), description="names of what it was made from")


class Journal(Protocol):
    """Who is told of receipts. Calls come from any thread, and one at a time per key."""

    def keep(self, record: ReceiptRecord) -> None:
        """Note that a receipt was written."""

    def strike(self, key: str) -> None:
        """Note that a receipt was removed."""


_FORGET_NAMES = tuple(
    sa.delete(table).where(table.c.key == sa.bindparam("of")) for table in (receipt_assets, receipt_inputs)
)
_replacements: dict[str, Any] = {}


def receipt_of(row: Mapping[Any, Any]) -> Receipt:
    """Return a row of the receipts' table as a receipt."""
    cost = row["cost_usd"]
    return Receipt(**{**row, "cost_usd": None if cost is None else Decimal(cost)})


def replace_receipt(connection: Connection, database: Database, record: ReceiptRecord) -> None:
    """Write a receipt and what it names, in place of one that stands under its key."""
    key, row = record.receipt.key, record.receipt.model_dump(mode="json")
    for statement in _FORGET_NAMES:
        connection.execute(statement, {"of": key})
    connection.execute(_replacement(database), row)
    if record.outputs:
        connection.execute(sa.insert(receipt_assets), [{"key": key, "digest": name} for name in record.outputs])
    if record.inputs:
        connection.execute(sa.insert(receipt_inputs), [{"key": key, "source": name} for name in record.inputs])


def _replacement(database: Database) -> Any:
    """Return the statement that writes a receipt; building it anew each time took half of what writing one takes."""
    dialect = database.engine.dialect.name
    if dialect not in _replacements:
        insert = database.insert(receipts)
        values = {column.name: insert.excluded[column.name] for column in receipts.c if not column.primary_key}
        _replacements[dialect] = insert.on_conflict_do_update(index_elements=["key"], set_=values)
    return _replacements[dialect]


__all__ = ["Journal", "Receipt", "ReceiptRecord", "receipt_of", "replace_receipt"]
