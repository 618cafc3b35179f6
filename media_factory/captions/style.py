"""The look of burned-in captions: where each frame format leaves room for them, and colours for any picture."""

from __future__ import annotations

from media_factory.captions.cards import CaptionBox, CaptionStyle
from media_factory.captions.measure import block_height_px
from media_factory.design.colour import BLACK, WHITE, Floats, contrast, mix, parse_hex, rgb8
from media_factory.design.themes import Theme
from media_factory.design.typesetting import is_right_to_left

RESTING_COLOUR = "#ffffff"
OUTLINE_COLOUR = "#0b0b0e"
_WEIGHT = 700
_OUTLINE = 0.07
_ACTIVE_TO_RESTING, _ACTIVE_TO_OUTLINE = 3.0, 4.5
_STEPS = 60
_MAX_LINES = 2
# The part of 1080 x 1920 that no platform's own interface covers (union of TikTok, Reels and Shorts).
_TALL = (120 / 1080, 960 / 1920, 660 / 1080, 288 / 1920)
_TALL_SIZE, _WIDE_SIZE, _SQUARE_SIZE = 67 / 1920, 0.056, 0.056
_WIDE_WIDTH, _SQUARE_WIDTH = 0.70, 0.80
_WIDE_FOOT, _SQUARE_FOOT = 0.07, 0.08
_TALL_FROM, _WIDE_TO = 1.5, 0.7


def caption_style_for(theme: Theme, width_px: int, height_px: int, language: str) -> CaptionStyle:
    """Return how captions look on frames of a size, in a theme's hand.

    Tall frames (9:16) take them left of centre in the box that is free on every platform, at the side where the
    language begins; wide ones (16:9) and those near a square (1:1, 4:5) in the middle of their lower part, inside
    the safe area of captions (90 % high, 75 % wide; 80 % near a square).
    """
    tall = height_px >= _TALL_FROM * width_px
    size = _size_px(width_px, height_px)
    side = "right" if is_right_to_left(language) else "left"
    return CaptionStyle(
        family=theme.body.family,
        weight=_WEIGHT,
        size_px=size,
        colour=RESTING_COLOUR,
        active_colour=active_colour(theme.palette.accent),
        outline_colour=OUTLINE_COLOUR,
        outline_px=max(1, round(_OUTLINE * size)),
        box=_box(width_px, height_px, size),
        align=side if tall else "center",
        max_lines=_MAX_LINES,
        language=language,
    )


def active_colour(accent: str) -> str:
    """Return an accent in the nearest lightness that stands out from white words (3:1) and their outline (4.5:1)."""
    colour = parse_hex(accent)
    nearest_first = (tried for step in range(_STEPS + 1) for tried in _neighbours(colour, step / _STEPS))
    return _hex(next(tried for tried in nearest_first if _stands_out(tried)))


def _neighbours(colour: Floats, share: float) -> tuple[Floats, Floats]:
    """Return a colour moved towards black and towards white; the darker one gives up grey, so that gold is not mud."""
    vivid = colour - colour.min() * min(1.0, 4 * share)
    return mix(vivid, BLACK, share), mix(colour, WHITE, share)


def _stands_out(colour: Floats) -> bool:
    shown = parse_hex(_hex(colour))
    resting, outline = (float(contrast(shown, parse_hex(code))) for code in (RESTING_COLOUR, OUTLINE_COLOUR))
    return resting >= _ACTIVE_TO_RESTING and outline >= _ACTIVE_TO_OUTLINE


def _hex(colour: Floats) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb8(colour))


def _size_px(width_px: int, height_px: int) -> int:
    if height_px >= _TALL_FROM * width_px:
        # A frame taller than 9:16 is no wider: type follows the width that its lines have.
        return max(8, round(_TALL_SIZE * min(height_px, width_px * 16 / 9)))
    share = _WIDE_SIZE if height_px <= _WIDE_TO * width_px else _SQUARE_SIZE
    return max(8, round(share * min(width_px, height_px)))


def _box(width_px: int, height_px: int, size_px: int) -> CaptionBox:
    if height_px >= _TALL_FROM * width_px:
        x, y, w, h = _TALL
        return CaptionBox(
            x_px=round(x * width_px),
            y_px=round(y * height_px),
            width_px=round(w * width_px),
            height_px=round(h * height_px),
        )
    wide = height_px <= _WIDE_TO * width_px
    width = round((_WIDE_WIDTH if wide else _SQUARE_WIDTH) * width_px)
    height = min(height_px, block_height_px(size_px, _MAX_LINES) + 2 * round(2 * _OUTLINE * size_px))
    foot = round((_WIDE_FOOT if wide else _SQUARE_FOOT) * height_px)
    return CaptionBox(
        x_px=(width_px - width) // 2, y_px=max(0, height_px - foot - height), width_px=width, height_px=height
    )


__all__ = ["OUTLINE_COLOUR", "RESTING_COLOUR", "active_colour", "caption_style_for"]
