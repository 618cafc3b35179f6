"""Removing by a person's will: one asset that nothing needs, or all that was made from something."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from media_factory.errors import InputError
from media_factory.factory import Factory
from media_factory.library.collecting import in_use
from media_factory.library.deliveries import Delivered, deliveries_elsewhere, deliveries_of, remove_delivery
from media_factory.library.lineage import Descent, descent_of
from media_factory.library.model import Name, Takedown, Unpublish
from media_factory.library.naming import DIGEST, inventory_of
from media_factory.library.uploads import forget_upload, upload_of
from media_factory.store.inventory import Tombstone


def delete(factory: Factory, digest: str) -> int:
    """Remove an asset that nothing but its own upload needs, and return how many bytes that freed.

    It may be brought or made again.

    Raises:
        InputError: it isn't there, or something needs it; the message says what to do instead.
        StoreError: it can't be removed.
    """
    inventory, archive = inventory_of(factory), factory.books.archive
    holding, brought = inventory.find(digest), upload_of(factory, digest)
    if holding is None and brought is None:
        raise InputError(f"asset {digest} is not here")
    keys = [one.receipt.key for one in (*archive.makers(digest), *archive.users(digest))]
    ids = [one.id for one in deliveries_of(factory) if digest in one.digests]
    if keys or ids:
        needing = ", ".join([*(f"the product {one}" for one in ids), *keys][:3])
        raise InputError(f"asset {digest} is needed by {needing}; `assets takedown` removes it with all of these")
    if brought:
        forget_upload(factory, inventory, digest)
    if digest in in_use(factory):
        raise InputError(f"asset {digest} is needed by a record of the store or a consent, and stays")
    return inventory.remove(digest)


async def take_down(
    factory: Factory,
    target: Name,
    *,
    who: str,
    why: str,
    then: Literal["delete", "remake"] = "delete",
    unpublish: Unpublish | None = None,
    dry_run: bool = False,
) -> Takedown:
    """Remove an asset, or what a voice said, with all that was made from it, and bar the way back.

    A tombstone keeps a digest from being stored again. It is put on `target`, and with "delete" on all that was made
    from it; with "remake" those may be made again, from something else.

    It can be killed at any point: the same call again does the rest.

    Args:
        factory: whose assets.
        target: a digest, or `voice:<vendor>:<id>`.
        who: who wants it.
        why: for what reason.
        then: what becomes of what was made from it.
        unpublish: withdraws what is published.
        dry_run: only say what would be done.

    Raises:
        InputError: nothing here has to do with `target`, or `who` or `why` is missing.
        StoreError, BooksError: something can't be removed.
    """
    if not who.strip() or not why.strip():
        raise InputError("a takedown says who wants it and why")
    found = await asyncio.to_thread(_find, factory, target)
    plan = await asyncio.to_thread(_plan, factory, target, then, found)
    if dry_run:
        return plan
    # From the outside in: what people can see first, and what the walk goes by last, so that another call finds it.
    withdrawn = [key for name in plan.published if unpublish for key in await unpublish(name)]
    for delivered in found.delivered:
        await asyncio.to_thread(remove_delivery, factory, delivered)
    freed = await asyncio.to_thread(_remove, factory, plan, who.strip(), why.strip())
    left = () if unpublish else plan.published
    done = {"dry_run": False, "unpublished": tuple(withdrawn), "still_published": left, "freed_bytes": freed}
    return plan.model_copy(update=done)


@dataclass
class _Affected:
    descent: Descent
    delivered: list[Delivered]

    @property
    def assets(self) -> tuple[str, ...]:
        return tuple(name for name in self.descent.names if DIGEST.fullmatch(name))


def _find(factory: Factory, target: Name) -> _Affected:
    found = _Affected(descent_of(factory, target), [])
    names, keys = found.descent.names.keys(), found.descent.records.keys()
    found.delivered += (one for one in deliveries_of(factory) if one.digests & names or one.keys & keys)
    found.delivered += deliveries_elsewhere(factory, found.assets)
    return found


def _plan(factory: Factory, target: Name, then: Literal["delete", "remake"], found: _Affected) -> Takedown:
    inventory = inventory_of(factory)
    uploads = tuple(one for one in found.assets if upload_of(factory, one))
    holdings = [holding for holding in map(inventory.find, found.assets) if holding]
    barred = DIGEST.fullmatch(target) and inventory.tombstone(target)  # an earlier call was cut short, or not
    if not (found.descent.records or uploads or holdings or found.delivered or barred):
        raise InputError(f"{target}: nothing here has to do with it")
    return Takedown(
        dry_run=True,
        target=target,
        then=then,
        assets=found.assets,
        voices=tuple(name for name in found.descent.names if name.startswith("voice:")),
        receipts=tuple(found.descent.records),
        uploads=uploads,
        deliveries=tuple(one.folder for one in found.delivered),
        published=tuple(one.manifest_key for one in found.delivered if one.manifest_key),
        unpublished=(),
        freed_bytes=sum(one.size_bytes for one in holdings),
    )


def _remove(factory: Factory, plan: Takedown, who: str, why: str) -> int:
    inventory, freed = inventory_of(factory), 0
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for digest in plan.assets:
        if digest == plan.target or plan.then == "delete":
            because_of = None if digest == plan.target else plan.target
            freed += inventory.bury(Tombstone(digest=digest, who=who, why=why, at=now, because_of=because_of))
        else:
            freed += inventory.remove(digest)
    for digest in plan.uploads:
        forget_upload(factory, inventory, digest)
    factory.books.remove_receipts(plan.receipts)
    return freed


__all__ = ["delete", "take_down"]
