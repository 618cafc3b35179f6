"""Backdrops: what a page shows where a picture will be, as a style of a few hundred bytes."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from media_factory.results import Placeholder

# The hash holds seven waves a side; below this quality, the borders of WebP's blocks are seen.
_QUALITY = 85
_LONG_SIDE_PX = 32
_HEADER_BYTES, _ALPHA = 5, 0x80
# The format leaves the strength of colours a quarter short, since it rounds them down.
_LIVELIER = 1.25

Waves = list[tuple[int, int]]
Channel = NDArray[np.float64]


def backdrop(placeholder: Placeholder) -> str:
    """Return CSS that shows a placeholder over the whole of an element; its mean colour if the hash can't be read."""
    from PIL import Image  # here and not above: a plan shows no page

    colour = f"background:{placeholder.colour}"
    try:
        pixels = pixels_of(base64.b64decode(placeholder.thumbhash, validate=True))
    except (binascii.Error, ValueError):
        return colour
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", quality=_QUALITY, method=6)
    data = base64.b64encode(file.getvalue()).decode()
    return f"{colour} url(data:image/webp;base64,{data}) center/100% 100% no-repeat"


def pixels_of(hashed: bytes) -> NDArray[np.uint8]:
    """Return the picture that a ThumbHash without transparency stands for: rows, columns, RGB; 32 on its longer side.

    Ours, since the library's own decoder (0.1.2) prints to standard output and gives one colour throughout.

    Raises:
        ValueError: it is none, or shows something through.
    """
    if len(hashed) < _HEADER_BYTES or hashed[2] & _ALPHA:
        raise ValueError("no ThumbHash of an opaque picture")
    first, second = int.from_bytes(hashed[:3], "little"), int.from_bytes(hashed[3:5], "little")
    wide, shorter = second >> 15, second & 7
    counts = (7, shorter) if wide else (shorter, 7)
    if not shorter:
        raise ValueError("a ThumbHash of no shape")
    height, width = (round(_LONG_SIDE_PX * count / 7) for count in reversed(counts))
    means = ((first & 63) / 63, (first >> 6 & 63) / 31.5 - 1, (first >> 12 & 63) / 31.5 - 1)
    scales = ((first >> 18 & 31) / 31, (second >> 3 & 63) / 63 * _LIVELIER, (second >> 9 & 63) / 63 * _LIVELIER)
    waves = (_waves(*(max(3, count) for count in counts)), _waves(3, 3), _waves(3, 3))
    nibbles = iter([part for byte in hashed[_HEADER_BYTES:] for part in (byte & 15, byte >> 4)])
    light, yellow, red_green = (
        _channel(*told, nibbles, (height, width)) for told in zip(means, scales, waves, strict=True)
    )
    blue = light - 2 / 3 * yellow
    red = (3 * light - blue + red_green) / 2
    colours = np.stack([red, red - red_green, blue], axis=-1)
    return np.asarray(np.clip(np.rint(255 * colours), 0, 255), np.uint8)


def _waves(across: int, down: int) -> Waves:
    """Return the waves of a channel in the order in which they are kept, the mean left out."""
    return [(x, y) for y in range(down) for x in range(across) if (x or y) and x * down < across * (down - y)]


def _channel(mean: float, scale: float, waves: Waves, nibbles: Iterator[int], shape: tuple[int, int]) -> Channel:
    height, width = shape
    rows, columns = (np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width
    channel = np.full(shape, mean)
    for x, y in waves:
        if (kept := next(nibbles, None)) is None:
            raise ValueError("a ThumbHash that ends too soon")
        strength = (kept / 7.5 - 1) * scale * 2
        channel += strength * np.outer(np.cos(np.pi * y * rows), np.cos(np.pi * x * columns))
    return channel


__all__ = ["backdrop", "pixels_of"]
