"""What a bucket holds: the same promises as a folder's, on a server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from media_factory.books.books import Books
from media_factory.errors import AssetLost, StoreError
from media_factory.factory import Factory
from media_factory.library import Library
from media_factory.providers.registry import Providers
from media_factory.store.inventory import Tombstone
from media_factory.store.s3.store import S3Store
from tests.library.stages import state_of, tell
from tests.store.servers import Server


@pytest.fixture
def store(moto: Server, tmp_path: Path) -> Iterator[S3Store]:
    opened = S3Store(moto.settings(moto.new_bucket(), tmp_path / "cache"))
    yield opened
    opened.close()


async def test_holdings_are_what_was_put(store: S3Store) -> None:
    assets = [await store.put(text, "text/plain") for text in (b"a", b"bc")]
    store.inventory.write_record("uploads/x.json", b"{}")
    found = {one.digest: one.size_bytes for one in store.inventory.holdings()}
    assert found == {one.digest: one.size_bytes for one in assets}
    holding = store.inventory.find(assets[0].digest)
    assert holding
    assert abs(time.time() - holding.kept_at) < 60


async def test_touching_keeps_type_and_digest(store: S3Store) -> None:
    asset = await store.put(b"abc", "text/plain")
    assert store.inventory.touch(asset.digest)
    head = store.calls.client.head_object(Bucket=store.settings.bucket, Key=store.key_of(asset))
    assert (head["ContentType"], head["Metadata"]) == ("text/plain", {"sha256": asset.hex})
    await store.check(asset)
    assert not store.inventory.touch("sha256:" + "0" * 64)


async def test_what_is_put_again_when_it_is_old_is_young(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asset = await store.put(b"abc", "text/plain")
    touched: list[str] = []
    monkeypatch.setattr(store.inventory, "touch", lambda digest: touched.append(digest) or True)
    await store.put(b"abc", "text/plain")
    assert touched == []
    monkeypatch.setattr("media_factory.store.s3.inventory._OLD_S", -1.0)
    await store.put(b"abc", "text/plain")
    assert touched == [asset.digest]


async def test_what_is_removed_is_gone_here_too_and_what_is_young_stays(store: S3Store) -> None:
    asset = await store.put(b"abc", "text/plain")
    assert store.inventory.remove(asset.digest, unless_kept_since=time.time() - 3600) == 0
    assert store.inventory.remove(asset.digest) == 3
    assert store.inventory.remove(asset.digest) == 0
    with pytest.raises(AssetLost):
        await store.fetch(asset)


async def test_what_was_buried_is_not_taken_until_it_is_lifted(store: S3Store) -> None:
    asset = await store.put(b"abc", "text/plain")
    stone = Tombstone(digest=asset.digest, who="A. Person", why="my face", at="2026-11-20T00:00:00+00:00")
    assert store.inventory.bury(stone) == 3
    assert store.inventory.tombstone(asset.digest) == stone
    with pytest.raises(StoreError, match="was taken down by A. Person"):
        await store.put(b"abc", "text/plain")
    with pytest.raises(AssetLost):
        await store.read(asset)
    assert store.inventory.lift(asset.digest)
    assert not store.inventory.lift(asset.digest)
    assert await store.put(b"abc", "text/plain") == asset


async def test_a_sound_copy_in_quarantine_is_put_back(store: S3Store) -> None:
    asset = await store.put(b"abc", "text/plain")
    store.inventory.remove(asset.digest)
    for name, data in (("1", b"abd"), ("2", b"abc")):
        key = store.settings.key("quarantine", f"{asset.hex}.{name}")
        store.calls.client.put_object(Bucket=store.settings.bucket, Key=key, Body=data)
    assert store.inventory.recover(asset.digest)
    assert await store.read(asset) == b"abc"
    assert not store.inventory.recover("sha256:" + "0" * 64)


def test_records_are_listed_page_by_page(store: S3Store) -> None:
    names = {f"receipts/s/v1/{number:04}.json" for number in range(1005)}
    for name in names:
        store.inventory.write_record(name, b"{}")
    assert set(store.inventory.record_names("receipts")) == names
    store.inventory.remove_record("receipts/s/v1/0000.json")
    assert store.inventory.read_record("receipts/s/v1/0000.json") is None
    assert store.inventory.read_record("receipts/s/v1/0001.json") == b"{}"
    with pytest.raises(StoreError, match="name of a record"):
        store.inventory.write_record("../x", b"")


async def test_lost_books_come_back_from_a_bucket(store: S3Store, tmp_path: Path) -> None:
    def opened(name: str) -> Factory:
        books = Books(f"sqlite:///{tmp_path / name}")
        return Factory(store=store, books=books, providers=Providers.of(), home=tmp_path / "home")

    first, second = opened("first.db"), opened("second.db")
    await tell(first, "made")
    assert (await Library(second).rebuild_books()).restored_receipts == 1
    assert await state_of(second, "made") == "cached"
    assert (await Library(second).verify()).lost == ()
    assert (await Library(second).collect()).removed == ()
    for factory in (first, second):
        factory.books.close()
