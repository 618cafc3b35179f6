"""Trying a store out: a small asset put, looked for, read back and removed."""

from __future__ import annotations

import asyncio
import secrets

from media_factory.errors import StoreError
from media_factory.store.base import AssetStore

_PROBE_BYTES = 64


async def probe_store(store: AssetStore) -> str | None:
    """Put an asset that nobody else has, check it, read it back, and remove it.

    Returns:
        What the store could not be asked to do, such as to remove the asset; None if all went well.

    Raises:
        StoreError: it failed, or gave back other bytes; the message says what failed.
    """
    data = b"media-factory probe " + secrets.token_bytes(_PROBE_BYTES)
    asset = await store.put(data, "application/octet-stream")
    await store.check(asset)
    if await store.read(asset) != data:
        raise StoreError("the store gave back other bytes than were put")
    if store.inventory is None:
        return "it can't remove assets, so the probe stays"
    freed = await asyncio.to_thread(store.inventory.remove, asset.digest)
    if freed == 0:
        raise StoreError("the store did not remove the probe")
    return None


__all__ = ["probe_store"]
