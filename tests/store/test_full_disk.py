"""A disk that is full at whichever write: a clear error, nothing partial, and the same thing works afterwards."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from media_factory.assets import Asset
from media_factory.calls.pictures import make_picture
from media_factory.calls.spool import Spool
from media_factory.delivery.folder import Delivery
from media_factory.delivery.manifest import Manifest, Output
from media_factory.errors import StoreError
from media_factory.factory import Factory
from media_factory.providers.base import ImageReply
from media_factory.requests import ImageRequest
from media_factory.store.local import LocalStore
from media_factory.store.s3.store import S3Store
from media_factory.testing import FakeImage
from media_factory.testing.fakes import Dials
from tests.conftest import MakeFactory
from tests.store.disks import PAGE_BYTES, SmallDisk, small_disk
from tests.store.servers import Server

SIZE = 10 * PAGE_BYTES + 1
# From no page at all to more than whatever is written needs.
PAGES = range(24)
MANIFEST = Manifest(
    kind="image",
    id="product",
    title="A product",
    status="passed",
    outputs=(),
    stages=(),
    cost_usd=None,
    created_at="2026-11-20T12:00:00+00:00",
    made_with="tests",
)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 4) as disk:
        yield disk


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() and path.name != "ballast"}


async def test_a_store_on_a_full_disk_says_where_and_how_much_and_keeps_nothing_partial(disk: SmallDisk) -> None:
    root, failures = disk.folder / "store", 0
    LocalStore(root)
    for pages in PAGES:
        data = os.urandom(SIZE)
        disk.leave(pages * PAGE_BYTES)
        before = files_in(root)
        try:
            asset = await LocalStore(root).put(data, "image/png")
        except StoreError as problem:
            failures += 1
            assert str(root) in str(problem)
            assert f"{SIZE} bytes" in str(problem)
            assert "No space left" in str(problem)
            assert files_in(root) == before
            disk.empty()
            asset = await LocalStore(root).put(data, "image/png")
        assert await LocalStore(root).read(asset) == data
        await asyncio.to_thread(LocalStore(root).path_of(asset).unlink)
    assert 10 <= failures < len(PAGES)


def test_a_spool_on_a_full_disk_says_where_and_how_much_and_keeps_nothing_partial(disk: SmallDisk) -> None:
    spool, failures = Spool(disk.folder / "spool"), 0
    reply = ImageReply(data=os.urandom(SIZE), media_type="image/png", price_usd=Decimal(1))
    for pages in PAGES:
        disk.leave(pages * PAGE_BYTES)
        try:
            spool.write(f"call-{pages}", reply)
        except StoreError as problem:
            failures += 1
            assert str(disk.folder) in str(problem)
            assert f"{SIZE} bytes" in str(problem)
            assert files_in(disk.folder) == set()
            disk.empty()
            spool.write(f"call-{pages}", reply)
        assert spool.read(f"call-{pages}", ImageReply) == reply
        spool.drop(f"call-{pages}")
    assert 10 <= failures < len(PAGES)


async def test_a_delivery_to_a_full_disk_leaves_whole_files_and_no_manifest(disk: SmallDisk, factory: Factory) -> None:
    assets = [await factory.store.put(os.urandom(SIZE), "application/octet-stream") for _ in range(2)]

    async def deliver(folder: Path) -> Manifest:
        delivery = Delivery(factory)
        for index, asset in enumerate(assets):
            delivery.add(Output(role="data", path=f"{index}.bin", asset=asset))
        return await delivery.finish(MANIFEST, folder)

    failures = 0
    for pages in range(0, 60, 3):
        folder = disk.folder / f"product-{pages}"
        disk.leave(pages * PAGE_BYTES)
        try:
            await deliver(folder)
        except StoreError as problem:
            failures += 1
            assert str(folder) in str(problem)
            assert "bytes" in str(problem)
            _holds_whole_files_only(folder, assets)
            disk.empty()
            await deliver(folder)
        assert (folder / "manifest.json").is_file()
        await asyncio.to_thread(_remove, folder)
    assert 5 <= failures < 20


def _holds_whole_files_only(folder: Path, assets: list[Asset]) -> None:
    names = {path.name for path in files_in(folder)}
    assert names <= {"0.bin", "1.bin", "index.html"}
    for name in names & {"0.bin", "1.bin"}:
        assert (folder / name).stat().st_size == assets[int(name[0])].size_bytes


def _remove(folder: Path) -> None:
    for path in files_in(folder):
        path.unlink()


async def test_a_picture_that_the_store_had_no_room_for_is_not_paid_for_again(
    disk: SmallDisk, make_factory: MakeFactory
) -> None:
    (disk.folder / "store").mkdir()
    failures = 0
    for pages in range(12):
        provider = FakeImage(Dials(price_usd=Decimal("0.01"), vendor=True))
        factory = make_factory(provider)
        factory.store = LocalStore(disk.folder / "store")
        request = ImageRequest(provider="fake:instant", prompt=f"a port {pages}", width_px=64, height_px=64)
        disk.leave(pages * PAGE_BYTES)
        try:
            await make_picture(request, factory)
        except StoreError:
            failures += 1
            disk.empty()
            await make_picture(request, factory)
        assert len(provider.dials.calls) == 1
    assert 1 <= failures < 12


async def test_nobody_is_paid_for_what_the_disk_has_no_room_for(disk: SmallDisk, make_factory: MakeFactory) -> None:
    provider = FakeImage(Dials(price_usd=Decimal("0.01"), vendor=True))
    factory = make_factory(provider)
    factory.home = disk.folder / "home"
    request = ImageRequest(provider="fake:instant", prompt="a port", width_px=64, height_px=64)
    with pytest.raises(StoreError, match=r"home/spool: \d+ bytes are free, and a reply \(image\) may take 67108864"):
        await make_picture(request, factory)
    assert provider.dials.calls == []
    assert factory.books.ledger.unsettled() == ()
    assert factory.books.ledger.budgets() == ()


async def test_a_bucket_s_copies_on_a_full_disk_are_refused_and_puts_still_work(disk: SmallDisk, moto: Server) -> None:
    store = S3Store(moto.settings(moto.new_bucket(), disk.folder / "cache"))
    small = await store.put(b"opened", "text/plain")
    assert await store.fetch(small)
    for pages in (0, 1, 5, 9):
        data = os.urandom(SIZE)
        disk.leave(pages * PAGE_BYTES)
        asset = await store.put(data, "image/png")
        with pytest.raises(StoreError, match=rf"cache: a copy of {SIZE} bytes can't be kept: No space left"):
            await store.fetch(asset)
        assert await store.read(asset) == data
        assert list((disk.folder / "cache" / "incoming").iterdir()) == []
        disk.empty()
        assert (await store.fetch(asset)).read_bytes() == data
    store.close()


async def test_an_old_copy_makes_room_for_a_new_one_on_a_full_disk(disk: SmallDisk, moto: Server) -> None:
    store = S3Store(moto.settings(moto.new_bucket(), disk.folder / "cache", cache_keep_s=0, cache_mib=100))
    old = await store.put(os.urandom(1 << 20), "image/png")
    await store.fetch(old)
    new = await store.put(os.urandom(SIZE), "image/png")
    store.cache.path_of(new.hex).unlink()
    disk.leave(0)
    assert (await store.fetch(new)).stat().st_size == SIZE
    assert not store.cache.path_of(old.hex).exists()
    store.close()


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Have no file of this process grow beyond a size in the block: what a disk quota does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 1, PAGE_BYTES, SIZE - 1])
async def test_a_store_that_may_write_no_large_file_says_so_and_keeps_nothing(tmp_path: Path, size: int) -> None:
    store, data = LocalStore(tmp_path / "store"), os.urandom(SIZE)
    with largest_file(size), pytest.raises(StoreError, match=f"could not take {SIZE} bytes: File too large"):
        await store.put(data, "image/png")
    assert files_in(tmp_path / "store" / "assets") == set()
    assert files_in(tmp_path / "store" / "incoming") == set()
    assert await store.read(await store.put(data, "image/png")) == data
