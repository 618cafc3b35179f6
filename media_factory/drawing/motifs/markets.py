"""Markets: a price on its way, and columns that climb."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from media_factory.design.colour import Floats, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.noise import walk
from media_factory.drawing.shapes import Bar, Disc, Stroke, draw_shape, line_mask


def _grid(canvas: Canvas, brush: Brush, step: float, strength: float) -> None:
    """Draw a fine square grid that fades towards the words."""
    calm = smoothstep(brush.focus_y - 0.34, brush.focus_y + 0.05, canvas.ys / np.float32(canvas.height))
    thin = max(1.0, 1.3 * canvas.u)
    across = np.clip(thin / 2 + 0.5 - np.abs((canvas.xs + step / 2) % step - step / 2), 0, 1)
    down = np.clip(thin / 2 + 0.5 - np.abs((canvas.ys + step / 2) % step - step / 2), 0, 1)
    canvas.blend((np.maximum(across, down) * strength * (0.25 + 0.75 * calm)).astype(np.float32), brush.inks.muted)


def ticker(canvas: Canvas, brush: Brush) -> None:
    """Draw a price over a grid, light below it, with its moving average and candles behind it."""
    inks, u, width, height = brush.inks, canvas.u, canvas.width, canvas.height
    canvas.sky([(0, inks.background), (0.5, inks.background), (1, inks.surface)])
    _grid(canvas, brush, 90 * u, 0.20)
    steps = 90
    path, room = walk(brush.rng, steps, brush.between(0.5, 1.1)), 0.30
    xs = np.linspace(-0.02, 0.90, steps) * width
    ys = height * (brush.focus_y + room * (0.62 - path))
    _candles(canvas, brush, xs, ys)
    line = np.interp(canvas.xs[0], xs, ys).astype(np.float32)
    line[canvas.xs[0] > xs[-1]] = height * 1.2
    depth = canvas.ys - line[None, :]
    light = np.clip(1 - depth / np.float32(height * 0.42), 0, 1) ** 2 * (depth > 0)
    canvas.blend((light * np.float32(0.42)).astype(np.float32), inks.accent)
    slow = np.convolve(np.pad(ys, 12, mode="edge"), np.ones(25) / 25, mode="valid")
    draw_shape(canvas, Stroke(tuple(zip(xs.tolist(), slow.tolist(), strict=True)), 3 * u, inks.accent2, alpha=0.75))
    points = tuple(zip(xs.tolist(), ys.tolist(), strict=True))
    draw_shape(canvas, Stroke(points, 20 * u, inks.accent, alpha=0.16))
    draw_shape(canvas, Stroke(points, 6.5 * u, inks.accent))
    x, y = points[-1]
    canvas.glow(x, y, 90 * u, mix(inks.accent, inks.gleam, 0.4), 0.6)
    draw_shape(canvas, Disc(x, y, 40 * u, inks.accent, alpha=0.9, ring=2.5 * u))
    draw_shape(canvas, Disc(x, y, 15 * u, mix(inks.accent, inks.gleam, 0.5)))


def _candles(
    canvas: Canvas,
    brush: Brush,
    xs: NDArray[np.floating[Any]],
    ys: NDArray[np.floating[Any]],
) -> None:
    inks, u, foot = brush.inks, canvas.u, canvas.height * (brush.focus_y + 0.36)
    wide = (xs[3] - xs[0]) * 0.30
    for index in range(1, len(xs) - 1, 3):
        rising = ys[index + 1] < ys[index - 1]
        tall = u * brush.between(20, 130)
        colour = inks.accent if rising else inks.muted
        draw_shape(canvas, Bar(xs[index] - wide, foot - tall, xs[index] + wide, foot, colour, radius=2 * u, alpha=0.30))


def columns(canvas: Canvas, brush: Brush) -> None:
    """Stand tall columns side by side, each with light on top, the last one in the accent colour."""
    inks, u, width, height = brush.inks, canvas.u, canvas.width, canvas.height
    canvas.sky([(0, inks.background), (0.45, inks.background), (1, mix(inks.surface, inks.background, 0.2))])
    _grid(canvas, brush, 120 * u, 0.14)
    count = int(brush.rng.integers(7, 10))
    pitch, foot = width * 0.86 / count, height * 1.02
    rise = np.sort(brush.rng.uniform(0.10, 1, count)) * 0.6 + np.linspace(0.05, 0.4, count)
    rise += brush.rng.uniform(-0.12, 0.12, count)
    last = count - 2
    for index in range(count):
        left = width * 0.07 + pitch * index
        right = left + pitch * 0.66
        top = height * (brush.focus_y + 0.30 - 0.42 * float(rise[index]))
        chosen = index == last
        colour = inks.accent if chosen else mix(inks.surface, inks.accent2, 0.30 + 0.35 * index / count)
        _column(canvas, (left, top, right, foot), colour, mix(colour, inks.surface, 0.75))
        if chosen:
            canvas.glow((left + right) / 2, top, 150 * u, mix(inks.accent, inks.gleam, 0.3), 0.30)
        draw_shape(canvas, Bar(left, top, right, top + 7 * u, mix(colour, inks.gleam, 0.45), radius=2 * u))


def _column(
    canvas: Canvas,
    box: tuple[float, float, float, float],
    top: Floats,
    foot: Floats,
) -> None:
    left, y, right, end = box
    x0, x1 = max(0, round(left)), min(canvas.width, round(right))
    y0, y1 = max(0, round(y)), min(canvas.height, round(end))
    if x1 > x0 and y1 > y0:
        share = np.linspace(0, 1, y1 - y0, dtype=np.float32)[:, None, None]
        canvas.pixels[y0:y1, x0:x1] = top + share * (foot - top)


def guilloche(canvas: Canvas, brush: Brush) -> None:
    """Engrave rosettes as on a banknote, of fine lines that weave."""
    inks, u = brush.inks, canvas.u
    canvas.sky([(0, inks.background), (0.5, inks.background), (1, inks.surface)])
    x, y = brush.centre(canvas)
    canvas.glow(x, y, 520 * u, mix(inks.accent, inks.surface, 0.4), 0.25)
    turns = np.linspace(0, 2 * np.pi, 900)
    petals, weave = int(brush.rng.integers(7, 13)), int(brush.rng.integers(3, 6))
    for colour, radius, depth, share in (
        (inks.accent2, 600, 150, 0.45),
        (inks.accent, 385, 120, 0.85),
        (inks.accent2, 190, 80, 0.8),
    ):
        lines = []
        for strand in range(22):
            phase = strand / 22 * 2 * np.pi
            swing = np.sin(petals * turns + phase) + 0.35 * np.sin(petals * weave * turns - 2 * phase)
            reach = u * (radius + depth * 0.62 * swing)
            points = np.stack([x + reach * np.cos(turns), y + reach * np.sin(turns)], axis=1)
            lines.append(([(float(px), float(py)) for px, py in points], 1.5 * u, share))
        canvas.blend(line_mask(canvas, lines), colour)


__all__ = ["columns", "guilloche", "ticker"]
