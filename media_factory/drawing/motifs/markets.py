"""Markets: threads that weave, blocks that stand, coins, and the engraving of banknotes; none of them a chart."""

from __future__ import annotations

import math

import numpy as np

from media_factory.design.colour import Floats, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.noise import curve
from media_factory.drawing.shapes import Disc, Point, Polygon, draw_shape, line_mask


def threads(canvas: Canvas, brush: Brush) -> None:
    """Weave a few ribbons of fine threads across the picture, each turning over as silk does."""
    inks, u, width, height = brush.inks, canvas.u, canvas.width, canvas.height
    canvas.sky([(0, inks.background), (0.45, inks.background), (1, brush.tint(inks.surface, 0.9))])
    x, y = brush.centre(canvas)
    canvas.glow(x, y, max(width, height) * 0.26, mix(inks.accent, inks.accent2, 0.5), 0.20)
    places = np.linspace(0, width, 150)
    bends = 1.5 * max(1.0, width / height)
    for colour, strength in (
        (inks.accent2, 0.5),
        (mix(inks.accent, inks.accent2, 0.5), 0.55),
        (inks.accent2, 0.7),
        (inks.accent, 0.9),
    ):
        first, last = (
            height * brush.focus_y + u * (brush.between(-70, 190) + 330 * curve(brush.rng, 150, bends, 2, 0.3))
            for _ in range(2)
        )
        lines = []
        for strand in range(34):
            share = strand / 33
            # Threads lie closer at a ribbon's edges, as if it were a tube.
            ys = first + (last - first) * (0.5 - 0.5 * math.cos(math.pi * share))
            points = [(float(px), float(py)) for px, py in zip(places, ys, strict=True)]
            lines.append((points, 1.9 * u, strength * (0.55 + 0.45 * abs(2 * share - 1))))
        canvas.blend(line_mask(canvas, lines), colour)


def blocks(canvas: Canvas, brush: Brush) -> None:
    """Stand square pillars on an aslant grid, tall and short beside each other, a few in the accent colours."""
    inks, u, width, height = brush.inks, canvas.u, canvas.width, canvas.height
    canvas.sky([(0, inks.background), (0.45, inks.background), (1, mix(inks.surface, inks.background, 0.2))])
    half, x = 80 * u, width * brush.focus_x
    swell, phase = brush.between(0.30, 0.5), brush.between(0, math.tau)
    reach = int(width / half) + 4
    for row in range(int((height * (1.28 - brush.focus_y)) / (half * 0.5)) + 6):
        for column in range(-reach, reach):
            if (row + column) % 2:
                continue
            left = x + column * half
            foot = height * (brush.focus_y - 0.02) + row * half * 0.5
            wave = math.sin(column * swell * 0.7 + phase) * math.cos(row * swell * 0.5 - phase)
            tall = u * (40 + 170 * max(0.0, wave) + brush.between(0, 60))
            chance, far = brush.rng.random(), math.exp(-(((left - x) / (width * 0.62)) ** 2))
            colour = mix(
                inks.surface,
                inks.accent2 if (row + column) % 4 else inks.muted,
                (0.08 + 0.14 * far) * (1 + 1.3 * max(0.0, wave)),
            )
            colour = inks.accent if chance > 0.965 else inks.accent2 if chance > 0.935 else colour
            _pillar(canvas, brush, (left, foot), half * 0.94, tall, colour)


def _pillar(canvas: Canvas, brush: Brush, foot: Point, half: float, tall: float, colour: Floats) -> None:
    """Draw one pillar: its top, its lit side and its dark side."""
    x, y = foot
    inks, low, drop = brush.inks, half * 0.5, tall + half
    night = inks.deep if inks.dark else inks.ink
    right, left = mix(colour, night, 0.34 if inks.dark else 0.12), mix(colour, night, 0.62 if inks.dark else 0.28)
    top = y - tall
    draw_shape(canvas, Polygon(((x - half, top), (x, top + low), (x, top + low + drop), (x - half, top + drop)), left))
    draw_shape(canvas, Polygon(((x + half, top), (x, top + low), (x, top + low + drop), (x + half, top + drop)), right))
    cap = ((x, top - low), (x + half, top), (x, top + low), (x - half, top))
    draw_shape(canvas, Polygon(cap, mix(colour, inks.gleam, 0.16)))


def coins(canvas: Canvas, brush: Brush) -> None:
    """Lay a few large coins over each other, light turning on their faces; no currency's mark is on them."""
    inks, u = brush.inks, canvas.u
    canvas.sky([(0, inks.background), (0.5, inks.background), (1, inks.surface)])
    x, y = brush.centre(canvas)
    canvas.glow(x, y, 560 * u, mix(inks.warm, inks.surface, 0.35), 0.28)
    # A red palette has no gold in it: silver, then.
    gilt = (
        inks.warm
        if inks.warm[1] > 0.6 * inks.warm[0]
        else mix(mix(inks.muted, inks.background, 0.0 if inks.dark else 0.42), inks.warm, 0.14)
    )
    turn, side = brush.between(0.3, 1.1), 1 if brush.rng.random() < 0.5 else -1
    for away, radius, metal in (
        ((-0.72 * side, 0.52), 210, inks.cool),
        ((0.80 * side, -0.30), 180, mix(gilt, inks.muted, 0.5)),
        ((0.92 * side, 0.86), 165, gilt),
        ((0.0, 0.22), 315, gilt),
    ):
        at = (x + u * (370 * away[0] + brush.between(-24, 24)), y + u * (370 * away[1] + brush.between(-24, 24)))
        _coin(canvas, brush, at, u * radius * brush.between(0.94, 1.06), metal, turn)
        turn += brush.between(0.2, 0.9)


def _coin(canvas: Canvas, brush: Brush, at: Point, radius: float, metal: Floats, turn: float) -> None:
    """Strike one coin: its shadow, a reeded rim, a sunk field with a rosette, and a star."""
    inks, (x, y) = brush.inks, at
    dark = mix(metal, inks.deep if inks.dark else inks.ink, 0.55)
    canvas.glow(x + radius * 0.10, y + radius * 0.16, radius * 1.02, inks.deep if inks.dark else inks.muted, 0.75)
    x0, x1 = max(0, int(x - radius) - 2), min(canvas.width, int(x + radius) + 2)
    y0, y1 = max(0, int(y - radius) - 2), min(canvas.height, int(y + radius) + 2)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    across, down = canvas.xs[:, x0:x1] - np.float32(x), canvas.ys[y0:y1] - np.float32(y)
    away, angle = np.hypot(across, down) / np.float32(radius), np.arctan2(down, across)
    # Turned metal throws its light back in four rays.
    sheen = 0.5 + 0.34 * np.cos(2 * (angle - turn)) + 0.16 * np.cos(4 * (angle - turn) + 0.8)
    slope = np.cos(angle + 2.3)
    edge = np.exp(-(((away - 0.86) / 0.014) ** 2)) * slope - np.exp(-(((away - 0.99) / 0.02) ** 2)) * slope
    petals = 0.40 + 0.075 * np.cos(12 * (angle - turn))
    star = np.exp(-(((away - petals) / 0.016) ** 2)) + np.exp(-(((away - 0.60) / 0.008) ** 2)) * 0.8
    reeds = np.cos(angle * 96) * smoothstep(0.895, 0.91, away) * smoothstep(0.985, 0.97, away) * 0.22
    tone = np.clip(0.34 + 0.42 * sheen + 0.5 * edge - star * (0.25 + 0.08 * slope) + reeds, 0, 1)[..., None]
    bright = mix(metal, inks.gleam if inks.dark else inks.background, 0.55)
    face = np.where(tone < 0.5, dark + (metal - dark) * tone * 2, metal + (bright - metal) * (tone * 2 - 1))
    inside = np.clip((1 - away) * np.float32(radius) + 0.5, 0, 1)
    canvas.blend(inside.astype(np.float32), face.astype(np.float32), top=y0, left=x0)
    if brush.inks.dark:
        draw_shape(canvas, Disc(x, y, radius, mix(metal, inks.gleam, 0.3), alpha=0.35, ring=max(1.0, 1.6 * canvas.u)))


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


__all__ = ["blocks", "coins", "guilloche", "threads"]
