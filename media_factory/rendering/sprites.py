"""Caption sprites: words drawn once with Pillow, then blended into BT.709 frames as YUV 4:2:0 planes.

The engine that measured a line also draws it, so a line that was measured to fit does fit. Nothing is drawn outside the
style's box, and lighting a word moves no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from media_factory.captions.cards import CaptionStyle
from media_factory.captions.measure import (
    ASCENT,
    LINE_PITCH,
    advance_px,
    block_height_px,
    direction,
    edge_px,
    gap_px,
    placed_runs,
    word_ink,
)
from media_factory.design.fonts import load
from media_factory.design.typesetting import visual_order
from media_factory.errors import RenderError
from media_factory.rendering.planes import BT709, Plane, Planes

_Layer = NDArray[np.float32]
# Of the font size: how far the shadow falls and spreads (two standard deviations), and how dark it is.
_SHADOW_OFFSET, _SHADOW_BLUR, _SHADOW_ALPHA = 0.03, 0.12, 0.55
# Of the font size: how far the lit word's pill reaches from the baseline, and how round it is.
_PILL_ABOVE, _PILL_BELOW, _PILL_RADIUS = 0.89, 0.28, 0.2
_SMOOTHING = 4
# Coverage that still rounds to one code value.
_LEAST = 0.5 / 255
_THREE_ACROSS, _ONE_DOWN = np.array([0.25, 0.5, 0.25], np.float32), np.ones(1, np.float32)


@dataclass(frozen=True, eq=False)
class Sprite:
    """A picture to be laid over frames; place, width and height are even numbers of pixels.

    `y`, `u` and `v` are premultiplied BT.709 limited-range planes; `inv_y` and `inv_c` say how much of the frame's luma
    and chroma shines through, 0 to 255.
    """

    x_px: int
    y_px: int
    inv_y: Plane
    y: Plane
    inv_c: Plane
    u: Plane
    v: Plane

    @property
    def width_px(self) -> int:
        """Pixels across."""
        return int(self.y.shape[1])

    @property
    def height_px(self) -> int:
        """Pixels down."""
        return int(self.y.shape[0])


@dataclass(frozen=True, eq=False)
class _Bitmap:
    """A drawn word: coverage of its body and of its outlined body, and where they lie from its origin."""

    body: Plane
    outlined: Plane
    left: int
    top: int


@dataclass(frozen=True)
class _Placed:
    """A word's origin on its baseline, in pixels of the box."""

    word: str
    x: int
    baseline: int

    def at(self, bitmap: _Bitmap) -> tuple[int, int]:
        return self.x + bitmap.left, self.baseline + bitmap.top


@lru_cache(maxsize=64)
def caption_sprite(lines: tuple[tuple[str, ...], ...], active: int | None, style: CaptionStyle) -> Sprite:
    """Return a card as a sprite, with the word at index `active` (in reading order) in the active colour.

    Args:
        lines: written words, as in a `CaptionSpan`.
        active: the lit word, or None.
        style: where and how it is drawn; the top line stands at the same height on every card.

    Raises:
        GlyphsMissing: no installed font can draw one of the words.
        RenderError: nothing of the card lies in the box.
    """
    places = _places(lines, style)
    ink, alpha = (layer.copy() for layer in _ground(lines, style))
    if active is not None:
        _paint_pill(ink, alpha, places[active], style)
    for index, place in enumerate(places):
        bitmap = _bitmap(place.word, style)
        if index != active:
            _paint(ink, alpha, bitmap.outlined, place.at(bitmap), style.outline_colour)
    for place in places:
        bitmap = _bitmap(place.word, style)
        _paint(ink, alpha, bitmap.body, place.at(bitmap), style.colour)
    return _as_sprite(ink, alpha, style)


def blend(planes: Planes, sprite: Sprite) -> None:
    """Lay a sprite over a frame's Y, U and V planes, in place; accurate to one code value.

    Raises:
        RenderError: the sprite reaches beyond the frame.
    """
    y_plane, u_plane, v_plane = planes
    height, width = y_plane.shape
    if sprite.y_px + sprite.height_px > height or sprite.x_px + sprite.width_px > width:
        raise RenderError(
            f"a caption of {sprite.width_px}x{sprite.height_px} px at {sprite.x_px},{sprite.y_px} reaches beyond"
            f" a frame of {width}x{height} px; give a caption box that lies in it"
        )
    _lay(y_plane, sprite.x_px, sprite.y_px, sprite.inv_y, sprite.y)
    _lay(u_plane, sprite.x_px // 2, sprite.y_px // 2, sprite.inv_c, sprite.u)
    _lay(v_plane, sprite.x_px // 2, sprite.y_px // 2, sprite.inv_c, sprite.v)


def _lay(plane: Plane, x: int, y: int, inverse: Plane, premultiplied: Plane) -> None:
    height, width = inverse.shape
    region = plane[y : y + height, x : x + width]
    cv2.multiply(region, inverse, dst=region, scale=1 / 255)
    cv2.add(region, premultiplied, dst=region)


@lru_cache(maxsize=64)
def _places(lines: tuple[tuple[str, ...], ...], style: CaptionStyle) -> tuple[_Placed, ...]:
    """Return where the words stand, in reading order."""
    edge = edge_px(style)
    room = style.box.width_px - 2 * edge
    block = block_height_px(style.size_px, style.max_lines)
    top = max(0, (style.box.height_px - block) // 2)
    placed: list[_Placed] = []
    for row, line in enumerate(lines):
        baseline = top + round((ASCENT + row * LINE_PITCH) * style.size_px)
        order = visual_order(line, style.language)
        left, origins = _origins([line[index] for index in order], style)
        free = room - left
        start = edge + {"left": 0.0, "center": free / 2, "right": free}[style.align]
        shown = dict(zip(order, origins, strict=True))
        placed += [_Placed(word, round(start + shown[index]), baseline) for index, word in enumerate(line)]
    return tuple(placed)


def _origins(shown: list[str], style: CaptionStyle) -> tuple[float, list[float]]:
    """Return how wide a line's ink is, and where its words begin from the left edge of the ink."""
    pen = 0.0
    pens: list[float] = []
    for index, word in enumerate(shown):
        pen += gap_px(shown[index - 1], word, style) if index else 0.0
        pens.append(pen)
        pen += advance_px(word, style)
    inks = [word_ink(word, style) for word in shown]
    left = min(at + ink.left for at, ink in zip(pens, inks, strict=True))
    right = max(at + ink.right for at, ink in zip(pens, inks, strict=True))
    return right - left, [at - left for at in pens]


@lru_cache(maxsize=16)
def _ground(lines: tuple[tuple[str, ...], ...], style: CaptionStyle) -> tuple[_Layer, _Layer]:
    """Return the premultiplied colours and the coverage of a card's shadow over the whole box, 0 to 1."""
    shape = (style.box.height_px, style.box.width_px)
    ink, outline = np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32)
    for place in _places(lines, style):
        bitmap = _bitmap(place.word, style)
        _paint(ink, outline, bitmap.outlined, place.at(bitmap), "#000000")
    fall = round(_SHADOW_OFFSET * style.size_px)
    dropped = np.zeros_like(outline)
    dropped[fall:] = outline[: shape[0] - fall]
    shadow = cv2.GaussianBlur(
        dropped, (0, 0), sigmaX=max(0.5, _SHADOW_BLUR * style.size_px / 2), borderType=cv2.BORDER_CONSTANT
    )
    return ink, np.asarray(_SHADOW_ALPHA * shadow * _fade(shape, style), np.float32)


def _fade(shape: tuple[int, ...], style: CaptionStyle) -> _Layer:
    """Return a mask that lets the shadow fade out at the box's sides instead of being cut off."""
    across = np.arange(shape[1], dtype=np.float32)
    inwards = np.minimum(across, across[::-1]) / max(1, edge_px(style))
    return np.asarray(np.clip(inwards, 0, 1)[None, :], np.float32)


@lru_cache(maxsize=256)
def _bitmap(word: str, style: CaptionStyle) -> _Bitmap:
    """Return a word drawn once, with room for its outline."""
    ink, edge = word_ink(word, style), style.outline_px + 1
    left, top = floor(ink.left) - edge, floor(ink.top) - edge
    size = (ceil(ink.right) + edge - left, ceil(ink.bottom) + edge - top)
    drawn: list[Plane] = []
    for stroke_px in (0, style.outline_px):
        image = Image.new("L", size)
        pen = ImageDraw.Draw(image)
        for run in placed_runs(word, style):
            pen.text(
                (run.x_px - left, -top),
                run.text,
                fill=255,
                font=load(run.face, style.size_px),
                anchor="ls",
                stroke_width=stroke_px,
                direction=direction(run.text, style.language),
            )
        drawn.append(np.asarray(image))
    return _Bitmap(body=drawn[0], outlined=drawn[1], left=left, top=top)


def _paint(ink: _Layer, alpha: _Layer, cover: Plane, at: tuple[int, int], colour: str) -> None:
    """Lay a colour over premultiplied colours and coverage, in place; what lies outside of them is left out."""
    x, y = at
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + cover.shape[1], alpha.shape[1]), min(y + cover.shape[0], alpha.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = cover[y0 - y : y1 - y, x0 - x : x1 - x].astype(np.float32) / 255
    below = alpha[y0:y1, x0:x1]
    below += part * (1 - below)
    colours = ink[y0:y1, x0:x1]
    colours += part[..., None] * (_rgb(colour) - colours)


def _paint_pill(ink: _Layer, alpha: _Layer, place: _Placed, style: CaptionStyle) -> None:
    """Lay the active colour behind a word, as a rounded box that is equally high for all words of a script."""
    word, size = word_ink(place.word, style), style.size_px
    pad = edge_px(style) - 1
    left, right = place.x + int(word.left) - pad, place.x + round(word.right) + pad
    top = place.baseline + min(round(-_PILL_ABOVE * size), int(word.top) - pad // 2)
    bottom = place.baseline + max(round(_PILL_BELOW * size), int(word.bottom) + pad // 2)
    image = Image.new("L", ((right - left) * _SMOOTHING, (bottom - top) * _SMOOTHING))
    ImageDraw.Draw(image).rounded_rectangle(
        (0, 0, image.width - 1, image.height - 1), radius=_PILL_RADIUS * size * _SMOOTHING, fill=255
    )
    cover = np.asarray(image.reduce(_SMOOTHING))
    _paint(ink, alpha, cover, (left, top), style.active_colour)


def _rgb(colour: str) -> NDArray[np.float32]:
    return np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)], np.float32)


def _as_sprite(ink: _Layer, alpha: _Layer, style: CaptionStyle) -> Sprite:
    """Return premultiplied colours (0 to 1, over the box) as planes, cropped to what is seen and to even pixels."""
    box = style.box
    odd = tuple(
        (before, (before + length) % 2)
        for before, length in zip((box.y_px % 2, box.x_px % 2), alpha.shape, strict=True)
    )
    cover, rgb = np.pad(alpha, odd), np.pad(ink, (*odd, (0, 0)))
    rows, columns = (np.nonzero(cover.max(axis=axis) >= _LEAST)[0] // 2 * 2 for axis in (1, 0))
    if not rows.size:
        raise RenderError("a caption has no ink in its box; give a box that is larger than the type")
    y, x = int(rows[0]), int(columns[0])
    seen = (slice(y, int(rows[-1]) + 2), slice(x, int(columns[-1]) + 2))
    cover = cover[seen]
    planes = cv2.split(cv2.transform(255 * rgb[seen], BT709[:, :3]) + cover[..., None] * BT709[:, 3])
    halved = _halved(cover)
    return Sprite(
        x_px=box.x_px // 2 * 2 + x,
        y_px=box.y_px // 2 * 2 + y,
        inv_y=_bytes(255 * (1 - cover)),
        y=_bytes(planes[0]),
        inv_c=_bytes(255 * (1 - halved)),
        u=_bytes(_halved(planes[1])),
        v=_bytes(_halved(planes[2])),
    )


def _halved(plane: cv2.typing.MatLike) -> _Layer:
    """Return a plane at half size, sited as H.264's chroma is: level with the left column, between two rows."""
    rows = (plane[0::2] + plane[1::2]) / 2
    blurred = cv2.sepFilter2D(rows, -1, _THREE_ACROSS, _ONE_DOWN, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(blurred[:, ::2], np.float32)


def _bytes(plane: cv2.typing.MatLike) -> Plane:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8)


__all__ = ["Sprite", "blend", "caption_sprite"]
