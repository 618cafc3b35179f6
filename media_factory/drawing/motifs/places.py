"""Places: a city by night or in morning haze."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from media_factory.design.colour import Floats, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas


def skyline(canvas: Canvas, brush: Brush) -> None:
    """Paint rows of towers, paler the farther they stand, with windows lit in the near ones."""
    inks, width, height = brush.inks, canvas.width, canvas.height
    start = brush.focus_y - 0.14
    dusk = mix(brush.tint(inks.cool, 0.35), inks.warm, 0.25) if inks.dark else brush.tint(inks.warm, 0.22)
    canvas.sky([(0, inks.background), (start * 0.6, inks.background), (start + 0.16, dusk), (1, dusk)])
    canvas.glow(
        width * brush.focus_x, height * (start + 0.12), max(width, height) * 0.3, mix(inks.warm, inks.gleam, 0.3), 0.4
    )
    fore = mix(inks.deep, inks.background, 0.3) if inks.dark else mix(inks.accent, inks.ink, 0.50)
    count = 4
    for row in range(count):
        near = row / (count - 1)
        roof, towers = _roofs(canvas, brush, start + 0.03 + 0.19 * near, 0.16 - 0.02 * near)
        colour = mix(dusk, fore, 0.25 + 0.75 * near)
        canvas.below(roof, colour, mix(colour, dusk, 0.35 * (1 - near)), fade=0.3)
        if row >= 1:
            light = mix(inks.cool if inks.dark else inks.surface, inks.gleam, 0.4)
            canvas.blend(_windows(canvas, brush, towers, near) * np.float32(0.35 + 0.5 * near), light)


def _roofs(canvas: Canvas, brush: Brush, base: float, rise: float) -> tuple[Floats, list[tuple[int, int, int]]]:
    """Return the roof line of a row of towers, and each tower's left, right and roof in pixels."""
    roof = np.full(canvas.width, canvas.height * (base + rise), np.float32)
    towers, left = [], int(-60 * canvas.u)
    while left < canvas.width:
        right = left + max(4, int(canvas.u * brush.between(58, 150)))
        top = int(canvas.height * (base + rise * (1 - float(brush.rng.beta(1.4, 1.8)) * 1.3)))
        roof[max(0, left) : max(0, right)] = top
        if brush.rng.random() < 0.25:
            mast = (left + right) // 2
            roof[max(0, mast) : max(0, mast + max(1, round(4 * canvas.u)))] = top - 52 * canvas.u
        towers.append((left, right, top))
        left = right + (int(canvas.u * brush.between(2, 26)) if brush.rng.random() < 0.4 else 0)
    return roof, towers


def _windows(canvas: Canvas, brush: Brush, towers: list[tuple[int, int, int]], near: float) -> Floats:
    """Return a mask of lit windows, in storeys and columns, some dark."""
    mask = Image.new("L", (canvas.width, canvas.height))
    pen = ImageDraw.Draw(mask)
    size = max(1.0, canvas.u * (5 + 4 * near))
    # Pillow counts the last pixel in; a sum that rounds down must not end before it begins.
    wide, tall = max(0.0, size - 1) + 1e-6, max(0.0, size * 1.5 - 1)
    for left, right, top in towers:
        share = brush.between(0.1, 0.5)
        columns = np.arange(left + size * 1.6, right - size * 2, size * 2.3)
        storeys = np.arange(top + size * 2.4, min(canvas.height, top + canvas.height * 0.34), size * 3.0)
        lit = brush.rng.random((len(storeys), len(columns)))
        for row, y in enumerate(storeys):
            for column, x in enumerate(columns):
                if lit[row, column] < share:
                    pen.rectangle((x, y, x + wide, y + tall), fill=int(110 + 145 * lit[row, column] / share))
    return np.asarray(mask, np.float32) / np.float32(255)


__all__ = ["skyline"]
