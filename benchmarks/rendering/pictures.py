"""Pictures to render: drawn ones that look like photographs to an encoder, and photographs that two packages ship."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Size = tuple[int, int]
Pixels = NDArray[np.uint8]
_OCTAVES = ((3, 0.42), (9, 0.22), (27, 0.15), (90, 0.11), (300, 0.06))
_GRAIN_SIGMA = 1.5
_QUALITY = 92


def drawn(index: int, size: Size) -> Pixels:
    """Return a picture of soft hills, edges and texture, different for each index and always the same."""
    dice = np.random.default_rng(1000 + index)
    width, height = size
    picture = np.zeros((height, width, 3), np.float32)
    for cells, weight in _OCTAVES:
        shape = (max(2, cells * height // max(size)), max(2, cells * width // max(size)), 3)
        noise = dice.random(shape, dtype=np.float32)
        picture += weight * cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC)
    for _ in range(40):
        centre = (int(dice.integers(width)), int(dice.integers(height)))
        axes = (int(dice.integers(10, max(size) // 6)), int(dice.integers(10, max(size) // 6)))
        colour = tuple(float(share) for share in dice.random(3))
        cv2.ellipse(picture, centre, axes, float(dice.integers(180)), 0, 360, colour, -1, cv2.LINE_AA)
    return grained(np.clip(picture * 255, 0, 255).astype(np.uint8), dice)


def grained(picture: Pixels, dice: np.random.Generator) -> Pixels:
    """Return a picture with a camera's light grain, which enlarging takes away."""
    grain = dice.normal(0, _GRAIN_SIGMA, picture.shape[:2]).astype(np.float32)[..., None]
    return np.asarray(np.clip(np.rint(picture + grain), 0, 255), np.uint8)


def photographs() -> tuple[Pixels, ...]:
    """Return six photographs that scikit-image and scikit-learn carry in their wheels; none if one is not installed."""
    try:
        from skimage import data
        from sklearn.datasets import load_sample_image  # type: ignore[import-untyped]
    except ImportError:
        return ()
    shipped: tuple[Callable[[], Pixels], ...] = (data.coffee, data.astronaut, data.chelsea, data.rocket)
    found = [np.asarray(take(), np.uint8) for take in shipped]
    found += [np.asarray(load_sample_image(name), np.uint8) for name in ("china.jpg", "flower.jpg")]
    return tuple(found)


def photograph(index: int, size: Size) -> Pixels:
    """Return one of the photographs, cut and enlarged to a size, with light grain."""
    found = photographs()
    picture = found[index % len(found)]
    if index >= len(found):
        picture = np.ascontiguousarray(picture[:, ::-1])
    scale = max(size[0] / picture.shape[1], size[1] / picture.shape[0])
    wide = max(size[0], round(picture.shape[1] * scale)), max(size[1], round(picture.shape[0] * scale))
    large = np.asarray(Image.fromarray(picture).resize(wide, Image.Resampling.LANCZOS))
    left, top = (wide[0] - size[0]) // 2, (wide[1] - size[1]) // 2
    return grained(large[top : top + size[1], left : left + size[0]], np.random.default_rng(index))


def dark_gradient(size: Size) -> Pixels:
    """Return what bands first: a smooth, dark slope, as in a night sky, dithered to eight bits."""
    width, height = size
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    slope = 14 + 40 * (0.7 * down / height + 0.3 * across / width)
    tinted = slope[..., None] * np.array([0.7, 0.85, 1.2], np.float32)
    noise = np.random.default_rng(7).random(tinted.shape, dtype=np.float32)
    return np.asarray(np.clip(np.floor(tinted + noise), 0, 255), np.uint8)


def write_jpeg(picture: Pixels, target: Path) -> Path:
    """Write a picture as a camera would keep it, and return its path."""
    Image.fromarray(picture).save(target, "JPEG", quality=_QUALITY, subsampling=0)
    return target


__all__ = ["Pixels", "Size", "dark_gradient", "drawn", "photograph", "photographs", "write_jpeg"]
