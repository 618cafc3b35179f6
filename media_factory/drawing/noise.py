"""Smooth chance: curves and fields that look grown, from a generator that can be seeded again."""

from __future__ import annotations

import numpy as np
from PIL import Image

from media_factory.design.colour import Floats


def curve(rng: np.random.Generator, length: int, knots: float, octaves: int = 4, roughness: float = 0.5) -> Floats:
    """Return a smooth random curve of `length` samples, about -1 to 1.

    Args:
        rng: the generator.
        length: samples.
        knots: bends of the coarsest octave over the whole length.
        octaves: how many finer layers, each twice as fine.
        roughness: what each layer keeps of the one before, 0 to 1.
    """
    total = np.zeros(length, np.float64)
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        count = int(np.ceil(knots * 2**octave)) + 3
        values = rng.uniform(-1, 1, count)
        place = np.linspace(0, knots * 2**octave, length)
        index = place.astype(int)
        share = place - index
        share = share * share * (3 - 2 * share)
        total += weight * (values[index] * (1 - share) + values[index + 1] * share)
        norm += weight
        weight *= roughness
    return (total / norm).astype(np.float32)


def crags(rng: np.random.Generator, length: int, knots: float, octaves: int = 4, roughness: float = 0.5) -> Floats:
    """Return a random curve of straight pieces and sharp corners, about -1 to 1: rock, where `curve` is water."""
    total, weight, norm = np.zeros(length, np.float64), 1.0, 0.0
    for octave in range(octaves):
        count = max(2, int(np.ceil(knots * 2**octave)) + 1)
        # Uneven steps: even ones look like a saw.
        places = np.linspace(0, length, count) + rng.uniform(-0.35, 0.35, count) * length / count
        total += weight * np.interp(np.arange(length), np.sort(places), rng.uniform(-1, 1, count))
        norm += weight
        weight *= roughness
    return (total / norm).astype(np.float32)


def field(
    rng: np.random.Generator,
    width: int,
    height: int,
    cells: float,
    octaves: int = 3,
    stretch: tuple[float, float] = (1, 1),
) -> Floats:
    """Return a smooth random field, 0 to 1, of a size in pixels.

    Args:
        rng: the generator.
        width: pixels.
        height: pixels.
        cells: bumps along the shorter side, in the coarsest octave.
        octaves: how many finer layers, each twice as fine and half as high.
        stretch: how far bumps are drawn out along x and y.
    """
    coarse_width, coarse_height = max(2, -(-width // 4)), max(2, -(-height // 4))
    short = min(width, height)
    total = np.zeros((coarse_height, coarse_width), np.float32)
    for octave in range(octaves):
        across = int(np.clip(cells * 2**octave * width / short / stretch[0], 2, 400)) + 3
        down = int(np.clip(cells * 2**octave * height / short / stretch[1], 2, 400)) + 3
        knots = Image.fromarray(rng.random((down, across), np.float32))
        box = (1, 1, across - 1, down - 1)
        layer = knots.resize((coarse_width, coarse_height), Image.Resampling.BICUBIC, box=box)
        total += np.asarray(layer, np.float32) * np.float32(0.5**octave)
    total -= total.min()
    total /= max(float(total.max()), 1e-6)
    return np.asarray(Image.fromarray(total).resize((width, height), Image.Resampling.BICUBIC), np.float32)


__all__ = ["crags", "curve", "field"]
