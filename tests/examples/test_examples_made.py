"""The examples, made by the real providers at a small size, and measured on what came out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from flows.image import create_image
from flows.narration import create_narration
from flows.story import produce_story
from flows.video import create_video
from media_factory.briefs.model import ImageBrief, NarrationBrief, StoryBrief, VideoBrief
from media_factory.briefs.reading import read_brief
from media_factory.briefs.storyboard import storyboard
from media_factory.captions.cueing import cards_from_words, fitted_style
from media_factory.captions.style import caption_style_for
from media_factory.captions.words import split_words
from media_factory.delivery.manifest import Manifest
from media_factory.providers.espeak.provider import Espeak
from media_factory.recipes.story import look_of
from media_factory.timing import frame_at
from tests.needs import lacking

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
STORIES = ("apollo-11.md", "rates.yaml", "box-breathing.json", "scenes.toml")
WIDTH, HEIGHT, RATE = 360, 640, Fraction(30)
Plane = np.ndarray[Any, np.dtype[np.uint8]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Share a home among this module's tests: what one made, the next finds."""
    if Espeak().missing():
        lacking("espeakng-loader is not installed")
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDIA_FACTORY_HOME", str(folder))
        yield folder


def small(name: str, **changes: object) -> StoryBrief:
    brief = read_brief(EXAMPLES / name)
    assert isinstance(brief, StoryBrief)
    return brief.model_copy(update={"size": WIDTH, "aspects": ("9:16",), **changes})


def make(brief: StoryBrief, home: Path) -> tuple[Manifest, Path]:
    out = home / "out" / f"{brief.id}-{brief.captions}"
    return asyncio.run(produce_story.fn(brief, out=out)), out


def lumas(path: Path) -> Iterator[Plane]:
    """Yield the luma plane of every frame of a film."""
    with av.open(str(path), "r") as film:
        for frame in film.decode(video=0):
            yield frame.to_ndarray(format="gray")


@pytest.mark.parametrize("name", STORIES)
def test_each_word_lights_up_within_a_frame_of_when_it_is_spoken(home: Path, name: str) -> None:
    brief = small(name)
    manifest, out = make(brief, home)
    words = json.loads((out / "alignment.json").read_text())["words"]
    box = caption_style_for(look_of(brief).theme, WIDTH, HEIGHT, brief.language).box
    changes, before = [0.0], None
    for luma in lumas(out / "video-9x16.mp4"):
        seen = luma[box.y_px : box.y_px + box.height_px, box.x_px : box.x_px + box.width_px].astype(np.int16)
        if before is not None:
            changes.append(float(np.abs(seen - before).mean()))
        before = seen
    onsets = [frame_at(word["start_s"], RATE) for word in words]
    near = {frame + offset for frame in onsets for offset in (-1, 0, 1)}
    calm = np.percentile([change for frame, change in enumerate(changes) if frame not in near], 90)
    dull = [
        word["text"]
        for word, frame in zip(words, onsets, strict=True)
        if max(changes[frame - 1 : frame + 2]) < calm + 0.15
    ]
    assert dull == []
    assert manifest.status == "passed"


@pytest.mark.parametrize("name", STORIES)
def test_the_film_is_as_long_as_its_timeline_and_its_sound(home: Path, name: str) -> None:
    manifest, out = make(small(name), home)
    assert manifest.duration_s is not None
    frames = sum(1 for _ in lumas(out / "video-9x16.mp4"))
    assert frames == round(Fraction(str(manifest.duration_s)).limit_denominator(1000) * RATE)
    with av.open(str(out / "video-9x16.mp4"), "r") as film:
        sound, picture = film.streams.audio[0], film.streams.video[0]
        ends = [float(stream.duration * stream.time_base) for stream in (sound, picture)]
    assert abs(ends[0] - ends[1]) <= 1 / RATE


@pytest.mark.parametrize("name", STORIES)
def test_every_word_of_the_script_is_spoken_and_shown_as_written(home: Path, name: str) -> None:
    brief = small(name)
    manifest, out = make(brief, home)
    script = [word for scene in storyboard(brief).scenes for word in split_words(scene.text, brief.language)]
    assert [w["text"] for w in json.loads((out / "alignment.json").read_text())["words"]] == script
    look = caption_style_for(look_of(brief).theme, WIDTH, HEIGHT, brief.language)
    shown = []
    for scene in manifest.scenes:
        cards = cards_from_words(scene.words, fitted_style((word.text for word in scene.words), look))
        assert all(len(card.lines) <= 2 for card in cards)
        shown += [word.text for card in cards for word in card.words]
    assert shown == script


def test_captions_change_no_pixel_outside_the_box_that_every_platform_leaves_free(home: Path) -> None:
    captioned, plain = (make(small("rates.yaml", captions=captions), home)[1] for captions in ("karaoke", "none"))
    box = caption_style_for(look_of(small("rates.yaml")).theme, WIDTH, HEIGHT, "en").box
    inside = np.zeros((HEIGHT, WIDTH), bool)
    # Lossy coding spreads a change over its macroblock.
    inside[box.y_px - 16 : box.y_px + box.height_px + 16, box.x_px - 16 : box.x_px + box.width_px + 16] = True
    most_inside = 0
    for index, (one, other) in enumerate(
        zip(lumas(captioned / "video-9x16.mp4"), lumas(plain / "video-9x16.mp4"), strict=True)
    ):
        difference = np.abs(one.astype(np.int16) - other)
        assert np.percentile(difference[~inside], 99.9) <= 24, f"frame {index}"
        most_inside = max(most_inside, int(difference[inside].max()))
    assert most_inside > 100


def test_the_image_and_the_narration_are_made(home: Path) -> None:
    image = read_brief(EXAMPLES / "image.yaml")
    narration = read_brief(EXAMPLES / "narration.yaml")
    assert isinstance(image, ImageBrief)
    assert isinstance(narration, NarrationBrief)
    assert asyncio.run(create_image.fn(image, out=home / "image")).status == "passed"
    made = asyncio.run(create_narration.fn(narration, out=home / "narration"))
    assert made.status == "passed"
    words = json.loads((home / "narration" / "alignment.json").read_text())["words"]
    assert [word["text"] for word in words] == list(split_words(narration.text))


def test_the_slide_show_is_made_of_its_pictures(home: Path) -> None:
    brief = read_brief(EXAMPLES / "slideshow.yaml")
    assert isinstance(brief, VideoBrief)
    small_brief = brief.model_copy(update={"size": WIDTH})
    manifest = asyncio.run(create_video.fn(small_brief, out=home / "slideshow"))
    assert manifest.status == "passed"
    assert manifest.duration_s == pytest.approx(12 - 0.6 - 1)
    assert [scene.text for scene in manifest.scenes] == [shot.caption for shot in brief.shots]


def test_the_words_become_pictures_and_a_film_with_no_key(home: Path) -> None:
    brief = read_brief(EXAMPLES / "words.yaml")
    assert isinstance(brief, VideoBrief)
    manifest = asyncio.run(create_video.fn(brief.model_copy(update={"size": WIDTH}), out=home / "words"))
    assert manifest.status == "passed", manifest.reasons
    assert [scene.prompt for scene in manifest.scenes] == [shot.prompt for shot in brief.shots]
    assert manifest.providers["image"].reference.startswith("artboard:")


def test_the_article_of_the_demo_is_long_enough_to_be_one() -> None:
    brief = read_brief(EXAMPLES / "apollo-11.md")
    assert isinstance(brief, StoryBrief)
    assert len((brief.article or "").split()) >= 150
