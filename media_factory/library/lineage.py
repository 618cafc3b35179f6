"""Lineage: what was made from what, walked through the receipts."""

from __future__ import annotations

from dataclasses import dataclass, field

from media_factory.books.receipts import ReceiptRecord
from media_factory.factory import Factory
from media_factory.library.deliveries import deliveries_of
from media_factory.library.listing import asset_in
from media_factory.library.model import Lineage, Making, Name
from media_factory.library.naming import DIGEST, inventory_of
from media_factory.library.uploads import upload_of


@dataclass
class Descent:
    """Everything that was made from something: names (itself first) and receipts, in the order of the walk."""

    names: dict[Name, None] = field(default_factory=dict)
    records: dict[str, ReceiptRecord] = field(default_factory=dict)


def lineage_of(factory: Factory, name: Name) -> Lineage:
    """Return what is known of an asset or a voice."""
    archive, inventory = factory.books.archive, inventory_of(factory)
    makers, users = archive.makers(name), archive.users(name)
    is_asset = DIGEST.fullmatch(name) is not None
    upload = upload_of(factory, name) if is_asset else None
    holding = inventory.find(name) if is_asset else None
    described = (asset_in(record, name) for record in makers)
    return Lineage(
        name=name,
        asset=upload.asset if upload else next((asset for asset in described if asset), None),
        size_bytes=holding.size_bytes if holding else None,
        upload=upload,
        tombstone=inventory.tombstone(name) if is_asset else None,
        made_by=tuple(_making(one) for one in makers if name not in one.inputs),
        used_by=tuple(_making(one) for one in users),
        deliveries=tuple(one.id for one in deliveries_of(factory) if name in one.digests),
    )


def descent_of(factory: Factory, name: Name) -> Descent:
    """Return everything that was made from an asset or a voice, and what was made together with it.

    What a stage got and passed on was not made by it: it counts only if it came from there itself.
    """
    archive, found = factory.books.archive, Descent(names={name: None})
    waiting = [name]
    for record in archive.makers(name):
        found.records[record.receipt.key] = record
        waiting += _add(found, record)
    while waiting:
        for record in archive.users(waiting.pop(0)):
            if record.receipt.key not in found.records:
                found.records[record.receipt.key] = record
                waiting += _add(found, record)
    return found


def _add(found: Descent, record: ReceiptRecord) -> list[Name]:
    new = [name for name in record.outputs if name not in record.inputs and name not in found.names]
    found.names.update(dict.fromkeys(new))
    return new


def _making(record: ReceiptRecord) -> Making:
    receipt = record.receipt
    return Making(
        key=receipt.key,
        stage=receipt.stage,
        provider=receipt.provider,
        made_at=receipt.made_at,
        inputs=record.inputs,
        outputs=record.outputs,
    )


__all__ = ["Descent", "descent_of", "lineage_of"]
