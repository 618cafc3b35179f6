"""Space: a lit planet among stars, and orbits drawn like a flight plan."""

from __future__ import annotations

import math

import numpy as np

from media_factory.design.colour import Floats, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.noise import field
from media_factory.drawing.shapes import Disc, Stroke, draw_shape, line_mask


def _stars(canvas: Canvas, brush: Brush, count: int) -> None:
    inks = brush.inks
    colour = inks.gleam if inks.dark else mix(inks.accent, inks.ink, 0.3)
    for _ in range(count):
        size = canvas.u * float(brush.rng.pareto(2.6) * 0.9 + 0.7)
        x, y = brush.between(0, canvas.width), brush.between(0, canvas.height)
        draw_shape(canvas, Disc(x, y, min(size, 4.2 * canvas.u), colour, alpha=brush.between(0.25, 0.95)))


def _night(canvas: Canvas, brush: Brush) -> None:
    inks = brush.inks
    canvas.sky(
        [(0, inks.background), (0.5, brush.tint(inks.surface, 0.5)), (1, inks.deep if inks.dark else inks.surface)]
    )
    cloud = field(brush.rng, canvas.width, canvas.height, 2.2, 4)
    falloff = smoothstep(0.25, 0.8, canvas.ys / np.float32(canvas.height))
    canvas.blend(smoothstep(0.45, 0.95, cloud) * falloff * np.float32(0.38), mix(inks.accent2, inks.surface, 0.35))
    _stars(canvas, brush, 240)


def planet(canvas: Canvas, brush: Brush) -> None:
    """Paint a banded or cratered world lit from one side, its thin air glowing, with a ring or a moon."""
    _night(canvas, brush)
    inks, short = brush.inks, min(canvas.width, canvas.height)
    radius = short * brush.between(0.33, 0.43)
    x, y = canvas.width * (brush.focus_x + brush.between(-0.06, 0.10)), canvas.height * (brush.focus_y + 0.06)
    light = math.radians(brush.between(200, 250))
    canvas.glow(
        x + math.cos(light) * radius * 0.5, y + math.sin(light) * radius * 0.5, radius * 1.35, inks.accent2, 0.30
    )
    ringed = brush.rng.random() < 0.5
    tilt = brush.between(-0.5, -0.2)
    if ringed:
        _ring(canvas, brush, (x, y, radius), tilt, front=False)
    _world(canvas, brush, (x, y, radius), light, banded=ringed)
    if ringed:
        _ring(canvas, brush, (x, y, radius), tilt, front=True)
    else:
        moon = radius * brush.between(0.10, 0.17)
        _world(canvas, brush, (x - radius * 1.02, y - radius * brush.between(0.75, 1.0), moon), light, banded=False)


def _world(canvas: Canvas, brush: Brush, place: tuple[float, float, float], light: float, *, banded: bool) -> None:
    """Shade a sphere: relief, the border of night, and a rim of air."""
    x, y, radius = place
    inks, reach = brush.inks, radius * 1.12
    x0, x1 = max(0, int(x - reach)), min(canvas.width, int(x + reach))
    y0, y1 = max(0, int(y - reach)), min(canvas.height, int(y + reach))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    across = (canvas.xs[:, x0:x1] - np.float32(x)) / np.float32(radius)
    down = (canvas.ys[y0:y1] - np.float32(y)) / np.float32(radius)
    away = np.sqrt(across**2 + down**2)
    facing = np.sqrt(np.clip(1 - away**2, 0, 1))
    lit = across * math.cos(light) * 0.85 + down * math.sin(light) * 0.85 + facing * 0.5
    day = smoothstep(-0.15, 0.95, lit.astype(np.float32))
    relief = field(brush.rng, x1 - x0, y1 - y0, 2.4 if banded else 5.0, 4, (5.0, 0.8) if banded else (1, 1))
    night = mix(inks.deep, inks.background, 0.4) if inks.dark else mix(inks.accent2, inks.ink, 0.5)
    low, high = mix(inks.accent2, inks.accent, 0.1), mix(inks.accent, inks.gleam, 0.35)
    ground = (low + (high - low) * smoothstep(0.25, 0.75, relief)[..., None]).astype(np.float32)
    shade = (night + (ground - night) * day[..., None]).astype(np.float32)
    inside = np.clip((1 - away) * np.float32(radius) + 0.5, 0, 1).astype(np.float32)
    canvas.blend(inside, shade, top=y0, left=x0)
    air = np.exp(-np.abs(away - 1) * np.float32(26)) * np.clip(day + 0.1, 0, 1) * np.float32(0.7)
    canvas.blend(air.astype(np.float32), mix(inks.accent2, inks.gleam, 0.6), top=y0, left=x0)


def _ring(canvas: Canvas, brush: Brush, place: tuple[float, float, float], tilt: float, *, front: bool) -> None:
    """Draw half of a planet's ring: the one before it or the one behind."""
    x, y, radius = place
    across, down = canvas.xs - np.float32(x), canvas.ys - np.float32(y)
    along = across * np.float32(math.cos(tilt)) + down * np.float32(math.sin(tilt))
    aside = (down * np.float32(math.cos(tilt)) - across * np.float32(math.sin(tilt))) * np.float32(3.6)
    away = np.asarray(np.hypot(along, aside) / np.float32(radius), np.float32)
    bands = 0.62 + 0.38 * np.sin(away * np.float32(46)) * np.sin(away * np.float32(17))
    mask = smoothstep(1.28, 1.36, away) * smoothstep(1.98, 1.86, away) * bands * np.float32(0.7)
    half = np.clip(aside if front else -aside, 0, 1)
    canvas.blend((mask * half).astype(np.float32), mix(brush.inks.accent, brush.inks.gleam, 0.3))


def orbits(canvas: Canvas, brush: Brush) -> None:
    """Draw a small sun, tilted orbits around it and worlds on their way, over stars."""
    _night(canvas, brush)
    inks, u = brush.inks, canvas.u
    x, y = brush.centre(canvas)
    canvas.glow(x, y, 300 * u, mix(inks.accent, inks.gleam, 0.2), 0.5)
    canvas.glow(x, y, 110 * u, mix(inks.accent, inks.gleam, 0.6), 0.75)
    draw_shape(canvas, Disc(x, y, 54 * u, mix(inks.accent, inks.gleam, 0.75 if inks.dark else 0.1)))
    tilt, flat = brush.between(-0.45, -0.15), brush.between(0.32, 0.42)
    lines, worlds = [], []
    for lane in range(5):
        radius = u * (150 + 118 * lane + brush.between(-16, 16))
        points = [_on_orbit((x, y), radius, flat, tilt, step / 120 * math.tau) for step in range(121)]
        lines.append((points, 2.0 * u, 0.75 - 0.09 * lane))
        worlds.append((*_on_orbit((x, y), radius, flat, tilt, brush.between(0, math.tau)), u * brush.between(9, 25)))
    canvas.blend(line_mask(canvas, lines), mix(inks.accent2, inks.gleam, 0.15))
    for index, (wx, wy, size) in enumerate(worlds):
        colour: Floats = (inks.accent2, inks.accent, inks.ink)[index % 3]
        canvas.glow(wx, wy, size * 3, colour, 0.35)
        draw_shape(canvas, Disc(wx, wy, size, colour))
    far = _on_orbit((x, y), 640 * u, flat, tilt, brush.between(3.6, 4.4))
    draw_shape(canvas, Stroke(((x, y), far), 1.4 * u, inks.muted, alpha=0.5))


def _on_orbit(
    centre: tuple[float, float], radius: float, flat: float, tilt: float, angle: float
) -> tuple[float, float]:
    along, aside = math.cos(angle) * radius, math.sin(angle) * radius * flat
    return (
        centre[0] + along * math.cos(tilt) - aside * math.sin(tilt),
        centre[1] + along * math.sin(tilt) + aside * math.cos(tilt),
    )


__all__ = ["orbits", "planet"]
