"""Terrain: contour lines of a map, and strata of the ground."""

from __future__ import annotations

import numpy as np

from media_factory.design.colour import Floats, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.noise import curve, field


def contours(canvas: Canvas, brush: Brush) -> None:
    """Draw a map of heights: tinted steps, fine lines, every fifth one strong."""
    inks, u, height = brush.inks, canvas.u, canvas.height
    canvas.sky([(0, inks.background), (1, inks.surface)])
    ground = field(brush.rng, canvas.width, height, brush.between(1.8, 2.6), 3)
    x, y = brush.centre(canvas)
    hill = np.exp(-(((canvas.xs - x) / (520 * u)) ** 2 + ((canvas.ys - y) / (520 * u)) ** 2))
    levels = (ground * np.float32(0.75) + hill.astype(np.float32) * np.float32(0.5)) * np.float32(22)
    calm = smoothstep(brush.focus_y - 0.42, brush.focus_y - 0.05, canvas.ys / np.float32(height))
    step = np.asarray(np.floor(levels) / np.float32(27), np.float32)
    canvas.blend(
        (smoothstep(0.35, 1.0, step) * calm * np.float32(0.55)).astype(np.float32), mix(inks.accent, inks.surface, 0.25)
    )
    slope_y, slope_x = np.gradient(levels)
    slope = np.maximum(np.hypot(slope_x, slope_y), np.float32(1e-4))
    nearest = np.round(levels)
    away = np.abs(levels - nearest) / slope
    strong = (nearest.astype(np.int32) % 5) == 0
    line = np.clip(np.where(strong, 1.7 * u, 0.8 * u) + 0.5 - away, 0, 1) * np.where(strong, 0.95, 0.6)
    line *= 0.20 + 0.80 * calm
    colour = inks.accent2 if inks.dark else mix(inks.accent, inks.ink, 0.25)
    canvas.blend(line.astype(np.float32), colour)


def strata(canvas: Canvas, brush: Brush) -> None:
    """Paint layers of the ground, bent by time, with seams and a vein of colour."""
    inks, u, width, height = brush.inks, canvas.u, canvas.width, canvas.height
    start = brush.focus_y - 0.16
    canvas.sky([(0, inks.background), (start, mix(inks.background, inks.surface, 0.6)), (1, inks.surface)])
    tones = [
        mix(inks.surface, inks.accent, 0.35),
        mix(inks.accent2, inks.surface, 0.30),
        mix(inks.accent, inks.background, 0.15),
        mix(inks.muted, inks.surface, 0.55),
        mix(inks.accent2, inks.deep, 0.35),
        mix(inks.accent, inks.ink if not inks.dark else inks.deep, 0.45),
    ]
    fold = curve(brush.rng, width, 1.4, 2, 0.4) * height * 0.055
    top, order, layer = start, brush.rng.permutation(len(tones)), 0
    rub = field(brush.rng, width, height, 14, 3, (7, 1)) - np.float32(0.5)
    ground = np.full(width, height, np.float32)
    while top < 1.03:
        fine = curve(brush.rng, width, 5, 4, 0.5) * u * 9
        edge = (height * top + fold * (1.2 - 0.5 * top) + fine).astype(np.float32)
        ground = np.minimum(ground, edge)
        colour = tones[int(order[layer % len(tones)])]
        canvas.below(edge, colour, mix(colour, inks.ink if not inks.dark else inks.deep, 0.22), fade=0.12)
        _seam(canvas, edge, brush)
        top += brush.between(0.028, 0.095)
        layer += 1
    floor = np.clip(canvas.ys - ground[None, :], 0, 1)
    canvas.shade(1 + rub * np.float32(0.16) * floor)


def _seam(canvas: Canvas, edge: Floats, brush: Brush) -> None:
    top, end = max(0, int(edge.min()) - 3), min(canvas.height, int(edge.max()) + 4)
    if end > top:
        away = np.abs(canvas.ys[top:end] - edge[None, :])
        mask = np.clip(1.4 * canvas.u - away + 0.5, 0, 1) * np.float32(0.5)
        canvas.blend(mask.astype(np.float32), brush.inks.background if brush.inks.dark else brush.inks.ink, top=top)


__all__ = ["contours", "strata"]
