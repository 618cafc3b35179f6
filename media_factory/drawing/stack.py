"""The stack: blocks of text under one another, shrunk together until they fit an area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from media_factory.captions.words import is_spaced, split_words
from media_factory.design.colour import Floats
from media_factory.design.fitting import SHRINK, Paragraph, Setting, fit_words, hyphenated
from media_factory.drawing.areas import Box
from media_factory.drawing.lettering import Placed, place

SMALLEST_SHARE = 0.72
"""How far text may shrink before something is dropped."""

_CUT_SHARE = 0.45

FLOOR_U = 30.0
"""No text on a picture is smaller, in design units."""


@dataclass(frozen=True)
class Block:
    """A text of a card. Sizes are in design units.

    `rank` says what is dropped first when room is short: the lowest; 0 is never dropped. `gap_u` is the space above,
    `indent_u` the space at the side where lines begin.
    """

    role: str
    text: str
    setting: Setting
    target_u: float
    colour: Floats
    gap_u: float = 0
    max_lines: int = 6
    rank: int = 0
    indent_u: float = 0
    floor_u: float = FLOOR_U


def set_block(block: Block, width_px: float, u: float, scale: float = 1.0) -> Paragraph | None:
    """Return a block's text set in a width, at a share of its target size, or None if it can't be.

    Raises:
        GlyphsMissing: no installed font can draw it.
    """
    language = block.setting.language
    words = split_words(block.text, language)
    if not words:
        return None
    wide = width_px - block.indent_u * u
    if block.max_lines > 1:
        # A word that would make the whole text small is better cut.
        words = hyphenated(words, block.setting, round(max(block.floor_u, _CUT_SHARE * block.target_u) * u), wide)
    return fit_words(
        words,
        block.setting,
        target_px=block.target_u * u * scale,
        floor_px=block.floor_u * u,
        width_px=wide,
        max_lines=block.max_lines,
        spaced=is_spaced(language),
    )


def stacked(blocks: Sequence[Block], areas: Sequence[Box], u: float, *, rise: float = 0.4) -> tuple[Placed, ...] | None:
    """Return blocks placed one below another in the area where they can be largest; None if they fit nowhere.

    Text shrinks in steps of 4 % to 72 %; then what may be left out is left out, one block after another; only then
    does the rest shrink on to the floor.

    Args:
        blocks: from top to bottom.
        areas: where they may stand; one is chosen.
        u: the design unit, in pixels.
        rise: the share of spare height that is left above.

    Raises:
        GlyphsMissing: no installed font can draw a text.
    """
    kept = [block for block in blocks if block.text.strip()]
    low = SMALLEST_SHARE
    while kept:
        found = _shrunk(kept, areas, u, low, rise)
        if found:
            return found
        droppable = [block for block in kept if block.rank]
        if droppable:
            kept.remove(min(droppable, key=lambda block: block.rank))
        elif low > 0.1:
            low = 0.1
            kept = [replace(block, max_lines=block.max_lines * 2 if block.max_lines > 1 else 1) for block in kept]
        else:
            return None
    return None


def _shrunk(
    blocks: Sequence[Block], areas: Sequence[Box], u: float, low: float, rise: float
) -> tuple[Placed, ...] | None:
    scale = 1.0
    while scale >= low:
        for area in areas:
            placed = _set_in(blocks, area, u, scale, rise)
            if placed:
                return placed
        scale *= SHRINK
    return None


def _set_in(blocks: Sequence[Block], area: Box, u: float, scale: float, rise: float) -> tuple[Placed, ...] | None:
    paragraphs = [set_block(block, area.width, u, scale) for block in blocks]
    height = 0.0
    for index, (block, paragraph) in enumerate(zip(blocks, paragraphs, strict=True)):
        if paragraph is None:
            return None
        height += paragraph.height_px + (block.gap_u * u if index else 0)
    if height > area.height:
        return None
    y = area.top + (area.height - height) * rise
    placed = []
    for index, (block, paragraph) in enumerate(zip(blocks, paragraphs, strict=True)):
        if paragraph is None:
            return None
        y += block.gap_u * u if index else 0
        column = area.width - block.indent_u * u
        done = place(block.role, paragraph, area.left + block.indent_u * u, y, block.colour, width=column)
        if done.align == "right":
            done = place(block.role, paragraph, area.left, y, block.colour, width=column)
        placed.append(done)
        y += paragraph.height_px
    return tuple(placed)


__all__ = ["FLOOR_U", "SMALLEST_SHARE", "Block", "set_block", "stacked"]
