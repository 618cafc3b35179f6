"""How wide captions are when they are drawn: one measure for whoever breaks lines and whoever draws them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from media_factory.captions.cards import CaptionStyle
from media_factory.captions.words import gap
from media_factory.design.fitting import runs_of
from media_factory.design.fonts import Face, load
from media_factory.design.themes import Style
from media_factory.design.typesetting import visual_order
from media_factory.languages import is_right_to_left

# Of the font size. Ascent and descent hold the stacked accents of Vietnamese and the tails of Arabic.
LINE_PITCH, ASCENT, DESCENT = 1.25, 1.02, 0.34
EDGE = 0.05
# How far a lit word may grow at each side, and what the spaces of such lines are wider.
GROWTH = 0.05
# Air for the box behind a lit word.
WIDER_SPACE = 0.04


class Ink(NamedTuple):
    """What a drawn word covers around its origin on the baseline, in pixels; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float


class PlacedRun(NamedTuple):
    """A part of a word that one face draws, and where its origin is from the word's, in pixels."""

    text: str
    face: Face
    x_px: float


@lru_cache(maxsize=4096)
def placed_runs(word: str, style: CaptionStyle) -> tuple[PlacedRun, ...]:
    """Return the parts of a word from left to right: one, unless no single face has all its glyphs.

    Raises:
        GlyphsMissing: no installed font can draw some part.
    """
    runs = runs_of(word, Style(family=style.family, weight=style.weight), style.language)
    placed: list[PlacedRun] = []
    pen = 0.0
    for index in visual_order([run.text for run in runs], style.language) if len(runs) > 1 else (0,):
        run = runs[index]
        placed.append(PlacedRun(run.text, run.face, pen))
        pen += load(run.face, style.size_px).getlength(run.text, direction=direction(run.text, style.language))
    return tuple(placed)


@lru_cache(maxsize=20_000)
def word_ink(word: str, style: CaptionStyle) -> Ink:
    """Return what a word covers, without outline; at least its advance width.

    Raises:
        GlyphsMissing: no installed font can draw it.
    """
    boxes: list[Ink] = []
    for run in placed_runs(word, style):
        font = load(run.face, style.size_px)
        left, top, right, bottom = font.getbbox(run.text, anchor="ls", direction=direction(run.text, style.language))
        boxes.append(Ink(left + run.x_px, top, right + run.x_px, bottom))
    return Ink(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


@lru_cache(maxsize=20_000)
def advance_px(word: str, style: CaptionStyle) -> float:
    """Return how far a word moves the pen, in pixels.

    Raises:
        GlyphsMissing: no installed font can draw it.
    """
    last = placed_runs(word, style)[-1]
    length = load(last.face, style.size_px).getlength(last.text, direction=direction(last.text, style.language))
    return last.x_px + length


def gap_px(left: str, right: str, style: CaptionStyle) -> float:
    """Return the space between two neighbours on a line, in pixels; 0 where the language has none."""
    wider = WIDER_SPACE + (GROWTH if style.lit_scale > 1 else 0)
    return advance_px(" ", style) + wider * style.size_px if gap(left, right, style.language) else 0.0


def line_width_px(words: Sequence[str], style: CaptionStyle) -> float:
    """Return what a line covers at most, in pixels, without outline, whichever of its words come first and last.

    Raises:
        GlyphsMissing: no installed font can draw one of the words.
    """
    inks = [word_ink(word, style) for word in words]
    advances = [advance_px(word, style) for word in words]
    gaps = sum(gap_px(a, b, style) for a, b in pairwise(words))
    before = max(0.0, *(-ink.left for ink in inks))
    after = max(0.0, *(ink.right - advance for ink, advance in zip(inks, advances, strict=True)))
    return before + sum(advances) + gaps + after


def edge_px(style: CaptionStyle) -> int:
    """Return what stays free at each side of the box for outline, shadow, growth and panel, in pixels."""
    growth = ceil(GROWTH * style.size_px) if style.lit_scale > 1 else 0
    around = style.outline_px + ceil(EDGE * style.size_px) + growth
    # Two pixels for what rounding adds to a panel.
    return max(around, style.panel.pad_px + 2) if style.panel else around


def room_px(style: CaptionStyle) -> int:
    """Return how wide a line may be, in pixels."""
    return max(1, style.box.width_px - 2 * edge_px(style))


def block_height_px(size_px: int, lines: int) -> int:
    """Return how high so many lines are, from the highest accent to the lowest tail, in pixels."""
    return ceil((LINE_PITCH * (lines - 1) + ASCENT + DESCENT) * size_px)


def direction(word: str, language: str) -> str | None:
    """Return "rtl" for words without letters of their own direction in languages from right to left, else None."""
    if not is_right_to_left(language):
        return None
    return None if any(unicodedata.bidirectional(character) == "L" for character in word) else "rtl"


__all__ = [
    "ASCENT",
    "DESCENT",
    "GROWTH",
    "LINE_PITCH",
    "Ink",
    "PlacedRun",
    "advance_px",
    "block_height_px",
    "direction",
    "edge_px",
    "gap_px",
    "line_width_px",
    "placed_runs",
    "room_px",
    "word_ink",
]
