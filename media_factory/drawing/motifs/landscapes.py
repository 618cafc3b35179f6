"""Landscapes: hills in haze, and peaks under a wide sky."""

from __future__ import annotations

import numpy as np

from media_factory.design.colour import Floats, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.noise import crags, curve
from media_factory.drawing.shapes import Disc, draw_shape


def _fore(brush: Brush) -> Floats:
    inks = brush.inks
    return mix(inks.deep, inks.cool, 0.10) if inks.dark else mix(inks.cool, inks.ink, 0.62)


def _sky(canvas: Canvas, brush: Brush, horizon: float) -> Floats:
    """Paint the sky and return the colour of the haze at the horizon."""
    inks = brush.inks
    haze = (
        mix(brush.tint(inks.cool, 0.40), inks.warm, 0.22)
        if inks.dark
        else mix(brush.tint(inks.cool, 0.2), inks.warm, 0.12)
    )
    middle = brush.tint(inks.cool, 0.16)
    canvas.sky([(0, inks.background), (horizon * 0.45, mix(inks.background, middle, 0.5)), (horizon, haze), (1, haze)])
    return haze


def _sun(canvas: Canvas, brush: Brush, x: float, y: float, largest: float = 150) -> None:
    inks, radius = brush.inks, canvas.u * brush.between(0.57, 1.0) * largest
    canvas.glow(x, y, radius * 5.0, brush.halo, 0.45)
    canvas.glow(x, y, radius * 2.1, mix(brush.halo, inks.gleam, 0.35), 0.5)
    draw_shape(canvas, Disc(x, y, radius, brush.sun))


def hills(canvas: Canvas, brush: Brush) -> None:
    """Paint rolling hills, each paler the farther it lies, with mist between them and a low sun."""
    width, height = canvas.width, canvas.height
    horizon = brush.focus_y - 0.10
    haze = _sky(canvas, brush, horizon)
    x, y = width * float(np.clip(brush.focus_x + brush.between(-0.2, 0.2), 0.2, 0.85)), height * (horizon - 0.02)
    _sun(canvas, brush, x, y)
    count, fore, spread = 6, _fore(brush), max(1.0, 0.7 * width / height)
    for layer in range(count):
        near = layer / (count - 1)
        base = height * (horizon + (1.0 - horizon) * (0.06 + 0.80 * near**1.25))
        swing = height * (0.030 + 0.045 * near)
        ridge = base + swing * curve(brush.rng, width, (2.2 + 1.6 * (1 - near)) * spread, 4, 0.42)
        colour = mix(haze, fore, 0.16 + 0.84 * near)
        canvas.below(ridge.astype(np.float32), colour, mix(colour, haze, 0.45 * (1 - near) + 0.1), fade=0.20)


def peaks(canvas: Canvas, brush: Brush) -> None:
    """Paint ranges of sharp mountains, one side of each in the light, over valleys that sink into mist."""
    width, height, u, inks = canvas.width, canvas.height, canvas.u, brush.inks
    horizon = brush.focus_y - 0.04
    haze = _sky(canvas, brush, horizon)
    side = -1 if brush.rng.random() < 0.5 else 1
    away = brush.between(0.10, 0.26) * (1.0 if canvas.tall else 0.6)
    sun = width * float(np.clip(brush.focus_x + side * away, 0.16, 0.88))
    _sun(canvas, brush, sun, height * horizon - 215 * u, 116)
    fore, count = _fore(brush), 5
    glow = mix(inks.warm, inks.gleam, 0.45)
    for layer in range(count):
        near = layer / (count - 1)
        body = mix(haze, fore, 0.20 + 0.80 * near**1.1)
        lit = mix(body, mix(glow, haze, 0.25), 0.34 - 0.22 * near)
        base = height * (horizon + 0.045 + (1.0 - horizon) * 0.86 * near**1.2)
        rise, pitch = u * (285 - 95 * near), u * (350 + 120 * near)
        foot, mist = base + 190 * u, mix(body, haze, 0.62 - 0.3 * near)
        canvas.below(np.full(width, foot - 1, np.float32), mist)
        places = np.arange(-0.4 * pitch, width + 0.9 * pitch, pitch)
        # The lower summits are painted last, before the higher ones.
        tall = np.sort(brush.rng.uniform(0.36, 1.0, len(places)))[::-1]
        for share, place in zip(tall, brush.rng.permutation(places), strict=True):
            x = float(place) + pitch * brush.between(-0.3, 0.3)
            summit = (x, base - rise * float(share))
            _mountain(canvas, brush, summit, foot, (lit, body, mist), sun)


def _mountain(
    canvas: Canvas,
    brush: Brush,
    summit: tuple[float, float],
    foot: float,
    tones: tuple[Floats, Floats, Floats],
    sun: float,
) -> None:
    """Paint one mountain: its flanks, its lit and its dark side (the first two tones), and the mist at its foot."""
    x, y = summit
    tall, u = foot - y, canvas.u
    left, right = (tall * brush.between(1.05, 1.75) for _ in range(2))
    x0, x1 = max(0, int(x - left)), min(canvas.width, int(x + right))
    y0, y1 = max(0, int(y) - 2), min(canvas.height, int(foot) + 1)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    across = canvas.xs[0, x0:x1] - np.float32(x)
    share = np.where(across < 0, -across / np.float32(left), across / np.float32(right))
    rough = crags(brush.rng, x1 - x0, (x1 - x0) / (64 * u), 4, 0.55) * np.minimum(1, share * 7)
    ridge = y + tall * share**0.92 + rough * u * 19
    rows = canvas.ys[y0:y1]
    mask = np.clip(rows - ridge[None, :] + np.float32(0.5), 0, 1)
    bend = crags(brush.rng, y1 - y0, (y1 - y0) / (70 * u), 4, 0.55) * np.minimum(1, (rows[:, 0] - y) / (60 * u))
    spine = (rows[:, 0] - np.float32(y)) * np.float32(brush.between(-0.34, 0.34)) + bend * u * 34
    facing = across[None, :] - spine[:, None]
    light = np.clip((facing if sun > x else -facing) / np.float32(1.6 * u) + np.float32(0.5), 0, 1)[..., None]
    mist = smoothstep(y + tall * 0.12, foot - tall * 0.08, rows)[..., None]
    face = tones[1] + light * (tones[0] - tones[1])
    canvas.blend(mask.astype(np.float32), (face + mist * (tones[2] - face)).astype(np.float32), top=y0, left=x0)


__all__ = ["hills", "peaks"]
