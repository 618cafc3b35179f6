"""Taking down: all that was made from something goes, nothing else does, and the way back is barred."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from media_factory.assets import Asset
from media_factory.books.deliveries import DeliveredFile
from media_factory.books.receipts import Receipt
from media_factory.errors import InputError, StoreError
from media_factory.factory import Factory
from media_factory.library import About, Library
from media_factory.lineage import inputs_of, outputs_of
from tests.library.stages import Ask, content, open_factory, state_of, tell
from tests.library.test_keeping import held

BY = {"who": "A. Person", "why": "it is my face"}


@pytest.fixture
def library(factory: Factory) -> Library:
    return Library(factory)


async def face(library: Library) -> Asset:
    return (await library.upload(Image.new("RGB", (9, 9)), About(title="Face"))).asset


def deliver(factory: Factory, name: str, *assets: Asset, published: str | None = None) -> None:
    folder = factory.deliveries / name
    folder.mkdir(parents=True)
    outputs = [{"path": f"{number}.bin", "asset": one.model_dump()} for number, one in enumerate(assets)]
    for output in outputs:
        (folder / str(output["path"])).write_text("bytes")
    manifest = {"outputs": outputs, "published": published and {"manifest_key": published}}
    (folder / "manifest.json").write_text(json.dumps(manifest))


async def test_everything_that_was_made_from_a_picture_goes_and_can_t_come_back(
    library: Library, factory: Factory
) -> None:
    source, other = await face(library), await tell(factory, "other")
    shot = await tell(factory, "shot", source, other)
    film = await tell(factory, "film", shot)
    deliver(factory, "with-it", film)
    deliver(factory, "without-it", other)

    foreseen = await library.take_down(source.digest, **BY, dry_run=True)
    assert foreseen.assets == (source.digest, shot.digest, film.digest)
    assert foreseen.deliveries == (factory.deliveries / "with-it",)
    assert held(factory) == {one.digest for one in (source, other, shot, film)}

    done = await library.take_down(source.digest, **BY)
    assert done == foreseen.model_copy(update={"dry_run": False})
    assert done.freed_bytes == source.size_bytes + shot.size_bytes + film.size_bytes
    assert held(factory) == {other.digest}
    assert [path.name for path in factory.deliveries.iterdir()] == ["without-it"]
    assert await state_of(factory, "other") == "cached"
    with pytest.raises(StoreError, match=f"{shot.digest} was taken down by A. Person on .*it is my face"):
        await factory.store.put(content(Ask(text="shot", sources=(source, other))), "text/plain")
    seen = await library.show(film.digest)
    assert seen.tombstone is not None
    assert (seen.tombstone.who, seen.tombstone.because_of) == ("A. Person", source.digest)


async def test_what_is_to_be_remade_may_come_back_but_not_what_it_was_made_from(
    library: Library, factory: Factory
) -> None:
    source = await face(library)
    shot = await tell(factory, "shot", source)
    await library.take_down(source.digest, **BY, then="remake")
    assert held(factory) == set()
    assert await factory.store.put(content(Ask(text="shot", sources=(source,))), "text/plain") == shot
    with pytest.raises(StoreError, match="taken down"):
        await face(library)


async def test_what_a_voice_said_goes_with_what_was_made_from_it(library: Library, factory: Factory) -> None:
    said = await tell(factory, "said", voice="anna")
    film = await tell(factory, "film", said)
    silent = await tell(factory, "silent", voice="bert")
    done = await library.take_down("voice:acme:anna", **BY)
    assert set(done.assets) == {said.digest, film.digest}
    assert held(factory) == {silent.digest}


async def test_a_recording_leads_to_the_voice_that_was_cloned_from_it(library: Library, factory: Factory) -> None:
    from media_factory.calls.cloning import ClonedVoice, CloneRequest
    from media_factory.providers.base import Voice

    sample = await face(library)
    statement = await factory.store.put(b"I agree", "text/plain")
    request = CloneRequest(provider="acme", name="Anna", speaker="Anna A.", statement=statement, samples=(sample,))
    result = ClonedVoice(provider="acme", voice=Voice(id="anna", name="Anna", cloned=True))
    receipt = Receipt(
        key="clone-voice/v1/x", stage="clone-voice", version=1, result=result.model_dump_json(), seconds=0
    )
    factory.books.write_receipt(receipt, outputs_of(result), inputs_of(request))
    said = await tell(factory, "said", voice="anna")
    done = await library.take_down(sample.digest, **BY)
    assert done.voices == ("voice:acme:anna",)
    assert said.digest in done.assets


async def test_published_products_are_withdrawn_first_and_a_failure_leaves_all_to_be_done_again(
    factory: Factory,
) -> None:
    told: list[str] = []

    async def unpublish(key: str) -> tuple[str, ...]:
        told.append(key)
        if len(told) == 1:
            raise StoreError("the bucket does not answer")
        return (key, "film.mp4")

    library = Library(factory, unpublish)
    source = await face(library)
    deliver(factory, "story", await tell(factory, "film", source), published="news/story/manifest.json")
    with pytest.raises(StoreError, match="does not answer"):
        await library.take_down(source.digest, **BY)
    assert len(held(factory)) == 2
    done = await library.take_down(source.digest, **BY)
    assert done.unpublished == ("news/story/manifest.json", "film.mp4")
    assert held(factory) == set()


async def test_a_product_delivered_elsewhere_loses_its_own_files_and_no_others(
    library: Library, factory: Factory, tmp_path: Path
) -> None:
    source = await face(library)
    film = await tell(factory, "film", source)
    folder = tmp_path / "elsewhere"
    (folder / "scenes").mkdir(parents=True)
    names = ("film.mp4", "scenes/1.png", "../outside")
    outputs = [{"path": name, "asset": film.model_dump()} for name in names]
    for name in (*names, "mine.txt"):
        (folder / name).write_text("bytes")
    (folder / "manifest.json").write_text(json.dumps({"outputs": outputs}))
    delivered = DeliveredFile(
        sha256=film.hex, path=str(folder / "scenes/1.png"), asset=film.digest, product="p", role="r", media_type="m/n"
    )
    factory.books.deliveries.note([delivered])
    assert (await library.take_down(source.digest, **BY)).deliveries == (folder,)
    assert [path.name for path in folder.rglob("*")] == ["mine.txt"]
    assert (tmp_path / "outside").exists()


async def test_what_nobody_here_can_withdraw_is_said(library: Library, factory: Factory) -> None:
    source = await face(library)
    deliver(factory, "story", source, published="news/story/manifest.json")
    assert (await library.take_down(source.digest, **BY)).still_published == ("news/story/manifest.json",)


async def test_a_takedown_of_nothing_or_by_nobody_is_refused(library: Library) -> None:
    with pytest.raises(InputError, match="nothing here has to do with it"):
        await library.take_down("sha256:" + "0" * 64, **BY)
    with pytest.raises(InputError, match="who wants it and why"):
        await library.take_down("sha256:" + "0" * 64, who=" ", why="x")


# Each number's parents are numbers before it.
families = st.lists(st.sets(st.integers(0, 9), max_size=3), min_size=1, max_size=9).map(
    lambda rows: [sorted({one for one in row if one < number}) for number, row in enumerate(rows)]
)


@settings(max_examples=25, deadline=None)
@given(family=families, chosen=st.integers(0, 8))
def test_exactly_the_descendants_go_whatever_the_family(
    tmp_path_factory: pytest.TempPathFactory, family: list[list[int]], chosen: int
) -> None:
    factory = open_factory(tmp_path_factory.mktemp("family"))
    chosen %= len(family)

    async def taken_down() -> tuple[list[Asset], set[str]]:
        made: list[Asset] = []
        for number, parents in enumerate(family):
            made.append(await tell(factory, f"number {number}", *(made[parent] for parent in parents)))
        done = await Library(factory).take_down(made[chosen].digest, **BY)
        return made, set(done.assets)

    made, gone = asyncio.run(taken_down())
    descendants = {chosen}
    for number, parents in enumerate(family):
        if descendants & set(parents):
            descendants.add(number)
    assert gone == {made[number].digest for number in descendants}
    assert held(factory) == {one.digest for one in made} - gone
    factory.close()


def test_content_of_a_request_depends_on_all_of_it() -> None:
    asked = Ask(text="a")
    assert content(asked) != content(asked.model_copy(update={"voice": "anna"}))
