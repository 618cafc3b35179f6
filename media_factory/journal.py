"""The journal: every receipt as a record beside the assets, so that lost books can be made again from the store."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from media_factory.books.receipts import ReceiptRecord
from media_factory.records import sealed, unsealed
from media_factory.store.inventory import Inventory

RECEIPTS = "receipts"
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


def record_name(key: str) -> str:
    """Return the name of a receipt's record; keys that a path can't carry are named by their sha256.

    >>> record_name("speak/v1/ab12")
    'receipts/speak/v1/ab12.json'
    """
    plain = key if _PLAIN_KEY.fullmatch(key) else f"other/{hashlib.sha256(key.encode()).hexdigest()}"
    return f"{RECEIPTS}/{plain}.json"


class StoreJournal:
    """Keeps receipts as records of a store; see `books.receipts.Journal`."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def keep(self, record: ReceiptRecord) -> None:
        """Write a receipt's record.

        Raises:
            StoreError: the store can't take it.
        """
        self._inventory.write_record(record_name(record.receipt.key), sealed(record))

    def strike(self, key: str) -> None:
        """Remove a receipt's record.

        Raises:
            StoreError: the store can't do it.
        """
        self._inventory.remove_record(record_name(key))

    def names(self) -> Iterator[str]:
        """Yield the names of all records."""
        yield from self._inventory.record_names(RECEIPTS)

    def read(self, name: str) -> ReceiptRecord | None:
        """Return what a record holds; None if it is gone, damaged, or not a receipt's."""
        data = self._inventory.read_record(name)
        record = unsealed(data, ReceiptRecord) if data else None
        return record if record and record_name(record.receipt.key) == name else None


__all__ = ["RECEIPTS", "StoreJournal", "record_name"]
