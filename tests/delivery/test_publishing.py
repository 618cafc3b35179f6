"""A product is published as a whole, under readable keys, and switched at one blow."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image

from media_factory.assets import Asset
from media_factory.briefs.model import ImageBrief, StoryBrief
from media_factory.delivery.manifest import Manifest, Output
from media_factory.delivery.public import PublicManifest, publications, read_public
from media_factory.delivery.publishing import is_published, publish, unpublish
from media_factory.errors import InputError, NotifyFailed, StoreError
from media_factory.publishing.folder import FolderTarget
from media_factory.publishing.rules import IMMUTABLE, MUTABLE, Publisher, Rules
from media_factory.publishing.target import Headers
from media_factory.store.base import AssetStore
from media_factory.store.local import LocalStore


class Recorded(FolderTarget):
    """A folder that remembers in which order and with which headers it was written, and fails when told to."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "https://media.example.org")
        self.written: list[tuple[str, Headers]] = []
        self.fails_at: str | None = None

    async def copy(self, asset: Asset, store: AssetStore, key: str, headers: Headers) -> None:
        self._note(key, headers)
        await super().copy(asset, store, key, headers)

    async def put(self, source: bytes | Path, key: str, headers: Headers) -> None:
        self._note(key, headers)
        await super().put(source, key, headers)

    def _note(self, key: str, headers: Headers) -> None:
        if self.fails_at and key.endswith(self.fails_at):
            raise StoreError("the disk is full")
        self.written.append((key, headers))


class Purged:
    """A CDN that remembers what it was told, or refuses."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.keys: list[str] = []

    async def purge(self, keys: Iterable[str], urls: Iterable[str]) -> None:
        if self.refuses:
            raise NotifyFailed("the CDN answered 500")
        self.keys += keys


def png(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, shade, shade)).save(buffer, "PNG")
    return buffer.getvalue()


async def product(store: AssetStore, shade: int = 1, kind: str = "story", **changes: object) -> Manifest:
    picture = await store.put(png(shade), "image/png", width_px=8, height_px=8)
    page = await store.put(b"<!doctype html><p>page", "text/html")
    outputs = (
        Output(role="image", path="image.png", asset=picture),
        Output(role="scene-image", path="scenes/scene-01.png", asset=picture),
        Output(role="page", path="index.html", asset=page),
    )
    values = {
        "kind": kind,
        "id": "rates-hold",
        "title": "Rates hold",
        "status": "passed",
        "outputs": outputs,
        "stages": (),
        "cost_usd": 3,
        "created_at": "2026-11-20T12:00:00+00:00",
        "made_with": "media-factory test",
    }
    return Manifest.model_validate({**values, **changes})


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


@pytest.fixture
def target(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path / "public")


async def public(target: FolderTarget, key: str = "news/rates-hold/manifest.json") -> PublicManifest:
    found = await read_public(target, key)
    assert found is not None
    return found


async def test_everything_is_under_readable_keys_and_the_manifest_comes_last(
    store: LocalStore, target: Recorded
) -> None:
    finished = await publish(await product(store), Publisher(target), store, channel="news")
    assert finished.published is not None
    folder = f"news/rates-hold/{finished.published.version}"
    assert [key for key, _ in target.written][-2:] == [f"{folder}/manifest.json", "news/rates-hold/manifest.json"]
    assert {key for key, _ in target.written} == {
        f"{folder}/image.png",
        f"{folder}/scenes/scene-01.png",
        f"{folder}/index.html",
        f"{folder}/manifest.json",
        "news/rates-hold/manifest.json",
    }
    headers = dict(target.written)
    assert headers[f"{folder}/image.png"].content_type == "image/png"
    assert headers[f"{folder}/image.png"].cache_control == IMMUTABLE
    assert headers[f"{folder}/image.png"].disposition == 'inline; filename="rates-hold-image.png"'
    assert headers[f"{folder}/index.html"].content_type == "text/html; charset=utf-8"
    assert headers["news/rates-hold/manifest.json"].cache_control == MUTABLE
    assert finished.outputs[0].url == f"https://media.example.org/{folder}/image.png"
    for output in (await public(target)).outputs:
        assert await target.read(output.key) is not None


async def test_what_everybody_may_read_tells_no_prompts_prices_or_providers(
    store: LocalStore, target: Recorded
) -> None:
    scene = {"text": "Said.", "prompt": "secret prompt", "start_s": 0, "end_s": 1, "words": ()}
    await publish(await product(store, scenes=(scene,)), Publisher(target), store, channel="news")
    data = await target.read("news/rates-hold/manifest.json")
    assert data is not None
    assert b"Said." in data
    assert b"secret prompt" not in data
    assert b"cost" not in data


async def test_an_old_manifest_stays_whole_until_the_switch_and_one_version_longer(
    store: LocalStore, target: Recorded
) -> None:
    publisher = Publisher(target)
    versions = []
    for shade in (1, 2, 3):
        target.fails_at = "manifest.json"
        with pytest.raises(StoreError):
            await publish(await product(store, shade), publisher, store, channel="news")
        for version in versions[-1:]:  # readers still have all that the old manifest names
            assert (await public(target)).version == version
            assert all([await target.read(output.key) for output in (await public(target)).outputs])
        target.fails_at = None
        finished = await publish(await product(store, shade), publisher, store, channel="news")
        assert finished.published is not None
        versions.append(finished.published.version)
    assert await target.keys_below(f"news/rates-hold/{versions[0]}") == ()
    assert await target.keys_below(f"news/rates-hold/{versions[1]}") != ()
    assert (await public(target)).version == versions[2]


async def test_publishing_the_same_again_puts_no_file_again(store: LocalStore, target: Recorded) -> None:
    first = await publish(await product(store), Publisher(target), store, channel="news")
    target.written.clear()
    second = await publish(await product(store), Publisher(target), store, channel="news")
    assert [key.rpartition("/")[2] for key, _ in target.written] == ["manifest.json", "manifest.json"]
    assert first.outputs == second.outputs


async def test_without_versions_files_are_replaced_in_place_and_never_cached(
    store: LocalStore, target: Recorded
) -> None:
    purge = Purged()
    publisher = Publisher(target, Rules(versioned=False), purge)
    await publish(await product(store, 1), publisher, store)
    assert purge.keys == []
    await publish(await product(store, 2), publisher, store)
    assert await target.read("general/rates-hold/image.png") == png(2)
    assert {headers.cache_control for _, headers in target.written} == {MUTABLE}
    assert "general/rates-hold/image.png" in purge.keys


async def test_a_caller_s_own_key_gets_the_one_picture(store: LocalStore, target: Recorded) -> None:
    manifest = await product(store, kind="image")
    purge = Purged()
    key = "goals/retirement/user_123.png"
    finished = await publish(manifest, Publisher(target, purge=purge), store, object_key=key)
    assert finished.output("image").url == f"https://media.example.org/{key}"
    assert await target.read(key) == png(1)
    assert dict(target.written)[key].cache_control == MUTABLE
    finished = await publish(
        await product(store, 2, kind="image"), Publisher(target, purge=purge), store, object_key=key
    )
    assert await target.read(key) == png(2)
    assert key in purge.keys


async def test_a_key_that_does_not_fit_the_file_or_the_kind_is_refused(store: LocalStore, target: Recorded) -> None:
    manifest = await product(store, kind="image")
    with pytest.raises(InputError, match=r"which is image/png; let it end in \.png"):
        await publish(manifest, Publisher(target), store, object_key="a/b.jpg")
    with pytest.raises(InputError, match="a story has several files"):
        await publish(await product(store), Publisher(target), store, object_key="a/b.png")
    with pytest.raises(InputError, match="no object key"):
        await publish(manifest, Publisher(target), store, object_key="../b.png")
    with pytest.raises(InputError, match="among a product's versions"):
        await publish(manifest, Publisher(target), store, object_key="news/x/v-0123456789ab/image.png")
    assert target.written == []


async def test_a_file_that_is_not_what_it_is_said_to_be_is_not_published(store: LocalStore, target: Recorded) -> None:
    fake = await store.put(b"<script>alert(1)</script>", "image/png")
    manifest = await product(store, outputs=(Output(role="image", path="image.png", asset=fake),))
    with pytest.raises(InputError, match=r"image\.png is not published: it is said to be image/png"):
        await publish(manifest, Publisher(target), store)
    assert target.written == []


async def test_marked_files_are_published_instead_of_their_assets(
    store: LocalStore, target: Recorded, tmp_path: Path
) -> None:
    marked = tmp_path / "marked.png"
    marked.write_bytes(png(9))
    plain = await publish(await product(store), Publisher(target), store)
    finished = await publish(await product(store), Publisher(target), store, files={"image.png": marked})
    assert plain.published is not None
    assert finished.published is not None
    assert finished.published.version != plain.published.version
    assert await target.read(f"general/rates-hold/{finished.published.version}/image.png") == png(9)


async def test_a_blocked_product_is_not_published(store: LocalStore, target: Recorded) -> None:
    finished = await publish(await product(store, status="blocked"), Publisher(target), store)
    assert finished.published is None
    assert target.written == []


async def test_a_cdn_that_does_not_listen_fails_nothing_and_is_named(store: LocalStore, target: Recorded) -> None:
    publisher = Publisher(target, purge=Purged(refuses=True))
    await publish(await product(store, 1), publisher, store)
    finished = await publish(await product(store, 2), publisher, store)
    assert finished.published is not None
    assert finished.published.warnings == ("the CDN may serve older files for a while: the CDN answered 500",)


async def test_unpublishing_leaves_nothing_and_goes_on_where_it_was_cut_off(
    store: LocalStore, target: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    purge = Purged()
    publisher = Publisher(target, purge=purge)
    key = "goals/x.png"
    await publish(await product(store, 1, kind="image"), publisher, store, object_key=key)
    await publish(await product(store, 2, kind="image"), publisher, store, object_key=key)
    await target.put(b"somebody else's", "general/other/x.txt", Headers(content_type="x", cache_control="y"))

    async def full(self: object, keys: Iterable[str]) -> None:
        raise StoreError("cut off")

    with monkeypatch.context() as cut:
        cut.setattr(Recorded, "delete", full)
        with pytest.raises(StoreError):
            await unpublish(publisher, "general/rates-hold/manifest.json")
    withdrawn = await public(target, "general/rates-hold/manifest.json")
    assert withdrawn.withdrawn
    assert withdrawn.outputs == ()
    gone = await unpublish(publisher, "general/rates-hold/manifest.json")
    assert {key, "general/rates-hold/manifest.json"} <= set(gone)
    assert await target.keys_below("") == ("general/other/x.txt",)
    assert set(gone) <= set(purge.keys)
    with pytest.raises(InputError, match="no product is published there"):
        await unpublish(publisher, "general/rates-hold/manifest.json")


async def test_publications_are_found_by_what_they_show(store: LocalStore, target: Recorded) -> None:
    first, second = await product(store, 1), await product(store, 2, id="other")
    for manifest in (first, second):
        await publish(manifest, Publisher(target), store)
    assert {one.id for one in await publications(target)} == {"rates-hold", "other"}
    assert [one.id for one in await publications(target, [second.outputs[0].asset.digest])] == ["other"]


def test_the_brief_decides_and_else_the_factory(tmp_path: Path) -> None:
    always = Publisher(FolderTarget(tmp_path), Rules(always=True))
    asked = Publisher(FolderTarget(tmp_path))
    plain = ImageBrief(prompt="x")
    assert is_published(plain, always)
    assert not is_published(plain, asked)
    assert not is_published(plain, None)
    assert not is_published(ImageBrief(prompt="x", publish=False), always)
    assert is_published(StoryBrief(article="Some words.", publish=True), asked)
    assert is_published(ImageBrief(prompt="x", object_key="a/b.png"), asked)
    for brief, field in (
        (ImageBrief(prompt="x", publish=True), "publish"),
        (ImageBrief(prompt="x", object_key="b.png"), "object_key"),
    ):
        with pytest.raises(InputError, match=f"{field}: there is no place to publish to"):
            is_published(brief, None)
