"""Fire: flames that lick upwards, and blades of light with sparks."""

from __future__ import annotations

import math

import numpy as np

from media_factory.design.colour import WHITE, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.noise import field
from media_factory.drawing.shapes import Polygon, draw_shape, line_mask


def flames(canvas: Canvas, brush: Brush) -> None:
    """Paint a wall of fire that rises from below and breaks into tongues."""
    inks, width, height = brush.inks, canvas.width, canvas.height
    canvas.sky([(0, inks.background), (0.45, inks.background), (1, brush.tint(inks.warm, 0.35))])
    canvas.glow(width * brush.focus_x, height * 1.02, max(width, height) * 0.5, inks.warm, 0.45)
    bend = (field(brush.rng, width, height, 2.4, 2) - np.float32(0.5)) * np.float32(canvas.u * 230)
    tongues = field(brush.rng, width, height, 4.2, 4, (0.9, 3.2))
    columns = np.clip(np.arange(width)[None, :] + bend.astype(np.int32), 0, width - 1)
    tongues = np.take_along_axis(tongues, columns, axis=1)
    rise = (canvas.ys / np.float32(height) - np.float32(brush.focus_y - 0.26)) / np.float32(1.26 - brush.focus_y)
    heat = (tongues * np.float32(0.75) + rise * np.float32(1.05) - np.float32(0.62)).astype(np.float32)
    bright = mix(inks.hot, WHITE, 0.62)
    # Fire is brightest inside on a dark ground; on paper, as ink is, it is darkest there.
    tones = (mix(inks.warm, inks.background, 0.35), inks.warm, inks.hot, bright)
    if not inks.dark:
        tones = (mix(inks.warm, inks.background, 0.72), mix(inks.warm, inks.background, 0.40), inks.warm, inks.warm)
    steps = ((0.0, 0.22, 0.85), (0.12, 0.34, 1.0), (0.30, 0.56, 1.0), (0.52, 0.95, 0.9))
    for tone, (low, high, share) in zip(tones, steps, strict=True):
        canvas.blend(smoothstep(low, high, heat) * np.float32(share), tone)
    _sparks(canvas, brush, 110, -math.pi / 2)


def blades(canvas: Canvas, brush: Brush) -> None:
    """Cut the picture with steep diagonal light, and let sparks fly along it."""
    inks, width, height, u = brush.inks, canvas.width, canvas.height, canvas.u
    canvas.sky([(0, inks.background), (0.5, inks.background), (1, inks.surface)])
    x, y = brush.centre(canvas)
    canvas.glow(x, y + height * 0.1, max(width, height) * 0.34, inks.warm, 0.42)
    lean = brush.between(0.42, 0.62)
    for index in range(7):
        thick = u * brush.between(26, 150)
        at = width * (-0.1 + 0.19 * index) + u * brush.between(-60, 60)
        top, foot = height * brush.between(brush.focus_y - 0.16, brush.focus_y + 0.12), height * 1.05
        run = (foot - top) * lean
        colour = (inks.warm, inks.hot, mix(inks.warm, inks.background, 0.5))[index % 3]
        # A blade runs out into a point, beyond its edge.
        points = (
            (at, foot),
            (at + run * 1.12, top - run * 0.10),
            (at + thick + run * 0.55, top + (foot - top) * 0.45),
            (at + thick, foot),
        )
        draw_shape(canvas, Polygon(points, colour, alpha=brush.between(0.5, 0.92)))
    _sparks(canvas, brush, 90, math.atan2(-1, lean))


def _sparks(canvas: Canvas, brush: Brush, count: int, heading: float) -> None:
    lines = []
    for _ in range(count):
        x = canvas.width * brush.between(-0.05, 1.05)
        y = canvas.height * (1 - (1 - brush.focus_y + 0.22) * float(brush.rng.beta(1.3, 1.5)))
        length, way = canvas.u * (6 + float(brush.rng.pareto(2.2)) * 14), heading + brush.between(-0.35, 0.35)
        length = min(length, 90 * canvas.u)
        end = (x + math.cos(way) * length, y + math.sin(way) * length)
        lines.append((((x, y), end), canvas.u * brush.between(1.6, 4.6), brush.between(0.45, 1.0)))
    canvas.blend(line_mask(canvas, lines), mix(brush.inks.hot, brush.inks.gleam, 0.5))


__all__ = ["blades", "flames"]
