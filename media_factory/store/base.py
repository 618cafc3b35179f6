"""The contract of a store."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from pathlib import Path

from media_factory.assets import Asset
from media_factory.store.inventory import Inventory


class AssetStore(ABC):
    """Keeps bytes under the sha256 of their content.

    A store never changes what it holds, never shows a half-written asset, and never gives out bytes that are not what
    their digest says: those it sets aside ("quarantine") and calls lost.
    """

    @property
    def inventory(self) -> Inventory | None:
        """What the store holds, for those who look after it; None if this store can't tell."""
        return None

    @abstractmethod
    async def put(
        self,
        source: bytes | Path,
        media_type: str,
        *,
        width_px: int | None = None,
        height_px: int | None = None,
        duration_s: float | None = None,
    ) -> Asset:
        """Keep the bytes (or a file's content) and return the asset that names them.

        When this returns, the bytes survive a power cut.

        Raises:
            StoreError: the bytes could not be written, or were taken down; nothing half-written is left.
        """

    @abstractmethod
    async def check(self, asset: Asset) -> None:
        """Make sure that the asset is there, as cheaply as this store can tell.

        Raises:
            AssetLost: it is missing or altered.
        """

    @abstractmethod
    async def fetch(self, asset: Asset) -> Path:
        """Return a local file with the asset's bytes, checked against the digest. It must not be changed.

        Raises:
            AssetLost: it is missing or altered.
        """

    def close(self) -> None:  # noqa: B027 - most stores hold nothing open
        """Give back what the store holds open."""

    async def read(self, asset: Asset) -> bytes:
        """Return the asset's bytes, checked against the digest. For small assets.

        Raises:
            AssetLost: it is missing or altered.
        """
        path = await self.fetch(asset)
        return await asyncio.to_thread(path.read_bytes)


__all__ = ["AssetStore"]
