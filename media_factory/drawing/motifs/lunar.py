"""The Moon: its face, its ground with the Earth above it, and a night of stars over dark hills."""

from __future__ import annotations

import math

import numpy as np

from media_factory.design.colour import Floats, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.motifs.space import night_sky
from media_factory.drawing.motifs.spheres import sphere_at
from media_factory.drawing.noise import crags, curve, field
from media_factory.drawing.shapes import Disc, draw_shape


def _dust(brush: Brush) -> tuple[Floats, Floats, Floats]:
    """Return the tones of the Moon's ground: in shadow, its dark plains, its bright highlands."""
    inks = brush.inks
    if inks.dark:
        return (
            mix(inks.deep, inks.background, 0.3),
            mix(inks.muted, inks.background, 0.52),
            mix(inks.muted, inks.ink, 0.55),
        )
    return mix(inks.muted, inks.ink, 0.55), mix(inks.surface, inks.muted, 0.72), mix(inks.surface, inks.background, 0.4)


def _bowl(away: Floats) -> Floats:
    """Return how steeply a crater's ground rises outwards, at a distance in its radii: a bowl, then a rim."""
    return np.asarray(
        np.where(away < 1, 1.5 * away**2, -1.25 * np.exp(-((away - 1) / 0.16)) * (away < 1.9)), np.float32
    )


def moon(canvas: Canvas, brush: Brush) -> None:
    """Paint the Moon among stars: plains, craters, and the border between its day and night."""
    night_sky(canvas, brush)
    inks, short = brush.inks, min(canvas.width, canvas.height)
    radius = short * brush.between(0.34, 0.42)
    x, y = canvas.width * (brush.focus_x + brush.between(-0.05, 0.08)), canvas.height * (brush.focus_y + 0.05)
    light = math.radians(brush.between(185, 235) if brush.rng.random() < 0.5 else brush.between(305, 355))
    toward = math.cos(light) * 0.86, math.sin(light) * 0.86, 0.42
    canvas.glow(
        x + toward[0] * radius * 0.4, y + toward[1] * radius * 0.4, radius * 1.4, mix(inks.cool, inks.gleam, 0.3), 0.22
    )
    sphere = sphere_at(canvas, (x, y, radius))
    if sphere is None:
        return
    across, down, facing = sphere.across, sphere.down, sphere.facing
    lit = across * toward[0] + down * toward[1] + facing * toward[2]
    relief = np.zeros_like(lit)
    for size in 0.022 + 0.15 * brush.rng.random(170) ** 7:
        turn, lean = brush.between(0, math.tau), math.sqrt(brush.between(0, 1)) * 0.97
        cx, cy = lean * math.cos(turn), lean * math.sin(turn)
        cz = math.sqrt(1 - lean**2)
        dx, dy, dz = across - cx, down - cy, facing - cz
        away = np.sqrt(dx**2 + dy**2 + dz**2) / np.float32(size)
        slope = (dx * toward[0] + dy * toward[1] + dz * toward[2]) / np.maximum(away * size, 1e-4)
        relief -= _bowl(away) * slope * np.float32(0.16 + 0.7 * size)
    rough = field(brush.rng, lit.shape[1], lit.shape[0], 20, 3) - np.float32(0.5)
    plains = smoothstep(0.36, 0.78, field(brush.rng, lit.shape[1], lit.shape[0], 2.3, 5))
    shadow, low, high = _dust(brush)
    ground = high + (low - high) * (plains * 0.6 - rough * 0.5)[..., None]
    day = smoothstep(-0.06, 0.95, (lit + relief * smoothstep(-0.25, 0.2, lit) + rough * 0.10).astype(np.float32))
    shade = (shadow + (ground - shadow) * day[..., None]).astype(np.float32)
    canvas.blend(sphere.inside, shade, top=sphere.top, left=sphere.left)


def moonscape(canvas: Canvas, brush: Brush) -> None:
    """Paint the Moon's cratered ground under a black sky, the Earth standing over it."""
    night_sky(canvas, brush)
    width, height, u = canvas.width, canvas.height, canvas.u
    line = brush.focus_y + 0.02
    side = -1 if brush.rng.random() < 0.5 else 1
    x, y = width * (brush.focus_x + brush.between(-0.10, 0.10)), height * line - u * brush.between(150, 190)
    _earth(canvas, brush, (x, y, u * brush.between(84, 108)), -side)
    shadow, low, high = _dust(brush)
    far = (height * line - 26 * u + 30 * u * crags(brush.rng, width, 7 * max(1.0, width / height), 4, 0.5)).astype(
        np.float32
    )
    canvas.below(far, mix(low, high, 0.3), mix(shadow, low, 0.55), fade=0.05)
    level = (height * (line + 0.012) + 13 * u * curve(brush.rng, width, 4, 3)).astype(np.float32)
    top = max(0, int(level.min()) - 1)
    if top >= height - 1:
        return
    # Ground in perspective: distance grows without end towards the horizon.
    depth = np.maximum(canvas.ys[top:] - np.float32(height * line - 10 * u), np.float32(2 * u)) / np.float32(320 * u)
    away, aside = 1 / depth, (canvas.xs - np.float32(width * 0.5)) / np.float32(560 * u) / depth
    relief = np.zeros((height - top, width), np.float32)
    for size in 0.05 + 0.42 * brush.rng.random(110) ** 6:
        cz = brush.between(0.25, 1.0) ** 2 * 9 + 0.3
        cx = brush.between(-0.5, 0.5) * (width / u / 560 + 0.6) * cz
        dx, dz = aside - np.float32(cx), away - np.float32(cz)
        dist = np.hypot(dx, dz * np.float32(1.15)) / np.float32(size)
        relief += _bowl(dist) * dx / np.maximum(dist * size, 1e-4) * np.float32(side) * min(1.0, 0.35 + size * 1.8)
    grit = field(brush.rng, width, height, 60, 3, (3.0, 0.7))[top:] - np.float32(0.5)
    swell = field(brush.rng, width, height, 4, 2, (3.0, 0.6))[top:] - np.float32(0.5)
    tone = np.clip(0.50 + 0.36 * relief + 0.34 * grit + 0.5 * swell - 0.16 * (depth - 0.6), 0, 1)[..., None]
    ground = np.where(tone < 0.5, shadow + (low - shadow) * tone * 2, low + (high - low) * (tone * 2 - 1))
    mask = np.clip(canvas.ys[top:] - level[None, :] + np.float32(0.5), 0, 1)
    canvas.blend(mask.astype(np.float32), ground.astype(np.float32), top=top)


def _earth(canvas: Canvas, brush: Brush, place: tuple[float, float, float], side: int) -> None:
    """Paint a small blue world in half light, with clouds."""
    inks, (x, y, radius) = brush.inks, place
    canvas.glow(x, y, radius * 1.9, inks.cool, 0.30)
    sphere = sphere_at(canvas, place)
    if sphere is None:
        return
    cloud = field(brush.rng, sphere.across.shape[1], sphere.across.shape[0], 3.2, 4, (2.2, 0.8))
    sea = mix(inks.cool, inks.deep if inks.dark else inks.ink, 0.25)
    white = inks.gleam if inks.dark else inks.background
    face = sea + (mix(white, inks.cool, 0.1) - sea) * smoothstep(0.48, 0.72, cloud)[..., None]
    lit = side * sphere.across * 0.8 - sphere.down * 0.35 + sphere.facing * 0.45
    day = smoothstep(-0.1, 0.7, lit.astype(np.float32))[..., None]
    night = mix(inks.deep if inks.dark else inks.ink, inks.cool, 0.12)
    canvas.blend(sphere.inside, (night + (face - night) * day).astype(np.float32), top=sphere.top, left=sphere.left)
    rim = np.exp(-np.abs(sphere.away - 1) * np.float32(18)) * day[..., 0] * np.float32(0.7)
    canvas.blend(rim.astype(np.float32), mix(inks.cool, white, 0.5), top=sphere.top, left=sphere.left)


def starlight(canvas: Canvas, brush: Brush) -> None:
    """Paint the Milky Way rising behind dark hills."""
    inks, width, height, u = brush.inks, canvas.width, canvas.height, canvas.u
    line = brush.focus_y + 0.10
    low = mix(brush.tint(inks.cool, 0.30), inks.warm, 0.16)
    canvas.sky([(0, inks.background), (line * 0.6, brush.tint(inks.cool, 0.11)), (line + 0.06, low), (1, low)])
    lean, x = brush.between(0.25, 0.85) * (1 if brush.rng.random() < 0.5 else -1), width * brush.focus_x
    rise = np.float32(height * line) - canvas.ys
    away = (canvas.xs - np.float32(x) - rise * np.float32(lean)) / np.float32(u * 165)
    calm = smoothstep(brush.focus_y - 0.58, brush.focus_y - 0.12, canvas.ys / np.float32(height))
    cloud = field(brush.rng, width, height, 5.5, 5)
    band = np.exp(-(away**2)) * calm
    canvas.blend(
        (band * (0.18 + 0.42 * smoothstep(0.2, 0.9, cloud))).astype(np.float32), mix(inks.cool, inks.gleam, 0.5)
    )
    core = np.exp(-((away * np.float32(2.0)) ** 2)) * calm * (0.25 + 0.75 * smoothstep(0.35, 0.8, cloud))
    canvas.blend((core * np.float32(0.5)).astype(np.float32), mix(inks.warm, inks.gleam, 0.6))
    lane = np.exp(-(((away + (cloud - 0.5) * 1.6) * 3.4) ** 2)) * smoothstep(0.62, 0.3, cloud) * calm
    canvas.blend((lane * np.float32(0.6)).astype(np.float32), brush.tint(inks.cool, 0.05))
    _scatter(canvas, brush, x, height * line, lean)
    for near in (0.35, 0.7, 1.0):
        ridge = height * (line - 0.03 + 0.085 * near) + 52 * u * curve(
            brush.rng, width, 3.2 * max(1.0, width / height), 5, 0.45
        )
        dark = mix(inks.deep, inks.cool, 0.1) if inks.dark else mix(inks.cool, inks.ink, 0.6)
        canvas.below(ridge.astype(np.float32), mix(low, dark, near))


def _scatter(canvas: Canvas, brush: Brush, x: float, foot: float, lean: float) -> None:
    """Strew stars, most of them along the Milky Way, fewer where words stand."""
    inks = brush.inks
    colour = inks.gleam if inks.dark else mix(inks.accent, inks.ink, 0.3)
    for index in range(900):
        y = foot * (1 - float(brush.rng.beta(1.0, 1.9)))
        at = brush.between(0, canvas.width)
        if index % 3:
            at = x + (foot - y) * lean + float(brush.rng.normal(0, 150 * canvas.u))
        size = min(3.6, float(brush.rng.pareto(2.8)) * 0.8 + 0.55)
        draw_shape(canvas, Disc(at, y, size * canvas.u, colour, alpha=brush.between(0.25, 0.95)))


__all__ = ["moon", "moonscape", "starlight"]
