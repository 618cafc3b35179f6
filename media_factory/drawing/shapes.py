"""Shapes with smooth edges: bars, lines, polygons and discs on a canvas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from media_factory.design.colour import Floats
from media_factory.drawing.canvas import Canvas

Point = tuple[float, float]
_FINE = 4


@dataclass(frozen=True)
class Bar:
    """A filled rectangle with corners of a radius, in pixels."""

    left: float
    top: float
    right: float
    bottom: float
    colour: Floats
    radius: float = 0
    alpha: float = 1


@dataclass(frozen=True)
class Stroke:
    """A line through points, in pixels, with round joins and ends."""

    points: tuple[Point, ...]
    width: float
    colour: Floats
    alpha: float = 1


@dataclass(frozen=True)
class Polygon:
    """A filled polygon, in pixels."""

    points: tuple[Point, ...]
    colour: Floats
    alpha: float = 1


@dataclass(frozen=True)
class Disc:
    """A filled circle, or a ring if `ring` (its width) is given, in pixels."""

    x: float
    y: float
    radius: float
    colour: Floats
    alpha: float = 1
    ring: float = 0


Shape = Bar | Stroke | Polygon | Disc


def draw_shape(canvas: Canvas, shape: Shape) -> None:
    """Draw a shape; what lies outside the canvas is left away."""
    if isinstance(shape, Disc):
        _disc(canvas, shape)
        return
    left, top, right, bottom = _extent(shape)
    x0, y0 = max(0, math.floor(left) - 1), max(0, math.floor(top) - 1)
    x1, y1 = min(canvas.width, math.ceil(right) + 1), min(canvas.height, math.ceil(bottom) + 1)
    if x1 <= x0 or y1 <= y0:
        return
    # Large areas need fewer steps at the edge than they would cost.
    fine = _FINE if (x1 - x0) * (y1 - y0) < 500_000 else 2
    mask = Image.new("L", ((x1 - x0) * fine, (y1 - y0) * fine))
    pen = ImageDraw.Draw(mask)
    if isinstance(shape, Bar):
        # Pillow's rectangles include their last pixel.
        corners = (
            (shape.left - x0) * fine,
            (shape.top - y0) * fine,
            (shape.right - x0) * fine - 1,
            (shape.bottom - y0) * fine - 1,
        )
        if corners[2] >= corners[0] and corners[3] >= corners[1]:
            pen.rounded_rectangle(corners, shape.radius * fine, fill=255)
    else:
        points = [((x - x0) * fine, (y - y0) * fine) for x, y in shape.points]
        _trace(pen, points, shape.width * fine) if isinstance(shape, Stroke) else pen.polygon(points, fill=255)
    cover = np.asarray(mask.reduce(fine), np.float32) * np.float32(shape.alpha / 255)
    canvas.blend(cover, shape.colour, top=y0, left=x0)


def _trace(pen: ImageDraw.ImageDraw, points: Sequence[Point], width: float) -> None:
    pen.line(points, fill=255, width=max(1, round(width)), joint="curve")
    for x, y in (points[0], points[-1]):
        radius = width / 2
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _extent(shape: Bar | Stroke | Polygon) -> tuple[float, float, float, float]:
    if isinstance(shape, Bar):
        return shape.left, shape.top, shape.right, shape.bottom
    margin = shape.width if isinstance(shape, Stroke) else 0
    across, down = [x for x, _ in shape.points], [y for _, y in shape.points]
    return min(across) - margin, min(down) - margin, max(across) + margin, max(down) + margin


def _disc(canvas: Canvas, disc: Disc) -> None:
    reach = disc.radius + 1
    x0, x1 = max(0, math.floor(disc.x - reach)), min(canvas.width, math.ceil(disc.x + reach))
    y0, y1 = max(0, math.floor(disc.y - reach)), min(canvas.height, math.ceil(disc.y + reach))
    if x1 <= x0 or y1 <= y0:
        return
    away = np.hypot(canvas.xs[:, x0:x1] - np.float32(disc.x), canvas.ys[y0:y1] - np.float32(disc.y))
    if disc.ring:
        mask = np.clip(disc.ring / 2 + 0.5 - np.abs(away - (disc.radius - disc.ring / 2)), 0, min(1.0, disc.ring))
    else:
        mask = np.clip(disc.radius - away + 0.5, 0, 1)
    canvas.blend((mask * disc.alpha).astype(np.float32), disc.colour, top=y0, left=x0)


def line_mask(canvas: Canvas, lines: Sequence[tuple[Sequence[Point], float, float]]) -> Floats:
    """Return a mask (0 to 1) of many lines: each is points, a width in pixels and a strength (0 to 1)."""
    fine = 2
    mask = Image.new("L", (canvas.width * fine, canvas.height * fine))
    pen = ImageDraw.Draw(mask)
    for points, width, strength in lines:
        if len(points) > 1:
            scaled = [(x * fine, y * fine) for x, y in points]
            pen.line(
                scaled,
                fill=round(255 * strength),
                width=max(1, round(width * fine)),
                joint="curve" if width > 2 else None,
            )
    return np.asarray(mask.reduce(fine), np.float32) / np.float32(255)


__all__ = ["Bar", "Disc", "Point", "Polygon", "Shape", "Stroke", "draw_shape", "line_mask"]
