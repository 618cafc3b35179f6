"""Fitting: words broken into balanced lines, at the largest size that fits a place.

A paragraph is measured by its ink and by its advance widths, so that what fits here is what is drawn.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from media_factory.design.fonts import Face, face_for, load
from media_factory.design.linebreaking import broken
from media_factory.design.themes import Style
from media_factory.errors import GlyphsMissing

SHRINK = 0.96


@dataclass(frozen=True)
class Setting:
    """How text is set: style, language, line height as a share of the size, and tracking in ems.

    `tabular` asks for digits of one width; `hugging` measures height by the ink alone, for marks and ornaments.
    """

    style: Style
    language: str = "en"
    leading: float = 1.1
    tracking_em: float = 0.0
    tabular: bool = False
    hugging: bool = False


@dataclass(frozen=True)
class Run:
    """A part of a word that one face can draw."""

    text: str
    face: Face


@dataclass(frozen=True)
class Paragraph:
    """Words set in lines at a size.

    `widths_px` holds each line's width; `rise_px` reaches from the first baseline to the top, `fall_px` from the last
    one to the bottom, `advance_px` from one baseline to the next.
    """

    lines: tuple[tuple[str, ...], ...]
    setting: Setting
    size_px: int
    spaced: bool
    widths_px: tuple[float, ...]
    rise_px: float
    fall_px: float
    advance_px: float

    @property
    def width_px(self) -> float:
        """The widest line."""
        return max(self.widths_px)

    @property
    def height_px(self) -> float:
        """From the top of the first line to the bottom of the last."""
        return self.rise_px + self.fall_px + self.advance_px * (len(self.lines) - 1)


def features_of(setting: Setting) -> list[str]:
    """Return the font features that a setting asks for."""
    wanted = ["tnum"] if setting.tabular else []
    # A ligature can't be tracked apart.
    return [*wanted, "-liga", "-clig"] if setting.tracking_em else wanted


def is_trackable(text: str) -> bool:
    """Say whether the letters of a text may be set apart: not where they join or stack."""
    return all(
        unicodedata.combining(char) == 0
        and unicodedata.name(char, "").startswith(("LATIN", "GREEK", "CYRILLIC", "DIGIT"))
        for char in text
        if char.isalnum() or unicodedata.combining(char)
    )


@lru_cache(maxsize=8192)
def runs_of(word: str, style: Style, language: str) -> tuple[Run, ...]:
    """Return the parts of a word by the face that draws them: one, if any face has all its glyphs.

    Raises:
        GlyphsMissing: no installed font can draw some part.
    """
    try:
        return (Run(word, face_for(word, style.family, style.weight, language)),)
    except GlyphsMissing:
        if len(word) == 1:
            raise
    runs: list[Run] = []
    for char in word:
        joins = bool(runs) and unicodedata.category(char) in ("Mn", "Mc", "Cf")
        face = runs[-1].face if joins else face_for(char, style.family, style.weight, language)
        if runs and runs[-1].face == face:
            runs[-1] = Run(runs[-1].text + char, face)
        else:
            runs.append(Run(char, face))
    return tuple(runs)


def tracking_px(text: str, setting: Setting, size_px: int) -> float:
    """Return the space that is put after each character, in pixels; below 0 it is taken away."""
    return setting.tracking_em * size_px if setting.tracking_em and is_trackable(text) else 0.0


@lru_cache(maxsize=50_000)
def word_width_px(word: str, setting: Setting, size_px: int) -> float:
    """Return the advance width of a word as it is set, in pixels.

    Raises:
        GlyphsMissing: no installed font can draw it.
    """
    features = features_of(setting)
    width = sum(
        load(run.face, size_px).getlength(run.text, features=features)
        for run in runs_of(word, setting.style, setting.language)
    )
    return width + tracking_px(word, setting, size_px) * len(word)


def space_px(setting: Setting, size_px: int, *, spaced: bool) -> float:
    """Return the space between two words, in pixels; 0 in languages without spaces."""
    return word_width_px("n n", setting, size_px) - 2 * word_width_px("n", setting, size_px) if spaced else 0.0


def ink_px(words: Sequence[str], setting: Setting, size_px: int) -> tuple[float, float]:
    """Return how far the ink of words reaches above and below their baseline, in pixels."""
    rise = fall = float("-inf")
    for word in words:
        for run in runs_of(word, setting.style, setting.language):
            top, bottom = _ink_span(run, size_px, exact=setting.hugging)
            rise, fall = max(rise, -top), max(fall, bottom)
    if setting.hugging:
        return rise, fall
    return max(rise, 0.72 * size_px), max(fall, 0.20 * size_px)


def _ink_span(run: Run, size_px: int, *, exact: bool) -> tuple[float, float]:
    """Return where ink begins and ends, downwards from the baseline."""
    font = load(run.face, size_px)
    if not exact:
        _, top, _, bottom = font.getbbox(run.text, anchor="ls")
        return top, bottom
    # Pillow's own box reaches to the baseline even where ink does not.
    mask, offset = font.getmask2(run.text, anchor="ls")
    inked = mask.getbbox()
    return (offset[1] + inked[1], offset[1] + inked[3]) if inked else (0.0, 0.0)


def set_words(
    words: Sequence[str], setting: Setting, size_px: int, width_px: float, *, spaced: bool = True
) -> Paragraph | None:
    """Return words set in lines of at most a width, or None if one word is wider.

    Raises:
        GlyphsMissing: no installed font can draw a word.
    """
    widths = [word_width_px(word, setting, size_px) for word in words]
    space = space_px(setting, size_px, spaced=spaced)
    ranges = broken(words, widths, space, width_px)
    if ranges is None:
        return None
    lines = tuple(tuple(words[first:end]) for first, end in ranges)
    inks = [ink_px(line, setting, size_px) for line in lines]
    meeting = max((inks[i][1] + inks[i + 1][0] for i in range(len(inks) - 1)), default=0.0)
    tallest = max(setting.leading * size_px, meeting + 0.04 * size_px if meeting > setting.leading * size_px else 0)
    return Paragraph(
        lines=lines,
        setting=setting,
        size_px=size_px,
        spaced=spaced,
        widths_px=tuple(sum(widths[first:end]) + space * (end - first - 1) for first, end in ranges),
        rise_px=inks[0][0],
        fall_px=inks[-1][1],
        advance_px=math.ceil(tallest),
    )


def hyphenated(words: Sequence[str], setting: Setting, size_px: int, width_px: float) -> tuple[str, ...]:
    """Return words, those that are wider than a line cut into pieces that end with a hyphen.

    Words whose letters join or stack are left as they are.

    Raises:
        GlyphsMissing: no installed font can draw a word.
    """
    pieces: list[str] = []
    for word in words:
        rest = word
        while len(rest) > 3 and word_width_px(rest, setting, size_px) > width_px and is_trackable(rest):
            fits = [
                end for end in range(2, len(rest) - 1) if word_width_px(f"{rest[:end]}-", setting, size_px) <= width_px
            ]
            if not fits:
                break
            pieces.append(f"{rest[: fits[-1]]}-")
            rest = rest[fits[-1] :]
        pieces.append(rest)
    return tuple(pieces)


def fit_words(
    words: Sequence[str],
    setting: Setting,
    *,
    target_px: float,
    floor_px: float,
    width_px: float,
    max_lines: int,
    spaced: bool = True,
) -> Paragraph | None:
    """Return words set as large as they fit, from a target size down to a floor in steps of 4 %; None if they do not.

    Raises:
        GlyphsMissing: no installed font can draw a word.
    """
    size = max(target_px, floor_px)
    while True:
        found = set_words(words, setting, max(1, round(size)), width_px, spaced=spaced)
        if found and len(found.lines) <= max_lines:
            return found
        if size <= floor_px:
            return None
        size = max(floor_px, size * SHRINK)


__all__ = [
    "SHRINK",
    "Paragraph",
    "Run",
    "Setting",
    "features_of",
    "fit_words",
    "hyphenated",
    "ink_px",
    "is_trackable",
    "runs_of",
    "set_words",
    "space_px",
    "tracking_px",
    "word_width_px",
]
