"""The canvas: a picture in floats, rounded to 8 bits once, with noise in place of bands."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PIL import Image

from media_factory.design.colour import Floats, mix

MAX_PIXELS = 9_000_000
"""Larger pictures are painted at this size and enlarged; 4K (8.3 million) is still painted as it is."""

_TILE = 512


class Canvas:
    """A picture in display-referred floats, 0 to 1.

    Lengths are in pixels; `u` is the design unit, a 1080th of the shorter side.
    """

    def __init__(self, width: int, height: int, ground: Floats) -> None:
        self.width, self.height = width, height
        self.u = min(width, height) / 1080
        self.pixels: Floats = np.empty((height, width, 3), np.float32)
        self.pixels[:] = ground
        self.xs: Floats = np.arange(width, dtype=np.float32)[None, :] + np.float32(0.5)
        self.ys: Floats = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)

    @property
    def tall(self) -> bool:
        """Say whether the picture is higher than wide."""
        return self.height > self.width

    def sky(self, stops: Sequence[tuple[float, Floats]]) -> None:
        """Fill with a vertical gradient; a stop is a share of the height and its colour, in rising order."""
        places = np.linspace(0, 1, 96)
        colours = np.array([_at(stops, float(place)) for place in places])
        rows = (self.ys[:, 0] / self.height).astype(np.float64)
        for channel in range(3):
            self.pixels[:, :, channel] = np.interp(rows, places, colours[:, channel]).astype(np.float32)[:, None]

    def blend(self, mask: Floats, colour: Floats, *, top: int = 0, left: int = 0) -> None:
        """Lay a colour (or an array of them) over a part of the picture, as far as a mask (0 to 1) says."""
        height, width = mask.shape
        part = self.pixels[top : top + height, left : left + width]
        for channel in range(3):
            plane = part[:, :, channel]
            plane += (colour[..., channel] - plane) * mask

    def glow(self, x: float, y: float, radius: float, colour: Floats, strength: float = 1.0) -> None:
        """Lay a soft round light over the picture: Gaussian, at half its strength about 0.8 radii from the centre."""
        across = np.exp(-(((self.xs[0] - x) / radius) ** 2)) * np.float32(strength)
        down = np.exp(-(((self.ys[:, 0] - y) / radius) ** 2))
        rows, columns = _span(down), _span(across / max(strength, 1e-6))
        if rows and columns:
            mask = down[rows[0] : rows[1], None] * across[None, columns[0] : columns[1]]
            self.blend(np.minimum(mask, 1).astype(np.float32), colour, top=rows[0], left=columns[0])

    def shade(self, factor: Floats) -> None:
        """Multiply the picture by a factor for each pixel or row."""
        self.pixels *= factor[..., None]

    def below(
        self, curve: Floats, colour: Floats, end: Floats | None = None, *, fade: float = 1.0, alpha: float = 1.0
    ) -> None:
        """Fill what lies below a curve (a height in pixels for each column), its edge smoothed.

        Args:
            curve: y for each column.
            colour: the colour at the curve.
            end: the colour `fade` picture heights further down; the same if none.
            fade: share of the picture's height over which the colour changes.
            alpha: opacity, 0 to 1.
        """
        top = int(max(0, min(self.height, float(curve.min()) - 1)))
        if top >= self.height:
            return
        depth = self.ys[top:] - curve[None, :]
        mask = np.clip(depth + np.float32(0.5), 0, 1) * np.float32(alpha)
        if end is None:
            self.blend(mask, colour, top=top)
            return
        share = np.clip(depth / np.float32(self.height * fade), 0, 1)[..., None]
        self.blend(mask, (colour + share * (end - colour)).astype(np.float32), top=top)


def _span(weights: Floats) -> tuple[int, int] | None:
    """Return the range in which weights matter at 8 bits, or None."""
    found = np.flatnonzero(weights > 0.002)
    return (int(found[0]), int(found[-1]) + 1) if found.size else None


def _at(stops: Sequence[tuple[float, Floats]], place: float) -> Floats:
    for (start, one), (end, other) in pairwise(stops):
        if place <= end:
            return mix(one, other, min(1.0, max(0.0, (place - start) / max(end - start, 1e-6))))
    return stops[-1][1]


def smoothstep(low: float, high: float, values: Floats) -> Floats:
    """Return 0 below `low`, 1 above `high`, and a smooth rise between; falling if `low` > `high`."""
    share = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def painted_size(width: int, height: int) -> tuple[int, int]:
    """Return the size at which a picture is painted: its own, or the largest of its shape within the limit."""
    shrink = min(1.0, (MAX_PIXELS / (width * height)) ** 0.5)
    return max(1, round(width * shrink)), max(1, round(height * shrink))


def _enlarged(pixels: Floats, width: int, height: int, first: int, end: int) -> Floats:
    """Return some rows of a picture as if it were enlarged."""
    scale = pixels.shape[0] / height
    box = (0, first * scale, pixels.shape[1], min(pixels.shape[0], end * scale))
    planes = [
        Image.fromarray(np.ascontiguousarray(pixels[:, :, channel])).resize(
            (width, end - first), Image.Resampling.BICUBIC, box=box
        )
        for channel in range(3)
    ]
    return np.stack([np.asarray(plane, np.float32) for plane in planes], axis=-1)


def quantised(canvas: Canvas, width: int, height: int, rng: np.random.Generator, grain_sigma: float = 0) -> Image.Image:
    """Return the canvas as an 8-bit RGB picture of a size.

    Triangular noise of one code value is added before the one rounding, so that slow gradients have no bands.

    Args:
        canvas: what was painted, of this size or smaller.
        width: pixels.
        height: pixels.
        rng: where noise comes from.
        grain_sigma: film grain, in 8-bit code values.
    """
    noise = rng.random((_TILE, _TILE), np.float32) - rng.random((_TILE, _TILE), np.float32)
    if grain_sigma:
        noise += rng.standard_normal((_TILE, _TILE), np.float32) * np.float32(grain_sigma)
    noise = np.tile(noise + np.float32(0.5), (1, -(-width // _TILE)))[:, :width, None]
    out = np.empty((height, width, 3), np.uint8)
    for first in range(0, height, _TILE):
        end = min(height, first + _TILE)
        same = canvas.height == height and canvas.width == width
        rows = canvas.pixels[first:end] if same else _enlarged(canvas.pixels, width, height, first, end)
        codes = rows * np.float32(255)
        codes += noise[: end - first]
        np.clip(codes, 0, 255, out=codes)
        out[first:end] = codes
    return Image.fromarray(out)


__all__ = ["MAX_PIXELS", "Canvas", "painted_size", "quantised", "smoothstep"]
