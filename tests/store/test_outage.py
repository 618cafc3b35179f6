"""A server that is away for a while: nothing is lost, nothing is paid for twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from media_factory.assets import Asset
from media_factory.books.books import Books
from media_factory.errors import StoreError
from media_factory.factory import Factory
from media_factory.model import Model
from media_factory.providers.registry import Providers
from media_factory.stages import Stage
from media_factory.store.s3.settings import MIB
from media_factory.store.s3.store import S3Store
from tests.store.servers import CuttableLine, Server

T = TypeVar("T")
STORIES = 50
OUTAGE_S = float(os.environ.get("MEDIA_FACTORY_TEST_OUTAGE_S", "2"))


class Story(Model):
    """What a story asks for."""

    number: int


class Pieces(Model):
    """What a story's stages leave."""

    assets: tuple[Asset, ...]


@pytest.fixture
def line(moto: Server) -> Iterator[CuttableLine]:
    with contextlib.closing(CuttableLine(moto)) as line:
        yield line


def pieces_of(story: Story) -> list[bytes]:
    """Return what is to be stored of a story: small captions, pictures, a sound."""
    return [f"{story.number} {size} ".encode() + os.urandom(size) for size in (900, 40_000, 150_000, 300_000)]


async def test_an_outage_amid_fifty_stories_loses_nothing_and_pays_nothing_twice(
    line: CuttableLine, tmp_path: Path
) -> None:
    bucket, paid = line.server.new_bucket(), list[int]()
    store = S3Store(line.server.settings(bucket, tmp_path / "cache", outlast_s=OUTAGE_S + 60, read_timeout_s=5))
    factory = Factory(
        store=store, books=Books(f"sqlite:///{tmp_path / 'books.db'}"), providers=Providers.of(), home=tmp_path / "home"
    )

    async def make(request: Story, factory: Factory) -> Pieces:
        paid.append(request.number)
        return Pieces(assets=tuple([await factory.store.put(data, "image/png") for data in pieces_of(request)]))

    async def foretell(request: Story, key: str, factory: Factory) -> Pieces:
        raise AssertionError("nothing is planned here")

    stage = Stage(
        name="make-story", version=1, body=make, foretell=foretell, result_type=Pieces, timeout_s=OUTAGE_S + 120
    )
    at_once = asyncio.Semaphore(8)

    async def one(number: int) -> Pieces:
        async with at_once:
            return (await stage.run(Story(number=number), factory)).result

    async def interrupt() -> None:
        while len(paid) < STORIES * 3 // 10:
            await asyncio.sleep(0.01)
        line.cut()
        await asyncio.sleep(OUTAGE_S)
        line.mend()

    interruption, began = asyncio.ensure_future(interrupt()), time.monotonic()
    made = await asyncio.gather(*(one(number) for number in range(STORIES)))
    took_s = time.monotonic() - began
    await interruption
    assert OUTAGE_S < took_s < OUTAGE_S + 60
    assert sorted(paid) == list(range(STORIES))
    assert await asyncio.gather(*(one(number) for number in range(STORIES))) == made
    assert len(paid) == STORIES
    reader = S3Store(line.server.settings(bucket, tmp_path / "other-cache"))
    for pieces in made:
        for asset in pieces.assets:
            assert len(await reader.read(asset)) == asset.size_bytes
    for opened in (store, reader):
        opened.close()
    factory.books.close()


async def test_large_files_under_way_survive_an_outage_in_both_directions(line: CuttableLine, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(os.urandom(64 * MIB))
    store = S3Store(line.server.settings(line.server.new_bucket(), tmp_path / "cache", outlast_s=30, read_timeout_s=5))
    await store.put(b"opened", "text/plain")
    asset = await through_a_cut(line, store.put(path, "video/mp4"))
    store.cache.path_of(asset.hex).unlink()
    fetched = await through_a_cut(line, store.fetch(asset))
    assert fetched.read_bytes() == path.read_bytes()
    store.close()


async def through_a_cut(line: CuttableLine, work: Coroutine[Any, Any, T]) -> T:
    """Cut the line when some work is well under way, and return what comes of it all the same."""
    under_way = asyncio.ensure_future(work)
    await asyncio.sleep(0.15)
    assert not under_way.done()
    line.cut()
    await asyncio.sleep(0.5)
    assert not under_way.done()
    line.mend()
    return await under_way


async def test_an_outage_that_lasts_too_long_is_said_and_the_same_put_works_afterwards(
    line: CuttableLine, tmp_path: Path
) -> None:
    store = S3Store(line.server.settings(line.server.new_bucket(), tmp_path / "cache", outlast_s=0.5))
    first = await store.put(b"before", "text/plain")
    line.cut()
    for work in (store.put(b"during", "text/plain"), store.check(first)):
        with pytest.raises(StoreError, match=r"is out of reach \(\w+\); check the endpoint and the network"):
            await work
    assert await store.read(first) == b"before", "the copy on this machine still serves"
    line.mend()
    assert await store.read(await store.put(b"during", "text/plain")) == b"during"
    store.close()


async def test_whoever_stops_waiting_in_an_outage_is_not_kept(line: CuttableLine, tmp_path: Path) -> None:
    store = S3Store(line.server.settings(line.server.new_bucket(), tmp_path / "cache", outlast_s=600))
    await store.put(b"before", "text/plain")
    line.cut()
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await store.put(b"during", "text/plain")
    assert time.monotonic() - began < 5
    store.close()
