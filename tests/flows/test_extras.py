"""What is made beside a film: the stages in their order, and what comes of it in a folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import m3u8
import pytest
from PIL import Image

from flows.extras import make_film_extras, make_scene_images
from media_factory.assets import Asset
from media_factory.delivery.extras import add_film_extras, add_scene_images, keep_captions
from media_factory.delivery.extras_model import FilmExtras, FilmParts
from media_factory.delivery.folder import Delivery
from media_factory.delivery.manifest import Manifest
from media_factory.factory import Factory
from media_factory.rendering.film import Film
from media_factory.rendering.model import Camera, Master, PosterRequest, Segment, SegmentRequest, ShotSpan, Window
from media_factory.runs import Run, begin_run
from media_factory.timing import Word
from tests.delivery.films import RATE, SmallFilm, make_film
from tests.rendering.films import card, run_ffmpeg

LENGTHS = (25, 5, 12)
SIZE = (288, 512)
WORDS = ((Word(text="Rates", start_s=0.2, end_s=0.6), Word(text="held.", start_s=0.7, end_s=1.2)),)
EVERYTHING = ("hls", "preview", "storyboard", "renditions")


@dataclass
class Material:
    parts: FilmParts
    picture: Asset


@pytest.fixture
async def material(factory: Factory, tmp_path: Path) -> Material:
    """Keep a rendered film, its segments and a picture in the factory's store."""
    card(1, (500, 888)).save(tmp_path / "card.png")
    picture = await factory.store.put(tmp_path / "card.png", "image/png", width_px=500, height_px=888)
    (tmp_path / "film").mkdir()
    return Material(await parts_of(make_film(tmp_path / "film", LENGTHS, SIZE), picture, factory), picture)


async def parts_of(film: SmallFilm, picture: Asset, factory: Factory) -> FilmParts:
    put = factory.store.put
    segments = [Segment(video=await put(path, "video/mp4"), frames=frames) for path, frames in film.runs]
    still = ShotSpan(image=picture, camera=Camera(start=Window(zoom=1), end=Window(zoom=1)), first=0, of=1)
    asked = SegmentRequest(width_px=SIZE[0], height_px=SIZE[1], rate=RATE, frames=1, shots=(still,))
    described = Film(
        aspect="9:16",
        width_px=SIZE[0],
        height_px=SIZE[1],
        rate=RATE,
        segments=(asked,),
        poster=PosterRequest(segment=asked, frame=0),
    )
    frames = sum(count for _, count in film.runs)
    return FilmParts(
        film=described,
        segments=tuple(segments),
        master=Master(video=await put(film.master, "video/mp4"), frames=frames),
        captions=await keep_captions(WORDS, "en", factory),
    )


async def delivered(extras: FilmExtras, material: Material, factory: Factory, folder: Path) -> Manifest:
    pictures = await make_scene_images(EVERYTHING, [{"9:16": material.picture}], [True], factory)
    delivery = Delivery(factory)
    await add_film_extras(delivery, [extras, extras.model_copy(update={"aspect": "16:9"})])
    await add_scene_images(delivery, pictures)
    manifest = Manifest(
        kind="story",
        id="film",
        title="A film",
        status="passed",
        outputs=(),
        stages=(),
        cost_usd=None,
        created_at="2026-01-01T00:00:00Z",
        made_with="media-factory",
    )
    return await delivery.finish(manifest, folder)


async def test_everything_that_was_asked_for_lies_in_the_folder_and_plays(
    material: Material, factory: Factory, tmp_path: Path
) -> None:
    extras = await make_film_extras(EVERYTHING, material.parts, factory)
    folder = tmp_path / "out"
    manifest = await delivered(extras, material, factory, folder)
    assert manifest.output("stream", "9:16").path == "stream/master.m3u8"
    assert manifest.output("stream", "16:9").path == "stream-16x9/master.m3u8"
    assert manifest.output("preview").path == "preview.webp"
    assert (folder / manifest.output("storyboard-times", "16:9").path).read_text().count("storyboard-16x9.jpg#") == 5
    for output in manifest.outputs:
        assert (folder / output.path).stat().st_size == output.asset.size_bytes
    stream = folder / "stream" / "master.m3u8"
    sizes = [variant.stream_info.resolution for variant in m3u8.load(str(stream)).playlists]
    assert sizes == [(288, 512), (234, 416)]
    assert "Rates held." in (folder / "stream" / "captions" / "captions.vtt").read_text()
    read = run_ffmpeg("-xerror", "-i", str(stream), "-map", "0:v", "-map", "0:a", "-f", "null", "-")
    assert (read.returncode, read.stderr) == (0, "")
    index = json.loads((folder / "images" / "images.json").read_text())
    [entry] = index["images"]
    assert {source["path"] for source in entry["sources"]} == {
        f"images/scene-01-9x16-{width}.{suffix}" for width in (320, 480, 500) for suffix in ("avif", "webp", "jpg")
    }
    for source in entry["sources"]:
        with Image.open(folder / source["path"]) as picture:
            assert picture.size == (source["width_px"], source["height_px"])


async def test_nothing_is_made_twice_and_an_edit_makes_again_what_it_touches(
    material: Material, factory: Factory, tmp_path: Path
) -> None:
    await make_film_extras(EVERYTHING, material.parts, factory)
    with begin_run(Run()) as run:
        await make_film_extras(EVERYTHING, material.parts, factory)
    assert {record.state for record in run.records} == {"cached"}
    (tmp_path / "edited").mkdir()
    edited = await parts_of(make_film(tmp_path / "edited", (25, 6, 12), SIZE), material.picture, factory)
    with begin_run(Run()) as run:
        await make_film_extras(("hls",), edited, factory)
    states = sorted((record.stage, record.state) for record in run.records)
    assert states == [
        ("encode-rungs", "cached"),
        ("encode-rungs", "cached"),
        ("encode-rungs", "made"),
        ("package-stream", "made"),
    ]


async def test_a_plan_foretells_every_stage_and_makes_nothing(material: Material, factory: Factory) -> None:
    with begin_run(Run(planning=True)) as run:
        extras = await make_film_extras(EVERYTHING, material.parts, factory)
        captions = await keep_captions(WORDS, "en", factory)
        pictures = await make_scene_images(EVERYTHING, [{"9:16": material.picture}], [True], factory)
    assert captions == material.parts.captions
    assert {record.state for record in run.records} == {"made"}
    wanted = {"encode-rungs", "package-stream", "make-preview", "draw-storyboard", "make-renditions"}
    assert {record.stage for record in run.records} == wanted
    assert extras.storyboard is not None
    assert extras.storyboard.duration_s == Fraction(42, 10)
    assert len(pictures) == 1
    made = await make_film_extras(("storyboard",), material.parts, factory)
    assert made.storyboard is not None
    assert made.storyboard.tiles == 5


async def test_what_was_not_asked_for_is_not_made(material: Material, factory: Factory) -> None:
    with begin_run(Run()) as run:
        extras = await make_film_extras((), material.parts, factory)
        assert await make_scene_images((), [{"9:16": material.picture}], [True], factory) == ()
    assert (extras.stream, extras.preview, extras.storyboard) == (None, None, None)
    assert list(run.records) == []


async def test_pictures_without_words_take_the_settings_of_photographs(material: Material, factory: Factory) -> None:
    pictures = [{"9:16": material.picture}] * 2
    card_like, photo_like = await make_scene_images(("renditions",), pictures, [True, False], factory)
    sharp, soft = card_like.images.renditions, photo_like.images.renditions
    assert [(one.media_type, one.width_px) for one in sharp] == [(one.media_type, one.width_px) for one in soft]
    assert all(one.digest != other.digest for one, other in zip(sharp, soft, strict=True))
