"""The suite that every store is held to: subclass it and say how the store is opened. It needs pytest."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from media_factory.assets import Asset
from media_factory.errors import AssetLost, StoreError
from media_factory.store.base import AssetStore

_MIB = 1 << 20
_KILLS = 4


class StoreConformance:
    """What every store is held to. Each test gets an empty one."""

    #: A file that the store keeps in more than one piece, if it ever does.
    large_bytes = 40 * _MIB

    def open(self) -> AssetStore:
        """Open the store of this test, as another process would: with what was put, and without any copies."""
        raise NotImplementedError("return a store that is opened anew on the same bytes")

    def in_child(self) -> str:
        """Return Python statements that open the same store as `store` in another process."""
        raise NotImplementedError("return statements that assign `store`")

    def stored(self, asset: Asset) -> bytes | None:
        """Return what lies where the asset should, past the store; None if nothing does."""
        raise NotImplementedError("return the bytes that are kept for an asset")

    def alter(self, asset: Asset, data: bytes | None) -> None:
        """Replace what is kept for an asset, past the store; None removes it."""
        raise NotImplementedError("change the bytes that are kept for an asset")

    def unfinished(self) -> list[str]:
        """Return the names of whatever was begun and is neither finished nor removed."""
        raise NotImplementedError("return what is left of writes that failed")

    async def test_what_is_put_can_be_read_and_is_named_by_its_sha256(self) -> None:
        data = b"a few bytes"
        asset = await self.open().put(data, "text/plain", duration_s=1.5, width_px=3, height_px=4)
        assert asset.hex == hashlib.sha256(data).hexdigest()
        assert (asset.size_bytes, asset.media_type, asset.duration_s) == (11, "text/plain", 1.5)
        assert (asset.width_px, asset.height_px) == (3, 4)
        assert await self.open().read(asset) == data
        assert (await self.open().fetch(asset)).read_bytes() == data
        await self.open().check(asset)

    async def test_nothing_at_all_can_be_kept(self) -> None:
        asset = await self.open().put(b"", "application/octet-stream")
        assert await self.open().read(asset) == b""
        assert (await self.open().fetch(asset)).read_bytes() == b""
        await self.open().check(asset)

    async def test_a_file_and_its_bytes_are_the_same_asset(self, tmp_path: Path) -> None:
        path = tmp_path / "source"
        path.write_bytes(os.urandom(300_000))
        store = self.open()
        assert await store.put(path, "image/png") == await store.put(path.read_bytes(), "image/png")
        assert path.exists()

    async def test_a_fetched_file_is_the_store_s_and_not_the_source(self, tmp_path: Path) -> None:
        path = tmp_path / "source"
        path.write_bytes(b"as it was")
        store = self.open()
        asset = await store.put(path, "text/plain")
        path.write_bytes(b"changed by its owner")
        assert (await store.fetch(asset)).read_bytes() == b"as it was"

    async def test_twenty_writers_of_one_asset_all_get_it(self) -> None:
        data, stores = os.urandom(200_000), [self.open(), self.open()]
        assets = await asyncio.gather(*(stores[turn % 2].put(data, "image/png") for turn in range(20)))
        assert len(set(assets)) == 1
        assert self.stored(assets[0]) == data
        assert self.unfinished() == []

    async def test_twenty_readers_of_one_asset_all_get_it(self) -> None:
        data = os.urandom(200_000)
        asset = await self.open().put(data, "image/png")
        store = self.open()
        paths = await asyncio.gather(*(store.fetch(asset) for _ in range(20)))
        assert {path.read_bytes() for path in paths} == {data}

    async def test_what_was_never_put_is_lost(self) -> None:
        asset = Asset(digest=f"sha256:{'0' * 64}", media_type="text/plain", size_bytes=1)
        store = self.open()
        for ask in (store.check, store.fetch, store.read):
            with pytest.raises(AssetLost, match=asset.digest):
                await ask(asset)

    async def test_a_removed_asset_is_lost(self) -> None:
        asset = await self.open().put(b"gone", "text/plain")
        self.alter(asset, None)
        for ask in (self.open().check, self.open().fetch, self.open().read):
            with pytest.raises(AssetLost):
                await ask(asset)

    @pytest.mark.parametrize("way", ["fetch", "read"])
    @pytest.mark.parametrize(
        "damaged",
        [b"precious byteS", b"precious", b"", b"precious bytes and more"],
        ids=["flip", "cut", "empty", "more"],
    )
    async def test_an_alteration_is_noticed_set_aside_and_mended_by_putting_again(
        self, way: str, damaged: bytes
    ) -> None:
        asset = await self.open().put(b"precious bytes", "text/plain")
        self.alter(asset, damaged)
        with pytest.raises(AssetLost, match="set aside"):
            await getattr(self.open(), way)(asset)
        assert self.stored(asset) is None
        await self.open().put(b"precious bytes", "text/plain")
        assert await self.open().read(asset) == b"precious bytes"

    @pytest.mark.parametrize("damaged", [b"cut", b""])
    async def test_a_check_notices_another_length(self, damaged: bytes) -> None:
        asset = await self.open().put(b"precious bytes", "text/plain")
        self.alter(asset, damaged)
        with pytest.raises(AssetLost, match="set aside"):
            await self.open().check(asset)

    @pytest.mark.parametrize("damaged", [b"cut", b""])
    async def test_putting_over_another_length_leaves_sound_bytes(self, damaged: bytes) -> None:
        asset = await self.open().put(b"precious bytes", "text/plain")
        self.alter(asset, damaged)
        await self.open().put(b"precious bytes", "text/plain")
        assert self.stored(asset) == b"precious bytes"

    async def test_a_large_file_goes_in_and_out(self, tmp_path: Path) -> None:
        path = _write(tmp_path / "large", self.large_bytes)
        asset = await self.open().put(path, "video/mp4")
        assert asset.size_bytes == self.large_bytes
        fetched = await self.open().fetch(asset)
        assert fetched.read_bytes() == path.read_bytes()
        assert await self.open().put(path.read_bytes(), "video/mp4") == asset
        assert self.unfinished() == []

    @pytest.mark.parametrize("change", ["flip", "cut", "empty"])
    async def test_an_altered_large_file_is_noticed(self, tmp_path: Path, change: str) -> None:
        data = bytearray(_write(tmp_path / "large", self.large_bytes).read_bytes())
        asset = await self.open().put(bytes(data), "video/mp4")
        data[len(data) // 2] ^= 1
        kept = {"flip": len(data), "cut": 9 * _MIB, "empty": 0}[change]
        self.alter(asset, bytes(data[:kept]))
        with pytest.raises(AssetLost, match="set aside"):
            await self.open().fetch(asset)
        assert self.stored(asset) is None

    async def test_a_source_that_isn_t_there_is_named_and_leaves_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="nowhere"):
            await self.open().put(tmp_path / "nowhere", "text/plain")
        assert self.unfinished() == []

    async def test_a_put_that_nobody_waits_for_leaves_the_asset_or_nothing(self, tmp_path: Path) -> None:
        path = _write(tmp_path / "large", self.large_bytes)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        asset = Asset(digest=f"sha256:{digest}", media_type="video/mp4", size_bytes=self.large_bytes)
        store = self.open()
        for pause_s in (0.0, 0.02, 0.1, 0.2):
            put = asyncio.ensure_future(store.put(path, "video/mp4"))
            await asyncio.sleep(pause_s)
            put.cancel()
            await asyncio.wait([put])
            assert self.stored(asset) in (None, path.read_bytes())
            assert self.unfinished() == []
        await store.put(path, "video/mp4")
        await self.open().check(asset)

    async def test_a_killed_writer_leaves_the_asset_or_nothing(self, tmp_path: Path) -> None:
        path = _write(tmp_path / "large", self.large_bytes)
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        asset = Asset(digest=f"sha256:{digest}", media_type="video/mp4", size_bytes=self.large_bytes)
        for turn in range(_KILLS):
            _put_and_kill(self.in_child(), path, after_s=0.05 + 0.1 * turn)  # later and later into the put
            assert self.stored(asset) in (None, data)
        await self.open().put(path, "video/mp4")
        assert (await self.open().fetch(asset)).read_bytes() == data


def _put_and_kill(opening: str, path: Path, after_s: float) -> None:
    """Put a file in another process and kill that while it does."""
    code = f"""{opening}
import asyncio, pathlib
print("ready", flush=True)
input()
asyncio.run(store.put(pathlib.Path({str(path)!r}), "video/mp4"))
"""
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    child.stdin.write(b"\n")
    child.stdin.flush()
    time.sleep(after_s)
    child.kill()
    child.communicate()


def _write(path: Path, size: int) -> Path:
    block = os.urandom(_MIB)
    with path.open("wb") as file:
        for index in range(-(-size // _MIB)):
            file.write((index.to_bytes(8, "big") + block[8:])[: size - index * _MIB])
    return path


__all__ = ["StoreConformance"]
