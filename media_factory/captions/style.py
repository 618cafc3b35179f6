"""The look of burned-in captions: where each frame format leaves room for them, and colours for any picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from media_factory.briefs.fields import Destination
from media_factory.captions.cards import CaptionBox, CaptionPanel, CaptionStyle
from media_factory.captions.measure import block_height_px
from media_factory.captions.safe_areas import TALL_FROM, WIDE_TO, safe_box
from media_factory.captions.words import is_spaced
from media_factory.design.colour import BLACK, WHITE, Floats, contrast, luminance, mix, parse_hex, rgb8
from media_factory.design.themes import Palette, Theme
from media_factory.errors import RenderError
from media_factory.languages import is_right_to_left

BurnedIn = Literal["karaoke", "pop", "boxed", "plain", "lower-third"]
"""The presets that put words on the picture."""

RESTING_COLOUR = "#ffffff"
OUTLINE_COLOUR = "#0b0b0e"
_PILL_TO_RESTING, _PILL_TO_OUTLINE = 3.0, 4.5
# A word that is lit in its own colour differs from the others in hue too; a darker gold would be mud.
_LIT_TO_RESTING, _LIT_TO_OUTLINE, _LIT_TO_PANEL = 1.8, 6.5, 4.0
_STEPS = 60
_MAX_LINES = 2
# Of the frame's height and width: how high the captions' box is in tall frames, how wide in others, and how far its
# foot stands from the frame's.
_TALL_HEIGHT = 0.15
_WIDE_WIDTH, _SQUARE_WIDTH = 0.70, 0.80
_WIDE_FOOT, _SQUARE_FOOT = 0.07, 0.08
# What a box is higher than its lines, of the font size: air for outlines and panels.
_AIR = 0.28
_PANEL_OPACITY, _PANEL_LUMINANCE = 0.86, 0.008
# Phrases of languages without spaces are longer than words.
_FEWER_WORDS = {"ja": 2, "zh": 3, "yue": 3}


class _Preset(NamedTuple):
    """A preset's figures.

    `tall`, `wide` and `square` are font sizes: of the height of 9:16, and of the short side of the others. `outline`,
    `pad`, `radius` and `bar` are of the font size; a preset with a `pad` has a panel.
    """

    tall: float
    wide: float
    square: float
    highlight: Literal["pill", "colour", "none"]
    weight: int = 700
    outline: float = 0.0
    pad: float = 0.0
    radius: float = 0.0
    bar: float = 0.0
    scale: float = 1.0
    max_words: int | None = None
    titles: bool = False
    low_width: float | None = None


_PRESETS: dict[BurnedIn, _Preset] = {
    "karaoke": _Preset(67 / 1920, 0.056, 0.056, "pill", outline=0.07),
    "pop": _Preset(90 / 1920, 0.080, 0.082, "colour", outline=0.075, scale=1.06, max_words=4, titles=True),
    "boxed": _Preset(62 / 1920, 0.052, 0.052, "colour", pad=0.40, radius=0.28),
    "plain": _Preset(67 / 1920, 0.056, 0.056, "none", outline=0.075),
    "lower-third": _Preset(58 / 1920, 0.048, 0.050, "none", weight=600, pad=0.56, radius=0.06, bar=0.18, low_width=0.5),
}


def caption_style_for(
    theme: Theme,
    width_px: int,
    height_px: int,
    language: str,
    preset: BurnedIn = "karaoke",
    destinations: Sequence[Destination] = (),
) -> CaptionStyle:
    """Return how captions look on frames of a size, in a theme's hand.

    Tall frames (9:16) take them low in the box that the destinations leave free (every platform's, if none is named),
    at the side where the language begins unless the box is in the middle; wide ones (16:9) and those near a square
    (1:1, 4:5) in the middle of their lower part, inside the safe area of captions. A lower third stands at the side
    where the language begins.

    Args:
        theme: gives the fonts and the colours.
        width_px: of the frame.
        height_px: of the frame.
        language: BCP 47 tag of the words.
        preset: the look.
        destinations: where the film will be published.
    """
    chosen = _PRESETS[preset]
    size = _size_px(chosen, width_px, height_px)
    box = _box(chosen, size, safe_box(destinations, width_px, height_px), (width_px, height_px), language)
    panel = _panel(chosen, size, theme.palette) if chosen.pad else None
    hand = theme.title if chosen.titles else theme.body
    accent = theme.palette.accent
    return CaptionStyle(
        family=hand.family,
        weight=max(hand.weight, chosen.weight) if chosen.titles else chosen.weight,
        size_px=size,
        colour=RESTING_COLOUR,
        active_colour=active_colour(accent) if chosen.highlight == "pill" else lit_colour(accent, panel),
        outline_colour=OUTLINE_COLOUR,
        outline_px=max(1, round(chosen.outline * size)) if chosen.outline else 0,
        box=box,
        align=_align(chosen, box, width_px, language),
        max_lines=_MAX_LINES,
        language=language,
        highlight=chosen.highlight,
        # Words that touch have no room to grow.
        lit_scale=chosen.scale if is_spaced(language) else 1.0,
        panel=panel,
        max_words=chosen.max_words and _FEWER_WORDS.get(language.split("-")[0].lower(), chosen.max_words),
    )


def active_colour(accent: str) -> str:
    """Return an accent in the nearest lightness that stands out from white words (3:1) and their outline (4.5:1)."""
    return _standing_out(accent, _PILL_TO_RESTING, parse_hex(OUTLINE_COLOUR), _PILL_TO_OUTLINE)


def lit_colour(accent: str, panel: CaptionPanel | None = None) -> str:
    """Return an accent in the nearest lightness that is read inside its outline, or on a panel, and is no white."""
    if panel:
        return _standing_out(accent, _LIT_TO_RESTING, _over_white(panel), _LIT_TO_PANEL)
    return _standing_out(accent, _LIT_TO_RESTING, parse_hex(OUTLINE_COLOUR), _LIT_TO_OUTLINE)


def _standing_out(accent: str, to_resting: float, ground: Floats, to_ground: float) -> str:
    colour, resting = parse_hex(accent), parse_hex(RESTING_COLOUR)
    for step in range(_STEPS + 1):
        for tried in _neighbours(colour, step / _STEPS):
            shown = parse_hex(_hex(tried))
            if contrast(shown, resting) >= to_resting and contrast(shown, ground) >= to_ground:
                return _hex(tried)
    raise RenderError(f"no lightness of {accent} stands out from white words and from their ground")


def _neighbours(colour: Floats, share: float) -> tuple[Floats, Floats]:
    """Return a colour moved towards black and towards white.

    The darker one gives up grey first, so that gold is not mud; the lighter one is turned up first, so that moss is not
    ash.
    """
    pure = colour - colour.min() * min(1.0, 4 * share)
    loudest = 1 / max(float(colour.max()), 0.05)
    bright = np.minimum(colour * (1 + (loudest - 1) * min(1.0, 3 * share)), WHITE)
    return mix(pure, BLACK, share), mix(bright, WHITE, share)


def _hex(colour: Floats) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb8(colour))


def _panel(preset: _Preset, size_px: int, palette: Palette) -> CaptionPanel:
    """Return a panel in the palette's darkest colour, dark enough for white words on any picture."""
    darkest = min((parse_hex(palette.background), parse_hex(palette.ink)), key=luminance)
    shades = (mix(darkest, BLACK, step / _STEPS) for step in range(_STEPS + 1))
    colour = next(shade for shade in shades if luminance(shade) <= _PANEL_LUMINANCE)
    panel = CaptionPanel(
        colour=_hex(colour),
        opacity=_PANEL_OPACITY,
        pad_px=max(1, round(preset.pad * size_px)),
        radius_px=round(preset.radius * size_px),
    )
    if not preset.bar:
        return panel
    bar = {"bar_colour": lit_colour(palette.accent, panel), "bar_px": max(1, round(preset.bar * size_px))}
    return panel.model_copy(update=bar)


def _over_white(panel: CaptionPanel) -> Floats:
    """Return what a panel looks like at its lightest: over a white picture."""
    return panel.opacity * parse_hex(panel.colour) + (1 - panel.opacity) * WHITE


def _size_px(preset: _Preset, width_px: int, height_px: int) -> int:
    if height_px >= TALL_FROM * width_px:
        # A frame taller than 9:16 is no wider: type follows the width that its lines have.
        return max(8, round(preset.tall * min(height_px, width_px * 16 / 9)))
    share = preset.wide if height_px <= WIDE_TO * width_px else preset.square
    return max(8, round(share * min(width_px, height_px)))


def _box(preset: _Preset, size_px: int, safe: CaptionBox, frame: tuple[int, int], language: str) -> CaptionBox:
    width_px, height_px = frame
    if height_px >= TALL_FROM * width_px:
        height = round(_TALL_HEIGHT * height_px)
        top = safe.y_px + safe.height_px - height
        return CaptionBox(x_px=safe.x_px, y_px=top, width_px=safe.width_px, height_px=height)
    wide = height_px <= WIDE_TO * width_px
    share = _WIDE_WIDTH if wide else _SQUARE_WIDTH
    width = round((preset.low_width if preset.low_width and wide else share) * width_px)
    air = max(_AIR, preset.pad)
    height = min(height_px, block_height_px(size_px, _MAX_LINES) + 2 * round(air / 2 * size_px))
    foot = round((_WIDE_FOOT if wide else _SQUARE_FOOT) * height_px)
    left = (width_px - width) // 2
    if preset.low_width:
        left = safe.x_px + safe.width_px - width if is_right_to_left(language) else safe.x_px
    return CaptionBox(x_px=left, y_px=max(0, height_px - foot - height), width_px=width, height_px=height)


def _align(preset: _Preset, box: CaptionBox, width_px: int, language: str) -> Literal["left", "center", "right"]:
    """Return the side where the language begins, or the middle for a box that is in the middle of its frame."""
    centred = abs(2 * box.x_px + box.width_px - width_px) <= 2
    if centred and not preset.low_width:
        return "center"
    return "right" if is_right_to_left(language) else "left"


__all__ = ["OUTLINE_COLOUR", "RESTING_COLOUR", "BurnedIn", "active_colour", "caption_style_for", "lit_colour"]
