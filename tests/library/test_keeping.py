"""Looking after the store: what is damaged is mended, what nobody needs goes, what somebody needs stays."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from PIL import Image

from media_factory.assets import Asset
from media_factory.books.receipts import Receipt
from media_factory.errors import AssetLost, InputError
from media_factory.factory import Factory
from media_factory.library import About, Library
from media_factory.library.naming import inventory_of
from media_factory.library.uploads import note_upload, uploads_of
from media_factory.policy import RetentionRule
from media_factory.store.local import LocalStore
from tests.conftest import MakeFactory
from tests.library.stages import content, state_of, tell

DAY_S = 24 * 3600.0


@pytest.fixture
def library(factory: Factory) -> Library:
    return Library(factory)


def path_of(factory: Factory, asset: Asset) -> Path:
    assert isinstance(factory.store, LocalStore)
    return factory.store.path_of(asset)


def age(factory: Factory, asset: Asset, seconds: float = 2 * DAY_S) -> None:
    then = time.time() - seconds
    os.utime(path_of(factory, asset), (then, then))


def spoil(factory: Factory, asset: Asset) -> None:
    path_of(factory, asset).chmod(0o644)
    path_of(factory, asset).write_bytes(b"spoilt")


def held(factory: Factory) -> set[str]:
    assert factory.store.inventory
    return {one.digest for one in factory.store.inventory.holdings()}


async def test_verifying_finds_what_is_altered_and_what_is_missing(library: Library, factory: Factory) -> None:
    sound, altered, missing = [await tell(factory, text) for text in ("sound", "altered", "missing")]
    spoil(factory, altered)
    path_of(factory, missing).unlink()
    found = await library.verify()
    assert (found.checked, found.altered, found.missing) == (3, (altered.digest,), (missing.digest,))
    assert set(found.lost) == {altered.digest, missing.digest}
    assert found.checked_bytes == sound.size_bytes
    assert (found.mended, found.voided) == ((), ())
    assert (await library.verify([sound.digest])).lost == ()


async def test_repair_has_what_is_lost_made_again_and_nothing_else(library: Library, factory: Factory) -> None:
    kept, lost = await tell(factory, "kept"), await tell(factory, "lost")
    spoil(factory, lost)
    found = await library.verify(repair=True)
    assert (found.lost, len(found.voided)) == ((lost.digest,), 1)
    assert await state_of(factory, "lost") == "made"
    assert await state_of(factory, "kept") == "cached"
    assert (await library.verify()).lost == ()
    assert held(factory) == {kept.digest, lost.digest}


async def test_a_sound_copy_that_was_set_aside_is_put_back(library: Library, factory: Factory) -> None:
    made = await tell(factory, "made")
    path = path_of(factory, made)
    path.rename(path.parents[3] / "quarantine" / f"{path.name}.0badc0de")
    found = await library.verify(repair=True)
    assert (found.mended, found.lost, found.voided) == ((made.digest,), (), ())
    assert await state_of(factory, "made") == "cached"


async def test_a_copy_in_another_store_mends(library: Library, factory: Factory, tmp_path: Path) -> None:
    made = await tell(factory, "made")
    empty, spare = LocalStore(tmp_path / "empty"), LocalStore(tmp_path / "spare")
    await spare.put(path_of(factory, made), made.media_type)
    spoil(factory, made)
    found = await library.verify(repair=True, others=[empty, spare])
    assert (found.altered, found.mended, found.voided) == ((made.digest,), (made.digest,), ())
    assert await state_of(factory, "made") == "cached"


async def test_garbage_goes_when_it_is_old_and_all_that_is_named_stays(library: Library, factory: Factory) -> None:
    put = factory.store.put
    made, brought = await tell(factory, "made"), (await library.upload(Image.new("L", (9, 9)), About(title="T"))).asset
    delivered, consented, backed_up = [await put(text, "text/plain") for text in (b"page", b"sample", b"later")]
    (factory.deliveries / "story").mkdir(parents=True)
    (factory.deliveries / "story" / "manifest.json").write_text(json.dumps({"a": [delivered.digest]}))
    (factory.home / "consents").mkdir()
    (factory.home / "consents" / "x.json").write_text(json.dumps({"samples": [{"digest": consented.digest}]}))
    noted = Receipt(key="note/v1/a", stage="note", version=1, result=json.dumps(backed_up.digest), seconds=0)
    factory.books.write_receipt(noted)
    old, young = await put(b"old garbage", "text/plain"), await put(b"young garbage", "text/plain")
    for asset in (made, brought, delivered, consented, backed_up, old):
        age(factory, asset)
    foreseen = await library.collect(dry_run=True)
    assert (foreseen.removed, foreseen.removed_bytes, foreseen.young) == ((old.digest,), old.size_bytes, 1)
    assert old.digest in held(factory)
    done = await library.collect()
    assert done == foreseen.model_copy(update={"dry_run": False})
    named = {one.digest for one in (made, brought, delivered, consented, backed_up)}
    assert held(factory) == named | {young.digest}


async def test_garbage_that_is_put_again_is_young_again(library: Library, factory: Factory) -> None:
    asset = await factory.store.put(b"again", "text/plain")
    age(factory, asset)
    await factory.store.put(b"again", "text/plain")
    assert (await library.collect()).removed == ()


async def test_what_is_put_while_a_collection_runs_is_not_removed(factory: Factory) -> None:
    """The collection looked before the asset was put again, and comes to remove it afterwards."""
    asset = await factory.store.put(b"again", "text/plain")
    age(factory, asset)
    cutoff = time.time() - DAY_S
    assert factory.store.inventory
    await factory.store.put(b"again", "text/plain")
    assert factory.store.inventory.remove(asset.digest, unless_kept_since=cutoff) == 0
    assert await factory.store.read(asset) == b"again"


async def test_lost_books_make_no_garbage(make_factory: MakeFactory, tmp_path: Path) -> None:
    factory = make_factory()
    made = await tell(factory, "made")
    age(factory, made)
    factory.close()
    (tmp_path / "books.db").unlink()
    again = make_factory()
    assert (await Library(again).collect()).removed == ()
    assert held(again) == {made.digest}


async def test_too_short_a_grace_period_is_refused(library: Library) -> None:
    with pytest.raises(InputError, match="too short"):
        await library.collect(60)


async def let_time_pass(factory: Factory, days: float) -> None:
    """Make everything in the books and the store older."""
    import sqlalchemy as sa

    from media_factory.books.tables import receipts

    for upload in uploads_of(factory):
        older = upload.model_copy(update={"uploaded_at": upload.uploaded_at - days * DAY_S})
        note_upload(factory, inventory_of(factory), older)
    with factory.books.engine.begin() as connection:
        connection.execute(sa.update(receipts).values(made_at=receipts.c.made_at - days * DAY_S))
    for digest in held(factory):
        age(factory, Asset(digest=digest, media_type="*/*", size_bytes=0), days * DAY_S)


async def test_rules_let_go_of_what_is_old_and_collections_remove_it_later(library: Library, factory: Factory) -> None:
    draft, news = await tell(factory, "draft", channel="drafts"), await tell(factory, "news", channel="news")
    await let_time_pass(factory, 10)
    rules = [RetentionRule(channel="drafts", keep_days=7), RetentionRule(keep_days=None)]
    assert len((await library.retain(rules, dry_run=True)).receipts) == 1
    assert await state_of(factory, "draft") == "cached"
    assert len((await library.retain(rules)).receipts) == 1
    assert (await library.collect()).removed == ()  # its grace period began when it was let go
    age(factory, draft)
    assert (await library.collect()).removed == (draft.digest,)
    assert held(factory) == {news.digest}


async def test_the_first_rule_that_fits_decides(library: Library, factory: Factory) -> None:
    await tell(factory, "a", channel="news")
    await let_time_pass(factory, 10)
    keep, drop = RetentionRule(media="text", keep_days=None), RetentionRule(channel="news", keep_days=1)
    assert (await library.retain([keep, drop])).receipts == ()
    assert (await library.retain([RetentionRule(media="image", keep_days=1)])).receipts == ()
    assert (await library.retain([RetentionRule(stage="other", keep_days=1)])).receipts == ()
    assert len((await library.retain([drop, keep])).receipts) == 1


async def test_uploads_have_rules_of_their_own_and_delivered_products_keep_what_they_need(
    library: Library, factory: Factory
) -> None:
    brought = (await library.upload(Image.new("L", (9, 9)), About(title="T", channel="news"))).asset
    used = (await library.upload(Image.new("L", (8, 8)), About(title="U"))).asset
    await tell(factory, "made")
    (key,) = factory.books.archive.receipt_keys()
    (factory.deliveries / "story").mkdir(parents=True)
    manifest = {"stages": [{"key": key}], "outputs": [{"path": "a", "asset": {"digest": used.digest}}]}
    (factory.deliveries / "story" / "manifest.json").write_text(json.dumps(manifest))
    await let_time_pass(factory, 10)
    everything = [RetentionRule(keep_days=1), RetentionRule(of="uploaded", keep_days=1)]
    let_go = await library.retain(everything)
    assert (let_go.receipts, let_go.uploads) == ((), (brought.digest,))


async def test_an_asset_that_something_needs_is_not_deleted(library: Library, factory: Factory) -> None:
    source = (await library.upload(Image.new("L", (9, 9)), About(title="T"))).asset
    made = await tell(factory, "made", source)
    for asset in (source, made):
        with pytest.raises(InputError, match="is needed by tell/v1/"):
            await library.delete(asset.digest)
    spare = (await library.upload(Image.new("L", (8, 8)), About(title="S"))).asset
    assert await library.delete(spare.digest) == spare.size_bytes
    assert held(factory) == {source.digest, made.digest}
    with pytest.raises(InputError, match="is not here"):
        await library.delete(spare.digest)
    with pytest.raises(AssetLost):
        await factory.store.fetch(spare)
    assert await factory.store.read(await factory.store.put(content_of_spare(), "image/png"))


def content_of_spare() -> bytes:
    """Return bytes that were never taken down, only deleted."""
    from tests.library.stages import Ask

    return content(Ask(text="spare"))
