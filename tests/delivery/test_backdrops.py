"""Where a picture will be, its placeholder is seen until it is loaded."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from media_factory.delivery.backdrops import backdrop, pixels_of
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.page import story_page
from media_factory.drawing.placeholders import placeholder_of
from media_factory.results import Placeholder
from tests.delivery.pages import Page, story


def halves() -> Image.Image:
    """Return a picture that is red on top and blue below."""
    pixels = np.zeros((200, 120, 3), np.uint8)
    pixels[:100, :, 0], pixels[100:, :, 2] = 220, 220
    return Image.fromarray(pixels)


def data_in(css: str) -> bytes:
    found = re.search(r"url\(data:image/webp;base64,([A-Za-z0-9+/=]+)\)", css)
    assert found
    return base64.b64decode(found[1])


def with_placeholders() -> Manifest:
    manifest = story()
    placeholder = placeholder_of(halves())
    outputs = tuple(
        output.model_copy(update={"placeholder": placeholder}) if output.role in ("poster", "scene-image") else output
        for output in manifest.outputs
    )
    return manifest.model_copy(update={"outputs": outputs})


def test_a_backdrop_is_a_tiny_picture_of_the_picture() -> None:
    css = backdrop(placeholder_of(halves()))
    assert len(css) < 600
    with Image.open(io.BytesIO(data_in(css))) as picture:
        shown = np.asarray(picture.convert("RGB")).astype(int)
    assert max(shown.shape[:2]) <= 32
    assert shown.shape[0] / shown.shape[1] == pytest.approx(200 / 120, rel=0.1)
    top, bottom = shown[: len(shown) // 3].mean(axis=(0, 1)), shown[-len(shown) // 3 :].mean(axis=(0, 1))
    assert top[0] > 3 * top[2]
    assert bottom[2] > 3 * bottom[0]


@pytest.mark.parametrize("broken", ["", "!!!", "AAAA", base64.b64encode(b"\xff" * 3).decode()])
def test_a_hash_that_can_t_be_read_leaves_the_mean_colour(broken: str) -> None:
    assert backdrop(Placeholder(thumbhash=broken, colour="#102030")) == "background:#102030"


def test_a_colour_can_be_nothing_but_a_colour() -> None:
    with pytest.raises(ValidationError):
        Placeholder(thumbhash="", colour="red url(https://example.org/x)")


def test_posters_and_pictures_stand_on_their_placeholders_and_need_no_network() -> None:
    page = Page(story_page(with_placeholders()))
    (player,) = page.all("video")
    pictures = page.all("img")
    assert len(pictures) == 3
    for element in (player, *pictures):
        assert data_in(element["style"])
        assert element["style"].startswith("background:#")
    assert story_page(with_placeholders()) == story_page(with_placeholders())


def test_without_placeholders_nothing_is_said_of_them() -> None:
    page = Page(story_page(story()))
    assert all("style" not in element for element in (*page.all("video"), *page.all("img")))


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (900, 900)])
def test_a_hash_is_read_as_it_was_written(size: tuple[int, int]) -> None:
    y, x = np.mgrid[0 : size[1], 0 : size[0]] / max(size)
    waves = [120 + 90 * np.cos(2 * x + turn) + 30 * np.sin(3 * y) for turn in (0.0, 0.6, 1.2)]
    picture = Image.fromarray(np.stack(waves, axis=-1).clip(0, 255).astype(np.uint8))
    made = pixels_of(base64.b64decode(placeholder_of(picture).thumbhash))
    assert max(made.shape) == 32
    wanted = np.asarray(picture.resize((made.shape[1], made.shape[0]), Image.Resampling.BOX)).astype(int)
    assert np.abs(made - wanted).mean() < 12


@given(st.binary(max_size=40))
def test_any_bytes_are_a_picture_or_refused(data: bytes) -> None:
    try:
        made = pixels_of(data)
    except ValueError:
        return
    assert (made.dtype, made.shape[2], max(made.shape)) == (np.uint8, 3, 32)
