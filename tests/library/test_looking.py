"""Finding assets, and seeing what they were made from and for."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from media_factory.errors import AssetLost, InputError, StoreError
from media_factory.factory import Factory
from media_factory.library import About, Filters, Library
from tests.library.stages import tell


@pytest.fixture
def library(factory: Factory) -> Library:
    return Library(factory)


async def found(library: Library, **filters: object) -> list[str]:
    return [one.asset.digest for one in (await library.list(Filters.model_validate(filters))).entries]


async def test_assets_are_found_by_what_they_are_and_who_made_them(library: Library, factory: Factory) -> None:
    logo = (await library.upload(Image.new("RGB", (9, 9)), About(title="Logo", tags=("logo",), channel="brand"))).asset
    news = await tell(factory, "news" * 100, channel="evening")
    other = await tell(factory, "x", provider="zeta:2")
    assert await found(library) == [other.digest, news.digest, logo.digest]
    assert await found(library, media="image") == [logo.digest]
    assert await found(library, media="text/plain") == [other.digest, news.digest]
    assert await found(library, tag="logo") == [logo.digest]
    assert await found(library, channel="evening") == [news.digest]
    assert await found(library, channel="brand") == [logo.digest]
    assert await found(library, stage="tell", provider="zeta") == [other.digest]
    assert await found(library, provider="zeta:2") == [other.digest]
    assert await found(library, provider="zet") == []
    assert await found(library, origin="uploaded") == [logo.digest]
    assert await found(library, least_bytes=300) == [news.digest]
    assert await found(library, most_bytes=20, media="text") == [other.digest]
    assert await found(library, since=time.time() + 60) == []
    assert await found(library, until=time.time() - 60) == []


async def test_what_a_stage_only_passes_on_is_listed_once_as_its_maker_s(library: Library, factory: Factory) -> None:
    first = await tell(factory, "first")
    second = await tell(factory, "second", first)
    assert await found(library) == [second.digest, first.digest]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 9))
def test_pages_of_any_size_together_are_the_whole_list(factory: Factory, size: int) -> None:
    import asyncio

    library = Library(factory)

    async def paged() -> tuple[list[str], list[str]]:
        for number in range(7):
            await tell(factory, f"number {number}")
        entries, offset = [], 0
        while offset is not None:
            page = await library.list(limit=size, offset=offset)
            entries += [one.asset.digest for one in page.entries]
            offset = page.next_offset
        return entries, await found(library)

    pages, whole = asyncio.run(paged())
    assert pages == whole
    assert len(set(whole)) == 7


async def test_a_page_of_no_size_is_refused(library: Library) -> None:
    for limit, offset in ((0, 0), (1001, 0), (1, -1)):
        with pytest.raises(InputError, match="a page has 1 to 1000"):
            await library.list(limit=limit, offset=offset)


async def test_lineage_names_makers_inputs_and_users(library: Library, factory: Factory) -> None:
    source = (await library.upload(Image.new("RGB", (9, 9)), About(title="Face"))).asset
    made = await tell(factory, "made", source, voice="anna")
    used = await tell(factory, "used", made)
    seen = await library.show(made.digest[7:17])
    assert (seen.asset, seen.size_bytes) == (made, made.size_bytes)
    assert [one.inputs for one in seen.made_by] == [tuple(sorted((source.digest, "voice:acme:anna")))]
    assert [one.stage for one in seen.used_by] == ["tell"]
    assert used.digest in seen.used_by[0].outputs
    assert (await library.show(source.digest)).upload is not None
    assert [one.key for one in (await library.show("voice:acme:anna")).used_by] == [seen.made_by[0].key]


async def test_a_delivered_product_is_named(library: Library, factory: Factory) -> None:
    made = await tell(factory, "made")
    folder = factory.deliveries / "story-1"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(f'{{"outputs": [{{"asset": {{"digest": "{made.digest}"}}}}]}}')
    assert (await library.show(made.digest)).deliveries == ("story-1",)


async def test_names_that_fit_nothing_or_several_things_are_refused(library: Library, factory: Factory) -> None:
    await tell(factory, "something")
    for name, message in (
        ("sha256:" + "0" * 64, "nothing is known"),
        ("abcdef0", "no asset begins so"),
        ("/etc", "is no asset"),
        ("voice:acme:nobody", "nothing is known"),
    ):
        with pytest.raises(InputError, match=message):
            await library.show(name)


async def test_a_file_stands_for_the_asset_with_its_content(library: Library, factory: Factory, tmp_path: Path) -> None:
    made = await tell(factory, "made")
    copy = await library.download(made.digest, tmp_path / "copy.txt")
    assert copy.read_bytes() == await factory.store.read(made)
    assert (await library.show(str(copy))).name == made.digest


async def test_a_damaged_asset_is_not_downloaded(library: Library, factory: Factory, tmp_path: Path) -> None:
    made = await tell(factory, "made")
    path = factory.store.path_of(made)  # type: ignore[attr-defined]
    path.chmod(0o644)
    path.write_bytes(b"other")
    with pytest.raises(AssetLost):
        await library.download(made.digest, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


async def test_a_target_that_can_t_be_written_is_named(library: Library, factory: Factory, tmp_path: Path) -> None:
    made = await tell(factory, "made")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="can't be written"):
        await library.download(made.digest, tmp_path / "file" / "copy")
