"""The local store: write once, checked on every read."""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_factory.assets import Asset
from media_factory.errors import AssetLost, StoreError
from media_factory.store.local import LocalStore


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def files_in(store: LocalStore, folder: str) -> list[Path]:
    return [path for path in (store.root / folder).rglob("*") if path.is_file()]


async def test_what_is_put_can_be_read_and_is_named_by_its_sha256(store: LocalStore) -> None:
    asset = await store.put(b"hello", "text/plain")
    assert asset.digest == "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert asset.size_bytes == 5
    assert await store.read(asset) == b"hello"


async def test_a_file_and_its_bytes_are_the_same_asset(store: LocalStore, tmp_path: Path) -> None:
    path = tmp_path / "source"
    path.write_bytes(b"x" * 3_000_000)
    assert await store.put(path, "text/plain") == await store.put(path.read_bytes(), "text/plain")
    assert len(files_in(store, "assets")) == 1
    assert path.exists()


async def test_putting_again_touches_nothing(store: LocalStore) -> None:
    asset = await store.put(b"once", "text/plain")
    before = store.path_of(asset).stat()
    await store.put(b"once", "text/plain")
    assert store.path_of(asset).stat().st_ino == before.st_ino


async def test_a_missing_asset_is_lost(store: LocalStore) -> None:
    asset = await store.put(b"gone", "text/plain")
    store.path_of(asset).unlink()
    with pytest.raises(AssetLost, match="not in the store"):
        await store.fetch(asset)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    replace(path, bytes(data))


def truncate(path: Path) -> None:
    replace(path, path.read_bytes()[:-1])


def empty(path: Path) -> None:
    replace(path, b"")


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replace(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [flip, truncate, empty, become_a_folder])
async def test_damage_is_noticed_set_aside_and_mended_by_putting_again(
    store: LocalStore, damage: Callable[[Path], None]
) -> None:
    asset = await store.put(b"precious bytes", "text/plain")
    damage(store.path_of(asset))
    with pytest.raises(AssetLost, match="set aside"):
        await store.fetch(asset)
    assert not store.path_of(asset).exists()
    assert len(list((store.root / "quarantine").iterdir())) == 1
    assert await store.read(await store.put(b"precious bytes", "text/plain")) == b"precious bytes"


@pytest.mark.parametrize("damage", [flip, truncate, empty, become_a_folder])
async def test_putting_over_damage_leaves_sound_bytes(store: LocalStore, damage: Callable[[Path], None]) -> None:
    asset = await store.put(b"precious bytes", "text/plain")
    damage(store.path_of(asset))
    await store.put(b"precious bytes", "text/plain")
    assert await store.read(asset) == b"precious bytes"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=200), place=st.integers(0, 199), bit=st.integers(0, 7))
def test_no_flipped_bit_is_ever_read(store: LocalStore, data: bytes, place: int, bit: int) -> None:
    asset = asyncio.run(store.put(data, "application/octet-stream"))
    damaged = bytearray(data)
    damaged[place % len(data)] ^= 1 << bit
    replace(store.path_of(asset), bytes(damaged))
    with pytest.raises(AssetLost):
        asyncio.run(store.read(asset))


async def test_twenty_writers_of_one_asset_leave_one_file(store: LocalStore) -> None:
    data = os.urandom(200_000)
    assets = await asyncio.gather(*(store.put(data, "application/octet-stream") for _ in range(20)))
    assert len(set(assets)) == 1
    assert len(files_in(store, "assets")) == 1
    assert files_in(store, "incoming") == []


async def test_a_source_that_can_t_be_read_leaves_nothing(store: LocalStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="could not take"):
        await store.put(tmp_path / "nowhere", "text/plain")
    assert files_in(store, "incoming") == []


def test_what_a_dead_writer_left_a_day_ago_is_swept(store: LocalStore) -> None:
    old, fresh = store.root / "incoming" / "old", store.root / "incoming" / "fresh"
    for path in (old, fresh):
        path.write_bytes(b"half")
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    LocalStore(store.root)
    assert not old.exists()
    assert fresh.exists()


def test_a_folder_that_can_t_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="can't be used"):
        LocalStore(tmp_path / "file")


async def test_an_asset_s_digest_can_t_leave_the_store(store: LocalStore) -> None:
    with pytest.raises(ValueError, match="digest"):
        Asset(digest="sha256:../../../etc/passwd", media_type="text/plain", size_bytes=1)


async def test_too_many_open_files_condemn_no_sound_asset(store: LocalStore) -> None:
    asset = await store.put(b"sound", "text/plain")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    await store.fetch(asset)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(StoreError, match="can't be read now: Too many open files"):
            await store.fetch(asset)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert await store.read(asset) == b"sound"
