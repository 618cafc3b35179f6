from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media_factory.captions.cards import CaptionSpan
from media_factory.errors import InputError
from media_factory.rendering.model import PosterRequest, SegmentRequest
from media_factory.rendering.poster import frame_image, make_poster
from tests.rendering.films import CAPTION_STYLE, PUSH, STILL, Gallery, card, segment


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    return Gallery(tmp_path)


def poster(request: SegmentRequest, gallery: Gallery, *, frame: int = 0, max_bytes: int = 120_000) -> Path:
    target = gallery.folder / "poster.jpg"
    size = make_poster(PosterRequest(segment=request, frame=frame, max_bytes=max_bytes), gallery.paths, target)
    with Image.open(target) as made:
        assert (made.format, made.mode, made.size) == ("JPEG", "RGB", size)
        assert made.info["progressive"]
    assert target.stat().st_size <= max_bytes
    return target


@pytest.mark.parametrize("colour", ["#ff0000", "#00ff00", "#0000ff", "#ffffff", "#000000", "#11998e"])
def test_a_frame_s_picture_has_the_colour_of_what_it_was_made_from(colour: str, gallery: Gallery) -> None:
    made = frame_image(segment((gallery.flat(colour), PUSH, 0, 9), frames=9), 5, gallery.paths)
    wanted = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)])
    assert np.abs(np.asarray(made, np.int16) - wanted).max() <= 3


def test_a_frame_s_picture_shows_the_picture(gallery: Gallery) -> None:
    original = card(1, (216, 384))
    made = frame_image(segment((gallery.hang(original), STILL, 0, 1), frames=1), 0, gallery.paths)
    luma = [np.asarray(picture.convert("L"), np.float64) for picture in (original, made)]
    assert 10 * np.log10(255**2 / np.mean((luma[0] - luma[1]) ** 2)) > 30


def test_a_poster_shows_the_frame_that_was_asked_for(gallery: Gallery) -> None:
    black, white = gallery.flat("black"), gallery.flat("white")
    request = segment((black, STILL, 0, 9), (white, STILL, 0, 9), frames=9)
    levels = [np.asarray(Image.open(poster(request, gallery, frame=frame))).mean() for frame in (0, 4, 8)]
    assert levels == pytest.approx([25.5, 127.5, 229.5], abs=3)


def test_a_poster_shows_its_caption(gallery: Gallery) -> None:
    span = CaptionSpan(first=0, end=1, lines=(("Rates", "rose"),), active=0)
    request = segment((gallery.flat("#203040"), STILL, 0, 1), frames=1)
    captioned = request.model_copy(update={"captions": (span,), "caption_style": CAPTION_STYLE})
    pixels = np.asarray(Image.open(poster(captioned, gallery)))
    box = CAPTION_STYLE.box
    assert pixels[box.y_px : box.y_px + box.height_px, box.x_px : box.x_px + box.width_px].max() > 200
    assert pixels[: box.y_px - 8].max() < 90


def test_a_poster_is_as_good_as_its_bytes_allow(gallery: Gallery) -> None:
    request = segment((gallery.card(1), STILL, 0, 1), frames=1)
    for limit in (8_000, 10_000, 12_000):
        assert poster(request, gallery, max_bytes=limit).stat().st_size > 0.93 * limit
    assert Image.open(poster(request, gallery, max_bytes=120_000)).size == (216, 384)


def test_a_poster_shrinks_when_quality_alone_does_not_do(gallery: Gallery) -> None:
    noise = gallery.hang(Image.effect_noise((432, 768), 120).convert("RGB"))
    made = Image.open(poster(segment((noise, STILL, 0, 1), frames=1), gallery, max_bytes=12_000))
    assert made.width < 216
    assert made.width / made.height == pytest.approx(216 / 384, rel=0.02)


@pytest.mark.parametrize(("size", "expected"), [((2160, 3840), (1080, 1920)), ((3840, 2160), (1920, 1080))])
def test_a_large_frame_is_scaled_down(size: tuple[int, int], expected: tuple[int, int], gallery: Gallery) -> None:
    request = segment((gallery.flat("#203040"), STILL, 0, 1), frames=1, size=size)
    assert Image.open(poster(request, gallery)).size == expected


def test_a_poster_that_cannot_be_is_refused(gallery: Gallery) -> None:
    request = segment((gallery.card(1), STILL, 0, 1), frames=1)
    with pytest.raises(InputError, match="allow more"):
        poster(request, gallery, max_bytes=100)
    with pytest.raises(InputError, match="frame 1"):
        poster(request, gallery, frame=1)
