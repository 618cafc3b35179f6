"""Collecting garbage: what nothing names any more, and nobody has just written.

In use is what a receipt (in the books, or in the store where the books don't know it), an upload, a consent, a
delivered product or any other record of the store names. What was put or touched within the grace period is left alone,
since the receipt of a stage that still runs may be about to name it. A collection can be killed at any point: it only
ever removes what was garbage.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from media_factory.errors import InputError, StoreError
from media_factory.factory import Factory
from media_factory.journal import StoreJournal, record_name
from media_factory.library.deliveries import deliveries_of
from media_factory.library.model import Collection
from media_factory.library.naming import DIGEST, digests_in, inventory_of
from media_factory.store.inventory import Inventory

DEFAULT_GRACE_S = 24 * 3600.0
LEAST_GRACE_S = 3600.0
"""Longer than a stage may take from its first output to its receipt."""


def collect(factory: Factory, grace_s: float = DEFAULT_GRACE_S, *, dry_run: bool = False) -> Collection:
    """Remove garbage and say what it was.

    Args:
        factory: whose store.
        grace_s: what was put or touched within so many seconds stays; at least an hour.
        dry_run: remove nothing, and say what would be.

    Raises:
        InputError: the grace period is too short.
        StoreError, BooksError: what is in use can't be found out, and nothing was removed; or something can't be.
    """
    if grace_s < LEAST_GRACE_S:
        raise InputError(f"a grace period of {grace_s:g} s is too short: stages may run for {LEAST_GRACE_S:g} s")
    inventory, cutoff = inventory_of(factory), time.time() - grace_s
    used = in_use(factory)
    kept = kept_bytes = young = removed_bytes = 0
    removed: list[str] = []
    for holding in inventory.holdings():
        if holding.digest in used or holding.kept_at > cutoff:
            kept, kept_bytes = kept + 1, kept_bytes + holding.size_bytes
            young += holding.digest not in used
            continue
        freed = holding.size_bytes if dry_run else inventory.remove(holding.digest, unless_kept_since=cutoff)
        if freed or not holding.size_bytes:
            removed.append(holding.digest)
            removed_bytes += freed
    return Collection(
        dry_run=dry_run,
        kept=kept,
        kept_bytes=kept_bytes,
        young=young,
        removed=tuple(removed),
        removed_bytes=removed_bytes,
    )


def in_use(factory: Factory) -> set[str]:
    """Return the digests that something needs.

    Raises:
        StoreError, BooksError: something that may need one can't be read.
    """
    archive, inventory = factory.books.archive, inventory_of(factory)
    used = {name for name in archive.names() if DIGEST.fullmatch(name)}
    for result in archive.nameless_results():
        used |= digests_in(result)
    used |= {digest for text in archive.uploads() for digest in digests_in(text)}
    used |= _of_records(inventory, archive.receipt_keys())
    for delivered in deliveries_of(factory):
        used |= delivered.digests
    for consent in (factory.home / "consents").glob("*.json"):
        try:
            used |= digests_in(consent.read_text(encoding="utf-8"))
        except OSError as problem:
            raise StoreError(
                f"{consent}: can't be read, so nobody knows what it needs: {problem.strerror}"
            ) from problem
    return used


def _of_records(inventory: Inventory, known: set[str]) -> set[str]:
    """Return what records of the store need, but for receipts that the books have told about."""
    used: set[str] = set()
    for name in _unknown(inventory, known):
        if data := inventory.read_record(name):
            used |= digests_in(data.decode(errors="replace"))
    return used


def _unknown(inventory: Inventory, known: set[str]) -> Iterator[str]:
    told = {record_name(key) for key in known}
    # Receipts that only the store knows: of books that were lost, or of others that share the store.
    yield from (name for name in StoreJournal(inventory).names() if name not in told)
    for folder in ("uploads", "backups", "publications"):
        yield from inventory.record_names(folder)


__all__ = ["DEFAULT_GRACE_S", "LEAST_GRACE_S", "collect", "in_use"]
