"""Colour: hex codes, mixing that keeps its chroma, and contrast as a reader's eye meets it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from media_factory.errors import InvalidRequest

Floats: TypeAlias = NDArray[np.float32]
"""Display-referred sRGB, 0 to 1; the last axis is red, green, blue where there is one."""

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
BLACK, WHITE = np.zeros(3, np.float32), np.ones(3, np.float32)


def parse_hex(code: str) -> Floats:
    """Return the colour of a #rrggbb code.

    Raises:
        InvalidRequest: it is no such code.
    """
    if not _HEX.fullmatch(code):
        raise InvalidRequest(f"{code!r} is not a colour; write six hex digits, such as #0e1420")
    return np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)


def rgb8(colour: Floats) -> tuple[int, int, int]:
    """Return a colour as three 8-bit code values."""
    red, green, blue = (round(float(part) * 255) for part in np.clip(colour, 0, 1))
    return red, green, blue


def _linear(colour: Floats) -> Floats:
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _oklab(colour: Floats) -> Floats:
    return np.asarray(_LAB @ np.cbrt(_LMS @ _linear(colour)), np.float32)


def _from_oklab(lab: Floats) -> Floats:
    linear = np.clip(np.linalg.solve(_LMS, np.linalg.solve(_LAB, lab.astype(np.float64)) ** 3), 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)


def mix(start: Floats, end: Floats, share: float) -> Floats:
    """Return the colour that lies `share` (0 to 1) of the way between two, in OKLab, so that it does not turn grey."""
    return _from_oklab((1 - share) * _oklab(start) + share * _oklab(end))


def luminance(colours: Floats) -> Floats:
    """Return the relative luminance (WCAG 2.2), 0 to 1, of a colour or of an array of them."""
    return np.asarray(_linear(np.clip(colours, 0, 1)) @ _LUMA, np.float32)


def contrast(colour: Floats, grounds: Floats) -> Floats:
    """Return the contrast ratio (WCAG 2.2), 1 to 21, of a colour with one ground or with each of an array of them."""
    one, other = luminance(colour), luminance(grounds)
    return np.asarray((np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05), np.float32)


def legible(colour: Floats, ground: Floats, ratio: float) -> Floats:
    """Return a colour itself, or the nearest to it on the way to white or black that reaches a contrast ratio.

    If neither end reaches it, the better end is returned.
    """
    end = WHITE if contrast(WHITE, ground) >= contrast(BLACK, ground) else BLACK
    for step in range(21):
        tried = colour if step == 0 else mix(colour, end, step / 20)
        if contrast(tried, ground) >= ratio:
            return tried
    return end


def _warmth(colour: Floats) -> float:
    return float(colour[0] - colour[2])


@dataclass(frozen=True)
class Inks:
    """The six colours of a picture."""

    background: Floats
    surface: Floats
    ink: Floats
    muted: Floats
    accent: Floats
    accent2: Floats

    @property
    def dark(self) -> bool:
        """Say whether the ground is dark."""
        return bool(luminance(self.background) < 0.2)

    @property
    def warm(self) -> Floats:
        """The warmer accent: sun, fire, lamps."""
        return max(self.accent, self.accent2, key=_warmth)

    @property
    def cool(self) -> Floats:
        """The cooler accent: water, sky, distance."""
        return min(self.accent2, self.accent, key=_warmth)

    @property
    def hot(self) -> Floats:
        """What fire is inside: the other accent if it is warm too, else the warm one on its way to white."""
        return self.cool if _warmth(self.cool) > 0.15 else mix(self.warm, WHITE, 0.5)

    @property
    def deep(self) -> Floats:
        """The ground's darker neighbour, for depth that is no new colour."""
        return mix(self.background, BLACK, 0.35) if self.dark else mix(self.surface, self.ink, 0.10)

    @property
    def gleam(self) -> Floats:
        """What light looks like here: warm and near white on dark grounds, white on light ones."""
        return mix(self.accent2, WHITE, 0.65) if self.dark else WHITE


def inks_of(codes: tuple[str, ...]) -> Inks:
    """Return the inks of six hex codes: background, surface, ink, muted, accent, second accent.

    Raises:
        InvalidRequest: there are not six, or one is no hex code.
    """
    if len(codes) != 6:
        raise InvalidRequest(
            f"a palette has six colours (background, surface, ink, muted, accent, accent 2), not {len(codes)}"
        )
    return Inks(*(parse_hex(code) for code in codes))


__all__ = [
    "BLACK",
    "WHITE",
    "Floats",
    "Inks",
    "contrast",
    "inks_of",
    "legible",
    "luminance",
    "mix",
    "parse_hex",
    "rgb8",
]
