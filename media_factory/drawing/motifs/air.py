"""Air: circles that breathe, and a horizon in haze."""

from __future__ import annotations

import numpy as np

from media_factory.design.colour import mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.noise import field
from media_factory.drawing.shapes import Disc, draw_shape


def breath(canvas: Canvas, brush: Brush) -> None:
    """Paint a soft disc inside ever fainter rings, as a breath that widens."""
    inks, u = brush.inks, canvas.u
    canvas.sky(
        [(0, inks.background), (0.5, mix(inks.background, inks.surface, 0.6)), (1, brush.tint(inks.accent, 0.14))]
    )
    x, y = brush.centre(canvas)
    x, y, step = x + u * brush.between(-90, 90), y + u * brush.between(-50, 50), brush.between(52, 70)
    canvas.glow(x, y, 620 * u, mix(inks.accent, inks.gleam, 0.25), 0.24)
    light = mix(inks.accent, inks.gleam, 0.2) if inks.dark else inks.accent
    for index in range(7, 0, -1):
        radius = u * (105 + step * index**1.12)
        draw_shape(canvas, Disc(x, y, radius, light, alpha=0.07))
        draw_shape(canvas, Disc(x, y, radius, mix(light, inks.gleam, 0.25), alpha=0.55 - 0.06 * index, ring=1.8 * u))
    draw_shape(canvas, Disc(x, y, 132 * u, mix(light, inks.gleam, 0.12), alpha=0.9))
    canvas.glow(x - 36 * u, y - 44 * u, 84 * u, mix(light, inks.gleam, 0.7), 0.6)
    angle = brush.between(-2.2, -0.9)
    orbit = u * (105 + step * int(brush.rng.integers(3, 6)) ** 1.12)
    draw_shape(canvas, Disc(x + orbit * np.cos(angle), y + orbit * np.sin(angle), 15 * u, inks.accent2))


def haze(canvas: Canvas, brush: Brush) -> None:
    """Paint a low sun over drifting veils of cloud and a still horizon."""
    inks, u, width, height = brush.inks, canvas.u, canvas.width, canvas.height
    line = brush.focus_y + 0.10
    glow = mix(brush.halo, inks.gleam, 0.12)
    canvas.sky(
        [
            (0, inks.background),
            (line * 0.6, brush.tint(inks.cool, 0.10)),
            (line, mix(brush.tint(inks.cool, 0.28), glow, 0.35)),
            (1, brush.tint(inks.cool, 0.42)),
        ]
    )
    x, y = width * (brush.focus_x + brush.between(-0.12, 0.12)), height * (line - 0.085)
    canvas.glow(x, y, 520 * u, glow, 0.5)
    veil = field(brush.rng, width, height, 3.2, 4, (9, 0.8))
    band = smoothstep(line - 0.34, line - 0.05, canvas.ys / np.float32(height))
    cloud = mix(glow, brush.tint(inks.cool, 0.3), 0.55) if inks.dark else mix(inks.gleam, inks.background, 0.15)
    canvas.blend((smoothstep(0.46, 0.9, veil) * band * np.float32(0.55)).astype(np.float32), cloud)
    draw_shape(canvas, Disc(x, y, 138 * u, brush.sun, alpha=0.97))
    # Thin bars of mist lie before the sun, and dissolve it towards the horizon.
    low = smoothstep(y / height - 0.01, line + 0.02, canvas.ys / np.float32(height))
    wisp = smoothstep(0.50, 0.62, field(brush.rng, width, height, 13, 2, (26, 0.55)))
    canvas.blend((low * (0.30 + 0.45 * wisp) * (canvas.ys < height * line)).astype(np.float32), cloud)
    _water(canvas, brush, line, x)


def _water(canvas: Canvas, brush: Brush, line: float, x: float) -> None:
    """Lay still water below the horizon, with the sun's path on it."""
    inks, width, height, u = brush.inks, canvas.width, canvas.height, canvas.u
    level = np.full(width, height * line, np.float32)
    near = mix(inks.cool, inks.deep, 0.55) if inks.dark else mix(inks.cool, inks.background, 0.35)
    canvas.below(level, mix(near, inks.background, 0.35), near, fade=0.35)
    shimmer = field(brush.rng, width, height, 44, 2, (16, 0.55))
    depth = np.clip(canvas.ys / np.float32(height) - np.float32(line), 0, 1)
    path = np.exp(-(((canvas.xs - np.float32(x)) / (u * (110 + 420 * depth))) ** 2))
    mask = smoothstep(0.44, 0.62, shimmer) * path * (depth > 0) * np.float32(0.8)
    canvas.blend(mask.astype(np.float32), mix(inks.warm, inks.gleam, 0.7))


__all__ = ["breath", "haze"]
