"""Verifying: every byte against its digest, and what is wrong mended if a sound copy is anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from media_factory.assets import Asset
from media_factory.errors import AssetLost, StoreError
from media_factory.factory import Factory
from media_factory.library.model import Verification
from media_factory.library.naming import DIGEST, inventory_of
from media_factory.library.uploads import uploads_of
from media_factory.store.base import AssetStore

_AT_ONCE = 2


@dataclass
class _Found:
    checked: list[int] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)


async def verify(
    factory: Factory, digests: Sequence[str] = (), *, repair: bool = False, others: Sequence[AssetStore] = ()
) -> Verification:
    """Read assets and compare each with its digest; what is altered is set aside, as on every read.

    Args:
        factory: whose assets.
        digests: which; all that the store holds, or that a receipt or an upload names, if none.
        repair: mend what is missing or altered: from what was set aside, else from `others`; receipts that name what
            can't be mended are voided, so that their stages are made again.
        others: stores that may have sound copies.

    Raises:
        StoreError: the store can't be read or mended.
    """
    inventory, found = inventory_of(factory), _Found()
    wanted = list(digests) or await asyncio.to_thread(_everything, factory)
    turns = asyncio.Semaphore(_AT_ONCE)

    async def check(digest: str) -> None:
        async with turns:
            holding = await asyncio.to_thread(inventory.find, digest)
            try:
                await factory.store.fetch(_asset(digest))
            except AssetLost:
                (found.altered if holding else found.missing).append(digest)
            else:
                found.checked.append(holding.size_bytes if holding else 0)

    for start in range(0, len(wanted), 1000):
        await asyncio.gather(*(check(digest) for digest in wanted[start : start + 1000]))
    broken = sorted(found.missing) + sorted(found.altered)
    mended = [digest for digest in broken if repair and await _mend(factory, digest, others)]
    lost = [digest for digest in broken if digest not in mended]
    return Verification(
        checked=len(wanted),
        checked_bytes=sum(found.checked),
        missing=tuple(sorted(found.missing)),
        altered=tuple(sorted(found.altered)),
        mended=tuple(mended),
        lost=tuple(lost),
        voided=await asyncio.to_thread(_void, factory, lost) if repair else (),
    )


def _everything(factory: Factory) -> list[str]:
    """Return what the store holds and what must be there: the outputs of receipts, and uploads."""
    inventory = inventory_of(factory)
    held = {one.digest for one in inventory.holdings()}
    made = {name for record in factory.books.archive.records() for name in record.outputs if DIGEST.fullmatch(name)}
    brought = {one.asset.digest for one in uploads_of(factory)}
    return sorted(held | {one for one in made | brought if inventory.tombstone(one) is None})


async def _mend(factory: Factory, digest: str, others: Iterable[AssetStore]) -> bool:
    inventory = inventory_of(factory)
    if await asyncio.to_thread(inventory.tombstone, digest):
        return False
    if await asyncio.to_thread(inventory.recover, digest):
        return True
    for other in others:
        try:
            copy = await other.fetch(_asset(digest))
        except AssetLost:
            continue
        except StoreError:
            if other is factory.store:
                raise
            continue  # a store that fails has no sound copy for us; the next may
        kept = await factory.store.put(copy, "application/octet-stream")
        if kept.digest == digest:
            return True
    return False


def _void(factory: Factory, lost: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({key for digest in lost for key in factory.books.void_receipts_naming(digest)}))


def _asset(digest: str) -> Asset:
    return Asset(digest=digest, media_type="application/octet-stream", size_bytes=0)


__all__ = ["verify"]
