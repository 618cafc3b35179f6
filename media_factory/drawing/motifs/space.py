"""Space: a ringed planet among stars, and orbits drawn like a flight plan."""

from __future__ import annotations

import math

import numpy as np

from media_factory.design.colour import Floats, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.motifs.spheres import sphere_at
from media_factory.drawing.noise import curve, field
from media_factory.drawing.shapes import Disc, draw_shape, line_mask


def _stars(canvas: Canvas, brush: Brush, count: int) -> None:
    inks = brush.inks
    colour = inks.gleam if inks.dark else mix(inks.accent, inks.ink, 0.3)
    for _ in range(count):
        size = canvas.u * float(brush.rng.pareto(2.6) * 0.9 + 0.7)
        x, y = brush.between(0, canvas.width), brush.between(0, canvas.height)
        draw_shape(canvas, Disc(x, y, min(size, 4.2 * canvas.u), colour, alpha=brush.between(0.25, 0.95)))


def night_sky(canvas: Canvas, brush: Brush) -> None:
    """Paint a night of few stars and thin clouds of dust."""
    inks = brush.inks
    canvas.sky(
        [(0, inks.background), (0.5, brush.tint(inks.surface, 0.5)), (1, inks.deep if inks.dark else inks.surface)]
    )
    cloud = field(brush.rng, canvas.width, canvas.height, 2.2, 4)
    falloff = smoothstep(0.25, 0.8, canvas.ys / np.float32(canvas.height))
    canvas.blend(
        smoothstep(0.45, 0.95, cloud) * falloff * np.float32(0.38 if inks.dark else 0.16),
        mix(inks.accent2, inks.surface, 0.35),
    )
    _stars(canvas, brush, 240)


def planet(canvas: Canvas, brush: Brush) -> None:
    """Paint a world of cloud bands lit from one side, its thin air glowing, inside a ring."""
    night_sky(canvas, brush)
    inks, short = brush.inks, min(canvas.width, canvas.height)
    radius = short * brush.between(0.29, 0.38)
    x, y = canvas.width * (brush.focus_x + brush.between(-0.05, 0.06)), canvas.height * (brush.focus_y + 0.04)
    light = math.radians(brush.between(200, 250))
    canvas.glow(
        x + math.cos(light) * radius * 0.5, y + math.sin(light) * radius * 0.5, radius * 1.35, inks.accent2, 0.26
    )
    tilt = brush.between(-0.5, 0.4)
    _ring(canvas, brush, (x, y, radius), tilt, front=False)
    _giant(canvas, brush, (x, y, radius), light, tilt)
    _ring(canvas, brush, (x, y, radius), tilt, front=True)


def _giant(canvas: Canvas, brush: Brush, place: tuple[float, float, float], light: float, tilt: float) -> None:
    """Shade a giant: bands that drift along its turn, the border of night, and a rim of air."""
    inks = brush.inks
    sphere = sphere_at(canvas, place)
    if sphere is None:
        return
    across, down, facing = sphere.across, sphere.down, sphere.facing
    # The band that a point lies in follows from its latitude, seen a little from above.
    latitude = (down * math.cos(tilt) - across * math.sin(tilt)) * 0.96 - facing * 0.26
    stir = field(brush.rng, across.shape[1], across.shape[0], 4.5, 3, (3.5, 1)) - np.float32(0.5)
    rows = ((latitude + stir * 0.085) * 0.5 + 0.5) * 255
    bands = 0.5 + 0.75 * curve(brush.rng, 256, 9, 3, 0.6)
    tone = np.clip(np.interp(rows, np.arange(256), bands), 0, 1)[..., None]
    pale, strong = (
        mix(inks.accent, inks.gleam if inks.dark else inks.background, 0.62),
        mix(inks.accent, inks.muted, 0.22),
    )
    ground = pale + (strong - pale) * tone
    night = mix(inks.deep, inks.background, 0.4) if inks.dark else mix(inks.accent, inks.ink, 0.62)
    lit = across * math.cos(light) * 0.85 + down * math.sin(light) * 0.85 + facing * 0.5
    day = smoothstep(-0.15, 0.95, lit.astype(np.float32))
    shade = (night + (ground - night) * day[..., None]).astype(np.float32)
    canvas.blend(sphere.inside, shade, top=sphere.top, left=sphere.left)
    air = np.exp(-np.abs(sphere.away - 1) * np.float32(26)) * np.clip(day + 0.1, 0, 1) * np.float32(0.6)
    canvas.blend(air.astype(np.float32), mix(inks.accent, inks.gleam, 0.6), top=sphere.top, left=sphere.left)


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
    night_sky(canvas, brush)
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


def _on_orbit(
    centre: tuple[float, float], radius: float, flat: float, tilt: float, angle: float
) -> tuple[float, float]:
    along, aside = math.cos(angle) * radius, math.sin(angle) * radius * flat
    return (
        centre[0] + along * math.cos(tilt) - aside * math.sin(tilt),
        centre[1] + along * math.sin(tilt) + aside * math.cos(tilt),
    )


__all__ = ["night_sky", "orbits", "planet"]
