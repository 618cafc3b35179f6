"""Books that were lost: made again from the store, or from a backup."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from PIL import Image

from media_factory.errors import InputError
from media_factory.factory import Factory, factory_from_environment
from media_factory.journal import record_name
from media_factory.library import About, Library
from media_factory.library.naming import inventory_of
from tests.conftest import MakeFactory
from tests.flows.stories import TEXTS, made, produce, story_brief
from tests.library.stages import state_of, tell


def lose_books(folder: Path) -> None:
    for path in folder.glob("books.db*"):
        path.unlink()


def test_a_story_whose_books_were_lost_is_not_made_again(home: Path, tmp_path: Path) -> None:
    brief = story_brief(TEXTS[:2])
    before = produce(brief, tmp_path / "before")
    assert made(before)
    lose_books(home)
    factory = factory_from_environment()
    library = Library(factory)
    found = asyncio.run(library.rebuild_books())
    picture, film, sound = [before.output(role).asset.digest for role in ("scene-image", "video", "narration")]
    foreseen = asyncio.run(library.take_down(picture, who="me", why="test", dry_run=True))
    factory.close()
    assert (found.damaged, found.lost) == ((), ())
    assert found.restored_receipts >= len(before.stages)
    assert film in foreseen.assets  # through the segments and the master
    assert sound not in foreseen.assets
    after = produce(brief, tmp_path / "after")
    assert made(after) == set()
    assert after.created_at == before.created_at
    files = [
        {one.path: one.asset.digest for one in product.outputs if one.role != "page"} for product in (before, after)
    ]
    assert files[0] == files[1]  # the page tells what this run made


async def test_everything_about_receipts_and_uploads_comes_back(make_factory: MakeFactory, tmp_path: Path) -> None:
    factory = make_factory()
    library = Library(factory)
    source = (await library.upload(Image.new("L", (9, 9)), About(title="T", tags=("x",)))).asset
    await tell(factory, "made", source, channel="news", voice="anna")
    before = list(factory.books.archive.records()), factory.books.archive.uploads()
    factory.close()
    lose_books(tmp_path)
    again = make_factory()
    found = await Library(again).rebuild_books()
    assert (found.restored_receipts, found.restored_uploads, found.written_records) == (1, 1, 0)
    assert (list(again.books.archive.records()), again.books.archive.uploads()) == before
    assert (await Library(again).rebuild_books()).restored_receipts == 0


async def test_damaged_records_and_those_of_lost_assets_are_named_and_left(
    make_factory: MakeFactory, tmp_path: Path
) -> None:
    factory = make_factory()
    whole, damaged, lost = [await tell(factory, text) for text in ("whole", "damaged", "lost")]
    keys = {one.outputs[0]: one.receipt.key for one in factory.books.archive.records()}
    factory.close()
    lose_books(tmp_path)
    path = tmp_path / "store" / "records" / record_name(keys[damaged.digest])
    path.write_bytes(path.read_bytes().replace(b"acme:1", b"acme:2", 1))
    (tmp_path / "store" / "assets" / "sha256" / lost.hex[:2] / lost.hex).unlink()
    again = make_factory()
    found = await Library(again).rebuild_books()
    assert found.restored_receipts == 1
    assert found.damaged == (record_name(keys[damaged.digest]),)
    assert found.lost == (keys[lost.digest],)
    assert await state_of(again, "whole") == "cached"
    assert await state_of(again, "damaged") == "made"
    assert await state_of(again, "lost") == "made"


async def test_receipts_that_the_store_has_no_record_of_are_written_down(factory: Factory) -> None:
    factory.books.journal = None  # as in a factory from before there were records
    await tell(factory, "old")
    assert (await Library(factory).rebuild_books()).written_records == 1
    assert (await Library(factory).rebuild_books()).written_records == 0
    assert len(list(inventory_of(factory).record_names("receipts"))) == 1


async def test_a_voided_receipt_does_not_come_back(factory: Factory) -> None:
    asset = await tell(factory, "made")
    factory.books.void_receipts_naming(asset.digest)
    found = await Library(factory).rebuild_books()
    assert (found.restored_receipts, factory.books.archive.receipt_keys()) == (0, set())


async def test_a_record_costs_little_beside_its_receipt(factory: Factory) -> None:
    await tell(factory, "made")
    (record,) = factory.books.archive.records()
    journal = factory.books.journal
    assert journal
    times = []
    for number in range(200):
        kept = record.model_copy(update={"receipt": record.receipt.model_copy(update={"key": f"tell/v1/{number}"})})
        began = time.thread_time()
        journal.keep(kept)
        times.append(time.thread_time() - began)
    typical_ms = sorted(times)[100] * 1000
    print(f"a record takes {typical_ms:.2f} ms")
    assert typical_ms < 1


async def test_a_backup_in_the_store_brings_everything_back_with_the_money(
    make_factory: MakeFactory, tmp_path: Path
) -> None:
    factory = make_factory()
    await tell(factory, "made")
    library = Library(factory)
    stored = await library.back_up_books()
    assert stored.asset
    await tell(factory, "after the backup")
    with pytest.raises(InputError, match="the books are not empty"):
        await library.restore_books("latest")
    assert len(factory.books.archive.receipt_keys()) == 2
    restored = await library.restore_books("latest", force=True)
    assert len(factory.books.archive.receipt_keys()) == 1
    assert restored.replaced
    await library.restore_books(str(restored.replaced), force=True)
    assert len(factory.books.archive.receipt_keys()) == 2
    factory.close()
    lose_books(tmp_path)
    again = make_factory()
    assert (await Library(again).restore_books(stored.asset.digest)).replaced is None
    assert await state_of(again, "made") == "cached"


async def test_a_backup_in_the_store_is_never_garbage(factory: Factory) -> None:
    from tests.library.test_keeping import age

    library = Library(factory)
    stored = await library.back_up_books()
    assert stored.asset
    age(factory, stored.asset)
    assert (await library.collect()).removed == ()


async def test_there_is_no_latest_of_no_backups(factory: Factory) -> None:
    with pytest.raises(InputError, match="no backup in the store"):
        await Library(factory).restore_books("latest")
