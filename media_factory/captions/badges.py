"""Badges: a few words in a corner, small and always there, in a colour of their own ground."""

from __future__ import annotations

from collections.abc import Sequence

from media_factory.briefs.fields import Destination
from media_factory.captions.cards import Badge, CaptionBox, CaptionPanel, CaptionStyle
from media_factory.captions.measure import block_height_px, edge_px, line_width_px
from media_factory.captions.safe_areas import safe_box
from media_factory.captions.words import split_words
from media_factory.design.themes import Theme
from media_factory.errors import InputError
from media_factory.languages import is_right_to_left

# Of the short side: what can still be read on a phone that is held at arm's length.
_SIZE = 0.026
_LEAST_PX = 9
_SMALLER = 0.94
_PAD, _RADIUS = 0.45, 0.3
_GROUND, _OPACITY = "#0b0b0e", 0.62


def badge_for(
    text: str,
    theme: Theme,
    size: tuple[int, int],
    language: str,
    destinations: Sequence[Destination] = (),
) -> Badge | None:
    """Return a text as a badge at the top of a frame's safe area, on the side where its language begins.

    Args:
        text: a few words; none give no badge.
        theme: gives the typeface.
        size: the frame's width and height in pixels.
        language: BCP 47 tag of the words.
        destinations: where it will be published; their own interfaces cover different parts.

    Raises:
        InputError: it does not fit into one line.
        GlyphsMissing: no installed font can draw one of the words.
    """
    words = tuple(split_words(text, language))
    if not words:
        return None
    safe, px = safe_box(destinations, *size), max(_LEAST_PX, round(_SIZE * min(size)))
    while True:
        style = _style(theme, px, safe, language)
        if line_width_px(words, style) <= style.box.width_px - 2 * edge_px(style):
            return Badge(lines=(words,), style=style)
        if px == _LEAST_PX:
            raise InputError(f"label: {len(text)} characters do not fit into a picture {size[0]} px wide; shorten it")
        px = max(_LEAST_PX, int(px * _SMALLER))


def _style(theme: Theme, px: int, safe: CaptionBox, language: str) -> CaptionStyle:
    panel = CaptionPanel(
        colour=_GROUND, opacity=_OPACITY, pad_px=max(2, round(_PAD * px)), radius_px=max(1, round(_RADIUS * px))
    )
    return CaptionStyle(
        family=theme.body.family,
        weight=600,
        size_px=px,
        colour="#ffffff",
        active_colour="#ffffff",
        outline_px=0,
        box=CaptionBox(
            x_px=safe.x_px,
            y_px=safe.y_px,
            width_px=safe.width_px,
            height_px=min(safe.height_px, block_height_px(px, 1) + 3 * panel.pad_px),
        ),
        align="right" if is_right_to_left(language) else "left",
        max_lines=1,
        language=language,
        highlight="none",
        panel=panel,
    )


__all__ = ["badge_for"]
