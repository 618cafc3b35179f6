"""Making the books again from the store: receipts and uploads. Money and open calls only a backup brings back."""

from __future__ import annotations

from collections.abc import Iterator

from media_factory.books.receipts import ReceiptRecord
from media_factory.factory import Factory
from media_factory.journal import StoreJournal, record_name
from media_factory.library import uploads
from media_factory.library.model import Rebuilding, Upload
from media_factory.library.naming import DIGEST, inventory_of
from media_factory.records import sealed

_AT_ONCE = 500


def rebuild(factory: Factory) -> Rebuilding:
    """Bring the books and the store's records to the same state, each taking from the other what it lacks.

    What both have stays as it is. A receipt whose assets are gone proves nothing and is not restored; its record stays.
    It can be killed at any point: the same call again does the rest.

    Raises:
        StoreError, BooksError: the store or the books can't be read or written.
    """
    inventory = inventory_of(factory)
    held = {one.digest for one in inventory.holdings()}
    journal, found = StoreJournal(inventory), _Found(held)
    known = {record_name(key) for key in factory.books.archive.receipt_keys()}
    recorded = set(journal.names())
    restored = 0
    for batch in _batches(sorted(recorded - known)):
        restored += factory.books.restore_receipts(list(found.sound(journal, batch)))
    written = 0
    for record in factory.books.archive.records() if known - recorded else ():
        if record_name(record.receipt.key) not in recorded:
            journal.keep(record)
            written += 1
    brought, noted = _uploads(factory, found)
    return Rebuilding(
        restored_receipts=restored,
        restored_uploads=brought,
        written_records=written + noted,
        damaged=tuple(found.damaged),
        lost=tuple(found.lost),
    )


class _Found:
    """What there is to restore, and what is wrong with the rest."""

    def __init__(self, held: set[str]) -> None:
        self._held = held
        self.damaged: list[str] = []
        self.lost: list[str] = []

    def sound(self, journal: StoreJournal, names: list[str]) -> Iterator[ReceiptRecord]:
        """Yield the receipts of records that can be read and whose assets are there."""
        for name in names:
            record = journal.read(name)
            if record is None:
                self.damaged.append(name)
            elif all(output in self._held for output in record.outputs if DIGEST.fullmatch(output)):
                yield record
            else:
                self.lost.append(record.receipt.key)

    def is_held(self, upload: Upload) -> bool:
        """Return whether an upload's bytes are there."""
        return upload.asset.digest in self._held


def _uploads(factory: Factory, found: _Found) -> tuple[int, int]:
    inventory = inventory_of(factory)
    known = {uploads.record_name(one.asset.digest): one for one in uploads.uploads_of(factory)}
    recorded = set(inventory.record_names(uploads.UPLOADS))
    restored = 0
    for name in sorted(recorded - known.keys()):
        upload = uploads.recorded_upload(inventory, name)
        if upload is None:
            found.damaged.append(name)
        elif found.is_held(upload):
            uploads.note_upload(factory, inventory, upload)
            restored += 1
    missing = known.keys() - recorded
    for name in missing:
        inventory.write_record(name, sealed(known[name]))
    return restored, len(missing)


def _batches(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]


__all__ = ["rebuild"]
