"""Colour schemes of a page: a theme's one palette as a light and a dark set of colours that can all be read.

A palette is either light or dark. The scheme on its own side keeps the palette's grounds and ink; the other side is
mixed from the same hues. Every colour that carries text is then moved, away from the grounds, until it reaches WCAG AA.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from media_factory.design.themes import HexColour, Palette
from media_factory.model import Model

# WCAG 2.2, 1.4.3 asks for 4.5:1; the margin covers rounding to 8 bits.
TEXT_CONTRAST = 4.6
_MUTED_CONTRAST = 5.0
_STEP = 0.04
_GOOD, _WARN, _BAD = "#1d8a55", "#a86a00", "#cf3a32"
_WHITE, _BLACK = "#ffffff", "#000000"


class Scheme(Model):
    """The colours of a page as #rrggbb.

    Text stands on `background`, `surface` (cards) or `glow` (the page's tinted top); `on_accent` on `accent`.
    `line` only separates. `good`, `warn` and `bad` are the three results of a run.
    """

    background: HexColour
    surface: HexColour
    glow: HexColour
    ink: HexColour
    muted: HexColour
    line: HexColour
    accent: HexColour
    accent2: HexColour
    on_accent: HexColour
    good: HexColour
    warn: HexColour
    bad: HexColour

    def text_pairs(self) -> Iterator[tuple[HexColour, HexColour]]:
        """Yield every (text, ground) pair that a page may show."""
        for ground in (self.background, self.surface, self.glow):
            for text in (self.ink, self.muted, self.accent, self.accent2, self.good, self.warn, self.bad):
                yield text, ground
        yield self.on_accent, self.accent

    def as_css(self) -> str:
        """Return the colours as CSS custom properties: `--background:#...;--on-accent:#...`."""
        return ";".join(f"--{name.replace('_', '-')}:{getattr(self, name)}" for name in type(self).model_fields)


def _channels(colour: HexColour) -> tuple[float, ...]:
    return tuple(int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))


def luminance(colour: HexColour) -> float:
    """Return the relative luminance of a colour as WCAG defines it, 0 (black) to 1 (white)."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: HexColour, other: HexColour) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(one: HexColour, other: HexColour, share: float) -> HexColour:
    """Return `one` with a share (0 to 1) of `other` in it."""
    blended = (a + (b - a) * share for a, b in zip(_channels(one), _channels(other), strict=True))
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in blended)


def _readable(colour: HexColour, grounds: Iterable[HexColour], ratio: float) -> HexColour:
    """Return the colour, moved only as far from the grounds as the contrast ratio needs."""
    grounds = tuple(grounds)
    away = _BLACK if luminance(grounds[0]) > luminance(colour) else _WHITE
    steps = (mix(colour, away, _STEP * step) for step in range(round(1 / _STEP) + 1))
    return next((c for c in steps if all(contrast(c, ground) >= ratio for ground in grounds)), away)


def _scheme(background: HexColour, surface: HexColour, ink: HexColour, palette: Palette, muted: HexColour) -> Scheme:
    glow = mix(background, palette.accent, 0.07)
    grounds = (background, surface, glow)
    accent = _readable(_lean(palette.accent, background), grounds, TEXT_CONTRAST)
    return Scheme(
        background=background,
        surface=surface,
        glow=glow,
        ink=ink,
        muted=_readable(muted, grounds, _MUTED_CONTRAST),
        line=mix(background, ink, 0.16),
        accent=accent,
        accent2=_readable(_lean(palette.accent2, background), grounds, TEXT_CONTRAST),
        on_accent=max((background, ink, _WHITE, _BLACK), key=lambda colour: contrast(colour, accent)),
        good=_readable(_lean(_GOOD, background), grounds, TEXT_CONTRAST),
        warn=_readable(_lean(_WARN, background), grounds, TEXT_CONTRAST),
        bad=_readable(_lean(_BAD, background), grounds, TEXT_CONTRAST),
    )


def _lean(colour: HexColour, background: HexColour) -> HexColour:
    """Return the colour on the readable side of the background, so that moving it away keeps its hue."""
    dark = luminance(background) < 0.18
    if dark and luminance(colour) <= luminance(background):
        return mix(colour, _WHITE, 0.4)
    if not dark and luminance(colour) >= luminance(background):
        return mix(colour, _BLACK, 0.4)
    return colour


def schemes_of(palette: Palette) -> tuple[Scheme, Scheme]:
    """Return a palette's light and dark scheme, in this order; all their text pairs reach 4.5:1."""
    own = _scheme(palette.background, palette.surface, palette.ink, palette, palette.muted)
    if luminance(palette.background) < 0.18:
        background, ink = mix(_WHITE, palette.background, 0.03), mix(palette.background, _BLACK, 0.2)
        surface = mix(_WHITE, palette.background, 0.08)
        return _scheme(background, surface, ink, palette, mix(ink, background, 0.38)), own
    background, ink = mix(palette.ink, _BLACK, 0.5), mix(_WHITE, palette.background, 0.5)
    surface = mix(background, palette.background, 0.08)
    return own, _scheme(background, surface, ink, palette, mix(ink, background, 0.3))


__all__ = ["TEXT_CONTRAST", "Scheme", "contrast", "luminance", "mix", "schemes_of"]
