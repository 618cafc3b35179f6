"""Retention: letting go of what is older than its rule keeps it, unless a delivered product needs it.

What is let go is forgotten, not removed: its bytes go with the first collection after the grace period that begins now.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from media_factory.books.receipts import ReceiptRecord
from media_factory.factory import Factory
from media_factory.library.deliveries import deliveries_of
from media_factory.library.listing import asset_in, fits
from media_factory.library.model import Retention, Upload
from media_factory.library.naming import DIGEST, inventory_of
from media_factory.library.uploads import forget_upload, uploads_of
from media_factory.policy import RetentionRule

_DAY_S = 24 * 3600.0
# They are no media: what somebody agreed to, and voices that vendors keep and charge for.
_ALWAYS_KEPT = ("record-consent", "clone-voice")


def retain(factory: Factory, rules: Sequence[RetentionRule] | None = None, *, dry_run: bool = False) -> Retention:
    """Let go of what is older than its rule keeps it, and say what that was.

    The first rule that fits a receipt (or an upload) decides; what fits none is kept for ever.

    Args:
        factory: whose receipts and uploads.
        rules: the policy's if None.
        dry_run: let go of nothing, and say what would be.

    Raises:
        StoreError, BooksError: it can't be done; what was let go so far stays so.
    """
    rules, inventory, now = factory.policy.retention if rules is None else rules, inventory_of(factory), time.time()
    needed_keys, needed = set[str](), set[str]()
    for delivered in deliveries_of(factory):
        needed_keys |= delivered.keys
        needed |= delivered.digests
    records = [one for one in _old_records(factory, rules, now) if one.receipt.key not in needed_keys]
    uploads = [one for one in _old_uploads(factory, rules, now) if one.asset.digest not in needed]
    if not dry_run:
        outputs = {name for one in records for name in one.outputs if DIGEST.fullmatch(name)}
        # First: a collection that runs meanwhile must find them young.
        for digest in outputs | {one.asset.digest for one in uploads}:
            inventory.touch(digest)
        factory.books.remove_receipts(one.receipt.key for one in records)
        for upload in uploads:
            forget_upload(factory, inventory, upload.asset.digest)
    return Retention(
        dry_run=dry_run,
        receipts=tuple(one.receipt.key for one in records),
        uploads=tuple(one.asset.digest for one in uploads),
    )


def _old_records(factory: Factory, rules: Sequence[RetentionRule], now: float) -> Iterator[ReceiptRecord]:
    rules = [rule for rule in rules if rule.of == "made"]
    for record in factory.books.archive.records() if rules else ():
        if record.outputs and record.receipt.stage not in _ALWAYS_KEPT:
            rule = next((one for one in rules if _fits_record(one, record)), None)
            if _is_over(rule, record.receipt.made_at, now):
                yield record


def _old_uploads(factory: Factory, rules: Sequence[RetentionRule], now: float) -> Iterator[Upload]:
    rules = [rule for rule in rules if rule.of == "uploaded"]
    for upload in uploads_of(factory):
        rule = next(
            (
                one
                for one in rules
                if one.channel in (None, upload.about.channel) and fits(one.media, upload.asset.media_type)
            ),
            None,
        )
        if _is_over(rule, upload.uploaded_at, now):
            yield upload


def _fits_record(rule: RetentionRule, record: ReceiptRecord) -> bool:
    receipt = record.receipt
    if rule.stage not in (None, receipt.stage) or rule.channel not in (None, receipt.channel):
        return False
    if rule.media is None:
        return True
    assets = (asset_in(record, name) for name in record.outputs)
    return any(asset and fits(rule.media, asset.media_type) for asset in assets)


def _is_over(rule: RetentionRule | None, at: float, now: float) -> bool:
    return rule is not None and rule.keep_days is not None and at < now - rule.keep_days * _DAY_S


__all__ = ["retain"]
