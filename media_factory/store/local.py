"""A store in a folder of this machine.

Layout: `assets/sha256/<first two hex digits>/<hex>`, `incoming/` for what is being written, `quarantine/` for what was
found altered; `records/` and `tombstones/` belong to its inventory. Written to a temporary file, synced,
renamed, folder synced: a crash leaves either the asset or nothing.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import time
import uuid
from pathlib import Path

from media_factory.assets import Asset
from media_factory.errors import AssetLost, StoreError
from media_factory.files import FULL, copy_hashed, sha256_of, sync_folder
from media_factory.store.base import AssetStore
from media_factory.store.local_inventory import LocalInventory
from media_factory.threads import run_stoppable

_ABANDONED_AFTER_S = 24 * 3600
# What keeps us from reading and says nothing of the file: too many open files, no memory.
_OURS = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)


class LocalStore(AssetStore):
    """Keeps assets below a folder, which is made if it isn't there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / "incoming"
        self._quarantine = root / "quarantine"
        self._inventory = LocalInventory(root)
        try:
            for folder in (root / "assets" / "sha256", self._incoming, self._quarantine):
                folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
        except OSError as problem:
            raise StoreError(f"the store at {root} can't be used: {problem.strerror}") from problem

    @property
    def inventory(self) -> LocalInventory:
        """What the folder holds."""
        return self._inventory

    def path_of(self, asset: Asset) -> Path:
        """Return where the asset's file is, if it is there."""
        return self.root / "assets" / "sha256" / asset.hex[:2] / asset.hex

    async def put(
        self,
        source: bytes | Path,
        media_type: str,
        *,
        width_px: int | None = None,
        height_px: int | None = None,
        duration_s: float | None = None,
    ) -> Asset:
        """Keep the bytes (or a file's content); see `AssetStore.put`."""
        # A caller that is cancelled may remove the source: first let the copy end.
        digest, size = await run_stoppable(lambda _: self._keep(source))
        return Asset(
            digest=f"sha256:{digest}",
            media_type=media_type,
            size_bytes=size,
            width_px=width_px,
            height_px=height_px,
            duration_s=duration_s,
        )

    async def check(self, asset: Asset) -> None:
        """Hash the file; see `AssetStore.check`."""
        await self.fetch(asset)

    async def fetch(self, asset: Asset) -> Path:
        """Return the asset's own file; see `AssetStore.fetch`."""
        return await asyncio.to_thread(self._verified, asset)

    def _verified(self, asset: Asset) -> Path:
        path = self.path_of(asset)
        try:
            found = sha256_of(path)
        except FileNotFoundError:
            buried = self._inventory.tombstone(asset.digest)
            raise AssetLost(asset.digest, f"taken down: {buried.why}" if buried else "not in the store") from None
        except OSError as problem:
            if problem.errno in _OURS:
                raise StoreError(f"{path} can't be read now: {problem.strerror}") from problem
            self._set_aside(path)
            raise AssetLost(asset.digest, f"unreadable ({problem.strerror}), set aside") from problem
        if found != asset.hex:
            self._set_aside(path)
            raise AssetLost(asset.digest, "altered in the store, set aside")
        return path

    def _set_aside(self, path: Path) -> None:
        try:
            path.rename(self._quarantine / f"{path.name}.{uuid.uuid4().hex[:8]}")
        except FileNotFoundError:
            return  # somebody else noticed first
        except OSError as problem:
            raise StoreError(f"{path.name} is damaged and can't be moved aside: {problem.strerror}") from problem

    def _keep(self, source: bytes | Path) -> tuple[str, int]:
        temporary = self._incoming / uuid.uuid4().hex
        try:
            if isinstance(source, bytes):
                temporary.write_bytes(source)
                digest, size = hashlib.sha256(source).hexdigest(), len(source)
            else:
                digest, size = copy_hashed(source, temporary)
            self._settle(temporary, digest)
        except OSError as problem:
            raise StoreError(
                f"the store at {self.root} could not take {_described(source)}: {problem.strerror}{_cure(problem)}"
            ) from problem
        finally:
            temporary.unlink(missing_ok=True)
        return digest, size

    def _settle(self, temporary: Path, digest: str) -> None:
        """Give a written file its final name, unless a sound one has it already."""
        target = self.root / "assets" / "sha256" / digest[:2] / digest
        if self._is_kept(target, digest):
            return
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o444)
        target.parent.mkdir(exist_ok=True)
        with self._inventory.relying():
            self._refuse_buried(digest)
            if target.is_dir():
                self._set_aside(target)
            temporary.replace(target)
        sync_folder(target.parent)

    def _is_kept(self, target: Path, digest: str) -> bool:
        """Return whether a sound file is there; then it counts as put just now, so that no collection removes it."""
        with self._inventory.relying():
            self._refuse_buried(digest)
            try:
                found = self._inventory.touch(digest)
            except StoreError:
                return False  # another account's file: it is replaced by one of ours
        try:
            return found and sha256_of(target) == digest
        except OSError:
            self._set_aside(target)
            return False

    def _refuse_buried(self, digest: str) -> None:
        if buried := self._inventory.tombstone(digest):
            raise buried.refusal()

    def _sweep(self) -> None:
        """Remove what writers that died a day ago left behind."""
        for path in self._incoming.iterdir():
            try:
                if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_S:
                    path.unlink()
            except FileNotFoundError:
                continue  # its writer finished, or another sweep was faster


def _described(source: bytes | Path) -> str:
    """Return how many bytes were to be kept, and of what file, as far as that can be told."""
    if isinstance(source, bytes):
        return f"{len(source)} bytes"
    try:
        return f"{source.stat().st_size} bytes of {source}"
    except OSError:
        return str(source)


def _cure(problem: OSError) -> str:
    return "; make room there" if problem.errno in FULL else ""


__all__ = ["LocalStore"]
