"""Fields: light that runs together, lines that follow a current, and arcs that cross."""

from __future__ import annotations

import math

import numpy as np

from media_factory.design.colour import mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.noise import field
from media_factory.drawing.shapes import line_mask


def mesh(canvas: Canvas, brush: Brush) -> None:
    """Paint a few soft lights that run into each other over a dim ground, folded by slow noise."""
    inks, width, height, u = brush.inks, canvas.width, canvas.height, canvas.u
    canvas.sky([(0, inks.background), (0.45, brush.tint(inks.surface, 0.7)), (1, inks.surface)])
    x, y = brush.centre(canvas)
    long = max(width, height)
    for colour, strength in (
        (inks.accent2, 0.55),
        (inks.accent, 0.75),
        (mix(inks.accent2, inks.surface, 0.35), 0.6),
        (inks.accent, 0.45),
    ):
        at = x + width * brush.between(-0.45, 0.45), y + height * brush.between(-0.12, 0.30)
        canvas.glow(*at, long * brush.between(0.18, 0.30), colour, strength)
    bend = field(brush.rng, width, height, 1.1, 2) - np.float32(0.5)
    lean = brush.between(-0.9, 0.9)
    along = canvas.xs * np.float32(lean) + canvas.ys
    # Sheets of light, bent slowly: a steep sawtooth, soft on one side; it never closes to a ring.
    sheet = (along / np.float32(u * 520) + bend * np.float32(1.5)) % np.float32(1.0)
    fade = smoothstep(brush.focus_y - 0.32, brush.focus_y + 0.1, canvas.ys / np.float32(height))
    lit = smoothstep(0.0, 0.9, sheet) * smoothstep(1.0, 0.94, sheet) * fade
    canvas.blend((lit * np.float32(0.22)).astype(np.float32), inks.gleam if inks.dark else inks.background)


def flow(canvas: Canvas, brush: Brush) -> None:
    """Draw hundreds of fine lines that follow one current."""
    inks, width, height, u = brush.inks, canvas.width, canvas.height, canvas.u
    canvas.sky([(0, inks.background), (0.4, inks.background), (1, brush.tint(inks.surface, 0.9))])
    x, y = brush.centre(canvas)
    canvas.glow(x, y, max(width, height) * 0.3, mix(inks.accent, inks.accent2, 0.5), 0.22)
    turn, lean = field(brush.rng, width, height, 1.3, 2), brush.between(-0.5, 0.3)
    count, steps, stride = 620, 70, 9.0 * u
    # Most lines start near the focus; a few wander.
    at = np.stack(
        [brush.rng.normal(x, width * 0.42, count), brush.rng.normal(y + height * 0.04, height * 0.17, count)], axis=1
    )
    path = np.empty((steps, count, 2), np.float32)
    for step in range(steps):
        path[step] = at
        columns = np.clip(at[:, 0], 0, width - 1).astype(int)
        rows = np.clip(at[:, 1], 0, height - 1).astype(int)
        angle = lean + (turn[rows, columns] - 0.5) * 2.6 * math.pi
        at = at + stride * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    strength = brush.rng.uniform(0.25, 1.0, count)
    girth = brush.rng.choice([1.2, 1.8, 3.2], count, p=[0.5, 0.38, 0.12]) * u
    lines = [
        ([(float(px), float(py)) for px, py in path[:, i]], float(girth[i]), float(strength[i])) for i in range(count)
    ]
    mask = line_mask(canvas, lines) * smoothstep(
        brush.focus_y - 0.36, brush.focus_y - 0.02, canvas.ys / np.float32(height)
    )
    share = smoothstep(0.1, 0.9, canvas.xs / np.float32(width))[..., None]
    canvas.blend(mask, (inks.accent + share * (inks.accent2 - inks.accent)).astype(np.float32))


def arcs(canvas: Canvas, brush: Brush) -> None:
    """Draw two families of circles whose crossings shimmer."""
    inks, width, height, u = brush.inks, canvas.width, canvas.height, canvas.u
    canvas.sky([(0, inks.background), (1, inks.surface)])
    x, y = brush.centre(canvas)
    gap = u * brush.between(26, 34)
    calm = smoothstep(brush.focus_y - 0.30, brush.focus_y + 0.08, canvas.ys / np.float32(height))
    spread = min(width, canvas.height) * brush.between(0.13, 0.24)
    for side, colour in ((-1, inks.accent), (1, inks.accent2)):
        away = np.hypot(canvas.xs - np.float32(x + side * spread), canvas.ys - np.float32(y + side * 0.03 * height))
        near = np.abs(away / np.float32(gap) % 1 - np.float32(0.5)) * np.float32(gap)
        thick = u * (2.2 + 6.5 * np.exp(-((away / (u * 330)) ** 2)))
        mask = np.clip(thick / 2 + 0.5 - near, 0, 1) * smoothstep(760 * u, 300 * u, away) * calm
        canvas.blend((mask * np.float32(0.85)).astype(np.float32), colour)


__all__ = ["arcs", "flow", "mesh"]
