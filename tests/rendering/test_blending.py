"""Blending: what is laid over a frame is what was drawn, to one code value."""

from __future__ import annotations

import numpy as np
import pytest

from media_factory.errors import RenderError
from media_factory.rendering import inking, sprites
from media_factory.rendering.kept import Kept
from media_factory.rendering.planes import Planes
from media_factory.rendering.sprites import Sprite, blend, caption_sprite
from tests.captions.texts import style


def place_of(sprite: Sprite) -> tuple[slice, slice]:
    return (
        slice(sprite.y_px, sprite.y_px + sprite.height_px),
        slice(sprite.x_px, sprite.x_px + sprite.width_px),
    )


def grey(width_px: int, height_px: int, level: int) -> Planes:
    half = (height_px // 2, width_px // 2)
    return np.full((height_px, width_px), level, np.uint8), np.full(half, 128, np.uint8), np.full(half, 128, np.uint8)


def test_words_are_white_inside_a_dark_outline_on_any_ground() -> None:
    sprite = caption_sprite((("HHH",),), None, style())
    for level in (16, 128, 235):
        planes = grey(1080, 1920, level)
        blend(planes, sprite)
        region = planes[0][place_of(sprite)]
        assert region.max() >= 233
        assert region.min() <= 30


@pytest.mark.parametrize("active", [None, 1])
def test_blending_is_accurate_to_one_code_value(active: int | None) -> None:
    sprite = caption_sprite((("On", "July"), ("20,", "1969,")), active, style())
    rng = np.random.default_rng(7)
    frame: Planes = (
        rng.integers(16, 236, (1920, 1080), np.uint8),
        rng.integers(16, 241, (960, 540), np.uint8),
        rng.integers(16, 241, (960, 540), np.uint8),
    )
    before = [plane.copy() for plane in frame]
    blend(frame, sprite)
    parts = ((sprite.inv_y, sprite.y, 1), (sprite.inv_c, sprite.u, 2), (sprite.inv_c, sprite.v, 2))
    for plane, old, (inverse, ink, step) in zip(frame, before, parts, strict=True):
        y, x = sprite.y_px // step, sprite.x_px // step
        region = (slice(y, y + ink.shape[0]), slice(x, x + ink.shape[1]))
        exact = old[region].astype(float) * inverse / 255 + ink
        assert np.abs(plane[region] - exact).max() <= 1
        untouched = np.ones(plane.shape, bool)
        untouched[region] = False
        assert np.array_equal(plane[untouched], old[untouched])


def test_a_lit_words_colour_survives_the_way_into_yuv() -> None:
    look = style()
    planes = grey(1080, 1920, 16)
    blend(planes, caption_sprite((("....",),), 0, look))
    y, x = np.unravel_index(int(np.argmax(planes[2])), planes[2].shape)
    luma, blue, red = (float(plane) for plane in (planes[0][2 * y, 2 * x], planes[1][y, x], planes[2][y, x]))
    shown = (luma - 16) / 219 + 1.5748 * (red - 128) / 224, (luma - 16) / 219 + 1.8556 * (blue - 128) / 224
    assert shown == pytest.approx((0xFF / 255, 0x4F / 255), abs=0.02)


def test_a_sprite_that_reaches_beyond_the_frame_is_refused() -> None:
    sprite = caption_sprite((("Moon",),), None, style(1080, 1920))
    with pytest.raises(RenderError, match="beyond a frame of 640x360 px"):
        blend(grey(640, 360, 90), sprite)


def test_a_panel_darkens_a_white_picture_behind_its_words() -> None:
    planes = grey(1080, 1920, 235)
    look = style(preset="boxed")
    sprite = caption_sprite((("Moon", "landing"),), None, look)
    blend(planes, sprite)
    region = planes[0][place_of(sprite)]
    edge = region[region.shape[0] // 2, 4]
    assert edge < 80
    assert region.max() >= 230
    assert region[0, 0] > 200  # the corners are round


def test_cards_of_the_largest_frames_are_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    sprites_kept: Kept[Sprite] = Kept(12 << 20, lambda sprite: sprite.size_bytes)
    monkeypatch.setattr(sprites, "_SPRITES", sprites_kept)
    look = style(3840, 2160)
    for word in ("One", "Two", "Three", "Four"):
        for active in range(3):
            caption_sprite(((word, "small", "step"), ("for", "a")), active, look)
            assert 0 < sprites_kept.size_bytes <= 12 << 20
    assert inking._SHADOWS.size_bytes <= inking._SHADOWS_BYTES
