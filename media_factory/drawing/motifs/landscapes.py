"""Landscapes: hills in haze, and peaks under a wide sky."""

from __future__ import annotations

import numpy as np

from media_factory.design.colour import Floats, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.noise import curve
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


def _sun(canvas: Canvas, brush: Brush, x: float, y: float) -> None:
    inks, radius = brush.inks, canvas.u * brush.between(85, 150)
    canvas.glow(x, y, radius * 5.0, mix(inks.warm, inks.gleam, 0.2), 0.45)
    canvas.glow(x, y, radius * 2.1, mix(inks.warm, inks.gleam, 0.5), 0.5)
    draw_shape(canvas, Disc(x, y, radius, mix(inks.warm, inks.gleam, 0.62 if inks.dark else 0.12)))


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
    """Paint sharp mountains with lit snow, over a valley that sinks into mist."""
    width, height, inks = canvas.width, canvas.height, brush.inks
    horizon = brush.focus_y - 0.06
    haze = _sky(canvas, brush, horizon)
    _sun(canvas, brush, width * brush.between(0.2, 0.8), height * (horizon - 0.13))
    fore, count, spread = _fore(brush), 4, max(1.0, width / height)
    for layer in range(count):
        near = layer / (count - 1)
        rough = 1 - np.abs(curve(brush.rng, width, (1.7 + 0.8 * layer) * spread, 6, 0.40)) * 2.0
        rise = height * (0.13 - 0.035 * near)
        base = height * (horizon + 0.02 + (1 - horizon) * 0.52 * near)
        ridge = (base - rise * rough).astype(np.float32)
        colour = mix(haze, fore, 0.30 + 0.66 * near)
        canvas.below(ridge, colour, mix(colour, haze, 0.55), fade=0.17)
        if layer < 2:
            _snow(canvas, brush, ridge, rise, mix(inks.gleam, haze, 0.25 + 0.2 * layer))


def _snow(canvas: Canvas, brush: Brush, ridge: Floats, rise: float, colour: Floats) -> None:
    """Lay snow on the high parts of a ridge, on the side that the light comes from."""
    lit = smoothstep(-0.2, 0.9, -np.gradient(ridge).astype(np.float32))
    high = smoothstep(float(np.percentile(ridge, 55)), float(ridge.min()), ridge)
    jag = (0.45 + 0.4 * curve(brush.rng, canvas.width, 60, 3, 0.6)).astype(np.float32)
    depth = rise * high * jag * (0.25 + 0.75 * lit)
    top = max(0, int(ridge.min()) - 1)
    end = min(canvas.height, int((ridge + depth).max()) + 2)
    if end <= top:
        return
    away = canvas.ys[top:end] - ridge[None, :]
    mask = np.clip(away + 0.5, 0, 1) * np.clip((depth[None, :] - away) / (4 * canvas.u) + 0.5, 0, 1)
    canvas.blend((mask * (0.35 + 0.55 * lit[None, :])).astype(np.float32), colour, top=top)


__all__ = ["hills", "peaks"]
