"""Likeness: 64 bits of what a picture looks like, which survive other sizes, formats and qualities.

The hash is the usual one of the lowest frequencies (Zauner 2010, "Implementation and Benchmarking of Perceptual Image
Hash Functions", 3.2): a picture is brought to 32 x 32 greys, and each of the 64 lowest coefficients of its cosine
transform gives a bit: is it above their median? A film has three hashes, a quarter, half and three quarters of it in.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from media_factory.delivery.previews import pictures_at
from media_factory.errors import InputError, RenderError

SAME_BITS = 8
"""Bits in which two hashes of one picture may differ: 0 to 4 after re-encoding and resizing, about 32 by chance."""

_SIDE, _LOW = 32, 8
_HEX = 16


def likeness_of(path: Path, media_type: str) -> str | None:
    """Return what a file looks like: 16 hex digits for a picture, three times as many for a film; else None.

    None also stands for a file that shows nothing that can be decoded. Work for a thread.
    """
    try:
        if media_type.startswith("image/"):
            with Image.open(path) as picture:
                picture.draft("L", (8 * _SIDE, 8 * _SIDE))
                return _hash(np.asarray(picture.convert("L")))
        if media_type == "video/mp4":
            shown = pictures_at(path, _film_times, 8 * _SIDE)
            return "".join(_hash(np.asarray(picture.convert("L"))) for picture in shown)
    except (OSError, ValueError, InputError, RenderError, Image.DecompressionBombError):
        return None
    return None


def difference(one: str, other: str) -> float | None:
    """Return in how many of 64 bits two likenesses differ, on average of their pictures; None if one is of a film.

    >>> difference("00000000000000ff", "0000000000000000")
    8.0
    """
    if len(one) != len(other) or not one:
        return None
    return (int(one, 16) ^ int(other, 16)).bit_count() * _HEX / len(one)


def nearest(wanted: str, known: Iterable[tuple[str, str]]) -> tuple[str, float] | None:
    """Return the name and the difference of whoever looks most like `wanted`, if it is at most `SAME_BITS`."""
    found = ((name, difference(wanted, likeness)) for name, likeness in known)
    close = [(name, bits) for name, bits in found if bits is not None and bits <= SAME_BITS]
    return min(close, key=lambda one: one[1], default=None)


def _film_times(duration_s: Fraction) -> list[Fraction]:
    return [duration_s * quarter / 4 for quarter in (1, 2, 3)]


def _hash(grey: NDArray[Any]) -> str:
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:_LOW, :_LOW].ravel()
    bits = low > np.median(low[1:])  # the first is the mean brightness, and would move the median
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):0{_HEX}x}"


__all__ = ["SAME_BITS", "difference", "likeness_of", "nearest"]
