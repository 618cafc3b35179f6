"""What a local store holds: listed, touched, removed, buried; and the records beside it."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_factory.assets import Asset
from media_factory.errors import AssetLost, StoreError
from media_factory.store.inventory import Tombstone
from media_factory.store.local import LocalStore


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def age(store: LocalStore, asset: Asset) -> None:
    os.utime(store.path_of(asset), (1.0, 1.0))


def tombstone(asset: Asset) -> Tombstone:
    return Tombstone(digest=asset.digest, who="A. Person", why="my face", at="2026-11-20T00:00:00+00:00")


async def test_holdings_are_what_was_put_and_nothing_else(store: LocalStore) -> None:
    assets = [await store.put(text, "text/plain") for text in (b"a", b"bc")]
    (store.root / "assets" / "sha256" / "strange").write_text("a file where folders are")
    (store.root / "assets" / "sha256" / assets[0].hex[:2] / "strange").write_text("no digest")
    found = {one.digest: one.size_bytes for one in store.inventory.holdings()}
    assert found == {one.digest: one.size_bytes for one in assets}


async def test_putting_and_touching_make_young(store: LocalStore) -> None:
    asset = await store.put(b"a", "text/plain")
    for renew in (lambda: store.inventory.touch(asset.digest), lambda: asyncio.run(store.put(b"a", "text/plain"))):
        age(store, asset)
        await asyncio.to_thread(renew)
        found = store.inventory.find(asset.digest)
        assert found
        assert time.time() - found.kept_at < 60
    assert not store.inventory.touch("sha256:" + "0" * 64)


async def test_what_is_removed_is_gone_and_what_is_young_stays(store: LocalStore) -> None:
    asset = await store.put(b"abc", "text/plain")
    assert store.inventory.remove(asset.digest, unless_kept_since=time.time() - 60) == 0
    age(store, asset)
    assert store.inventory.remove(asset.digest, unless_kept_since=time.time() - 60) == 3
    assert store.inventory.remove(asset.digest) == 0
    with pytest.raises(AssetLost, match="not in the store"):
        await store.fetch(asset)


def test_no_put_is_ever_undone_by_a_removal_of_what_is_old(store: LocalStore) -> None:
    """Writers and a collector race for one asset that is old; whoever has put it finds it there."""
    asset = asyncio.run(store.put(b"contended", "text/plain"))
    lost: list[Exception] = []
    done = threading.Event()

    def collect() -> None:
        while not done.is_set():
            store.inventory.remove(asset.digest, unless_kept_since=time.time() - 3600)

    def write() -> None:
        for _ in range(60):
            try:
                asyncio.run(store.put(b"contended", "text/plain"))
                asyncio.run(store.fetch(asset))
                age(store, asset)
            except FileNotFoundError:
                pass  # another writer had made it old already, and it was collected: nobody relied on it then
            except AssetLost as error:
                lost.append(error)

    collector, writer = threading.Thread(target=collect), threading.Thread(target=write)
    collector.start()
    writer.start()
    writer.join()
    done.set()
    collector.join()
    assert lost == []


async def test_what_was_buried_is_neither_given_nor_taken_until_it_is_lifted(store: LocalStore) -> None:
    asset, other = [await store.put(text, "text/plain") for text in (b"abc", b"def")]
    (store.root / "quarantine" / f"{asset.hex}.12345678").write_bytes(b"abcd")
    assert store.inventory.bury(tombstone(asset)) == 7
    assert list((store.root / "quarantine").iterdir()) == []
    with pytest.raises(AssetLost, match="taken down: my face"):
        await store.fetch(asset)
    with pytest.raises(StoreError, match=f"{asset.digest} was taken down by A. Person on 2026-11-20"):
        await store.put(b"abc", "text/plain")
    assert await store.read(other) == b"def"
    assert LocalStore(store.root).inventory.tombstone(asset.digest) == tombstone(asset)
    assert store.inventory.lift(asset.digest)
    assert not store.inventory.lift(asset.digest)
    assert await store.put(b"abc", "text/plain") == asset


async def test_a_damaged_tombstone_bars_the_way_all_the_same(store: LocalStore) -> None:
    asset = await store.put(b"abc", "text/plain")
    store.inventory.bury(tombstone(asset))
    (store.root / "tombstones" / f"{asset.hex}.json").write_text("{")
    with pytest.raises(StoreError, match="was taken down"):
        await store.put(b"abc", "text/plain")


async def test_only_a_sound_copy_is_recovered(store: LocalStore) -> None:
    asset = await store.put(b"abc", "text/plain")
    store.inventory.remove(asset.digest)
    aside = store.root / "quarantine"
    (aside / f"{asset.hex}.1").write_bytes(b"abd")
    (aside / f"{asset.hex}.2").mkdir()
    assert not store.inventory.recover(asset.digest)
    (aside / f"{asset.hex}.3").write_bytes(b"abc")
    (aside / f"{asset.hex}.3").chmod(0)
    assert store.inventory.recover(asset.digest)
    assert await store.read(asset) == b"abc"


def test_records_are_whole_listed_and_removed(store: LocalStore) -> None:
    store.inventory.write_record("receipts/speak/v1/ab.json", b"1")
    store.inventory.write_record("receipts/speak/v1/ab.json", b"2")
    store.inventory.write_record("uploads/x.json", b"3")
    assert store.inventory.read_record("receipts/speak/v1/ab.json") == b"2"
    assert list(store.inventory.record_names("receipts")) == ["receipts/speak/v1/ab.json"]
    assert list(store.inventory.record_names("nothing")) == []
    store.inventory.remove_record("receipts/speak/v1/ab.json")
    store.inventory.remove_record("receipts/speak/v1/ab.json")
    assert store.inventory.read_record("receipts/speak/v1/ab.json") is None


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.sampled_from("a./\\-_~\0\n%é"), min_size=1, max_size=12))
def test_no_record_s_name_leaves_the_store(store: LocalStore, name: str) -> None:
    outside = sorted(path for path in store.root.parent.rglob("*") if not path.is_relative_to(store.root / "records"))
    try:
        store.inventory.write_record(name, b"x")
    except StoreError:
        assert store.inventory.read_record("a") in (None, b"x")
    else:
        assert store.inventory.read_record(name) == b"x"
        assert ".." not in name.split("/")
        store.inventory.remove_record(name)
    assert outside == sorted(
        path for path in store.root.parent.rglob("*") if not path.is_relative_to(store.root / "records")
    )


def test_a_disk_that_takes_no_record_is_named(store: LocalStore) -> None:
    (store.root / "records").write_text("in the way")
    with pytest.raises(StoreError, match="the record a/b.json can't be written"):
        store.inventory.write_record("a/b.json", b"x")
