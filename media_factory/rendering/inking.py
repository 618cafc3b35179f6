"""Inking: a caption card drawn with Pillow as colours and coverage over its style's box.

The engine that measured a line also draws it, so a line that was measured to fit does fit. Nothing is drawn outside the
style's box, and lighting a word moves no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from media_factory.captions.cards import CaptionPanel, CaptionStyle
from media_factory.captions.measure import (
    ASCENT,
    GROWTH,
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
from media_factory.languages import is_right_to_left
from media_factory.rendering.kept import Kept
from media_factory.rendering.planes import Plane

Layer: TypeAlias = NDArray[np.float32]
Lines: TypeAlias = tuple[tuple[str, ...], ...]
# Of the font size: how far the shadow falls and spreads (two standard deviations), and how dark it is.
_SHADOW_OFFSET, _SHADOW_BLUR, _SHADOW_ALPHA = 0.03, 0.12, 0.55
# Of the font size: how far the lit word's pill reaches from the baseline, and how round it is.
_PILL_ABOVE, _PILL_BELOW, _PILL_RADIUS = 0.89, 0.28, 0.2
# Of the font size: how far a panel's words reach from their baselines at least, and of its pad what it adds to that.
_WORDS_ABOVE, _WORDS_BELOW, _PAD_SHARE = 0.80, 0.24, 0.5
# Of the font size: the height above the baseline around which a lit word grows.
_GROWS_AROUND = 0.35
_SMOOTHING = 4
# The cards that are on screen now, whatever their size: each is drawn once for every word that lights up.
_SHADOWS_BYTES = 32 << 20


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


_SHADOWS: Kept[Layer] = Kept(_SHADOWS_BYTES, lambda layer: layer.nbytes)


def drawn_card(lines: Lines, active: int | None, style: CaptionStyle) -> Layer:
    """Return four planes over the style's box: a card's premultiplied red, green and blue, its coverage; all 0 to 1.

    Args:
        lines: written words, as in a `CaptionSpan`.
        active: the lit word, in reading order, or None.
        style: how it is drawn; the top line stands at the same height on every card.

    Raises:
        GlyphsMissing: no installed font can draw one of the words.
    """
    places = _places(lines, style)
    card = _ground(lines, style)
    pilled = active if style.highlight == "pill" else None
    if pilled is not None:
        _paint_pill(card, places[pilled], style)
    drawn = [
        _lit(place, style) if index == active and pilled is None else (place, style, style.colour)
        for index, place in enumerate(places)
    ]
    for index, (place, hand, _) in enumerate(drawn):
        if index != pilled and style.outline_px:
            bitmap = _bitmap(place.word, hand)
            _paint(card, bitmap.outlined, place.at(bitmap), style.outline_colour)
    for place, hand, colour in drawn:
        bitmap = _bitmap(place.word, hand)
        _paint(card, bitmap.body, place.at(bitmap), colour)
    return card


def _lit(place: _Placed, style: CaptionStyle) -> tuple[_Placed, CaptionStyle, str]:
    """Return a word lit in its own colour: enlarged around its middle, as far as the space beside it allows."""
    width = advance_px(place.word, style)
    scale = min(style.lit_scale, 1 + 2 * GROWTH * style.size_px / max(1.0, width))
    size = int(scale * style.size_px)
    hand = style.model_copy(update={"size_px": size})
    grown = size - style.size_px
    aside = round((advance_px(place.word, hand) - width) / 2)
    return (
        _Placed(place.word, place.x - aside, place.baseline + round(_GROWS_AROUND * grown)),
        hand,
        style.active_colour,
    )


@lru_cache(maxsize=64)
def _places(lines: Lines, style: CaptionStyle) -> tuple[_Placed, ...]:
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


def _ground(lines: Lines, style: CaptionStyle) -> Layer:
    """Return what lies behind a card: its panel or its shadow."""
    card = np.zeros((4, style.box.height_px, style.box.width_px), np.float32)
    if style.panel:
        _paint_panel(card, _places(lines, style), style, style.panel)
    else:
        card[3] = _SHADOWS.get((lines, style), lambda: _shadow(lines, style))
    return card


def _shadow(lines: Lines, style: CaptionStyle) -> Layer:
    """Return the coverage of a card's black shadow."""
    shape = (style.box.height_px, style.box.width_px)
    outline = np.zeros(shape, np.float32)
    for place in _places(lines, style):
        bitmap = _bitmap(place.word, style)
        _paint(outline[None], bitmap.outlined, place.at(bitmap), "")
    fall = round(_SHADOW_OFFSET * style.size_px)
    dropped = np.zeros_like(outline)
    dropped[fall:] = outline[: shape[0] - fall]
    shadow = cv2.GaussianBlur(
        dropped, (0, 0), sigmaX=max(0.5, _SHADOW_BLUR * style.size_px / 2), borderType=cv2.BORDER_CONSTANT
    )
    return np.asarray(_SHADOW_ALPHA * shadow * _fade(shape, style), np.float32)


def _fade(shape: tuple[int, ...], style: CaptionStyle) -> Layer:
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


def _paint(card: Layer, cover: Plane, at: tuple[int, int], colour: str) -> None:
    """Lay a colour over planes, in place; the last of them is coverage, and what lies outside of them is left out."""
    x, y = at
    height, width = card.shape[1:]
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + cover.shape[1], width), min(y + cover.shape[0], height)
    if x0 >= x1 or y0 >= y1:
        return
    part = cover[y0 - y : y1 - y, x0 - x : x1 - x].astype(np.float32) / 255
    for plane, value in zip(card, (*_rgb(colour), 1.0), strict=True):
        below = plane[y0:y1, x0:x1]
        below += part * (value - below)


def _paint_pill(card: Layer, place: _Placed, style: CaptionStyle) -> None:
    """Lay the active colour behind a word, as a rounded box that is equally high for all words of a script."""
    word, size = word_ink(place.word, style), style.size_px
    pad = edge_px(style) - 1
    left, right = place.x + int(word.left) - pad, place.x + round(word.right) + pad
    top = place.baseline + min(round(-_PILL_ABOVE * size), int(word.top) - pad // 2)
    bottom = place.baseline + max(round(_PILL_BELOW * size), int(word.bottom) + pad // 2)
    cover = _rounded(right - left, bottom - top, _PILL_RADIUS * size)
    _paint(card, cover, (left, top), style.active_colour)


def _paint_panel(card: Layer, places: tuple[_Placed, ...], style: CaptionStyle, panel: CaptionPanel) -> None:
    """Lay a panel behind all words, and its bar at the side where the language begins."""
    size, air = style.size_px, round(_PAD_SHARE * panel.pad_px)
    inks = [(place, word_ink(place.word, style)) for place in places]
    starts_right = is_right_to_left(style.language)
    # The bar stands in the outer part of its side's pad, so the other side needs less.
    bare = panel.pad_px - panel.bar_px
    left = min(place.x + floor(word.left) for place, word in inks) - (bare if starts_right else panel.pad_px)
    right = max(place.x + ceil(word.right) for place, word in inks) + (panel.pad_px if starts_right else bare)
    top = min(place.baseline + min(-_WORDS_ABOVE * size, word.top) for place, word in inks) - air
    bottom = max(place.baseline + max(_WORDS_BELOW * size, word.bottom) for place, word in inks) + air
    cover = _rounded(right - left, round(bottom) - round(top), panel.radius_px)
    _paint(card, np.rint(panel.opacity * cover).astype(np.uint8), (left, round(top)), panel.colour)
    if panel.bar_colour and panel.bar_px:
        part = slice(-panel.bar_px, None) if starts_right else slice(0, panel.bar_px)
        at = (right - panel.bar_px if starts_right else left, round(top))
        _paint(card, cover[:, part], at, panel.bar_colour)


def _rounded(width_px: int, height_px: int, radius_px: float) -> Plane:
    """Return the coverage of a rounded box."""
    image = Image.new("L", (max(1, width_px) * _SMOOTHING, max(1, height_px) * _SMOOTHING))
    ImageDraw.Draw(image).rounded_rectangle(
        (0, 0, image.width - 1, image.height - 1), radius=radius_px * _SMOOTHING, fill=255
    )
    return np.asarray(image.reduce(_SMOOTHING))


def _rgb(colour: str) -> tuple[float, ...]:
    """Return the shares of a #rrggbb colour; none of no colour, for planes of coverage alone."""
    return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5) if colour)


__all__ = ["Layer", "Lines", "drawn_card"]
