"""Spheres: where each pixel of a ball in space lies on its face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from media_factory.design.colour import Floats
from media_factory.drawing.canvas import Canvas

_REACH = 1.12


@dataclass(frozen=True)
class Sphere:
    """The part of a canvas around a ball: places on its face in radii, right, down and towards us."""

    left: int
    top: int
    across: Floats
    down: Floats
    facing: Floats
    away: Floats
    inside: Floats


def sphere_at(canvas: Canvas, place: tuple[float, float, float]) -> Sphere | None:
    """Return the ball at x, y of a radius (in pixels), or None if too little of it is on the canvas."""
    x, y, radius = place
    reach = radius * _REACH
    x0, x1 = max(0, int(x - reach)), min(canvas.width, int(x + reach))
    y0, y1 = max(0, int(y - reach)), min(canvas.height, int(y + reach))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return None
    across = (canvas.xs[:, x0:x1] - np.float32(x)) / np.float32(radius) + np.zeros((y1 - y0, 1), np.float32)
    down = (canvas.ys[y0:y1] - np.float32(y)) / np.float32(radius) + np.zeros((1, x1 - x0), np.float32)
    away = np.hypot(across, down)
    facing = np.sqrt(np.clip(1 - away**2, 0, 1))
    inside = np.clip((1 - away) * np.float32(radius) + np.float32(0.5), 0, 1)
    return Sphere(x0, y0, across, down, facing, away, inside)


__all__ = ["Sphere", "sphere_at"]
