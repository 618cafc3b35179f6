"""Press: a globe of dots, halftone suns, and rays."""

from __future__ import annotations

import math

import numpy as np

from media_factory.design.colour import Floats, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.noise import field
from media_factory.drawing.shapes import Disc, Stroke, draw_shape


def globe(canvas: Canvas, brush: Brush) -> None:
    """Draw a world of dots with arcs that leave one place for others."""
    inks, u, height = brush.inks, canvas.u, canvas.height
    canvas.sky([(0, inks.background), (0.55, mix(inks.background, inks.surface, 0.6)), (1, inks.surface)])
    x, y = canvas.width * brush.focus_x, height * (brush.focus_y + 0.05)
    radius = u * 455
    canvas.glow(x, y, radius * 1.3, inks.accent2, 0.30)
    draw_shape(canvas, Disc(x, y, radius * 1.0, mix(inks.surface, inks.accent2, 0.16)))
    draw_shape(canvas, Disc(x, y, radius * 1.0, inks.accent2, alpha=0.6, ring=2.2 * u))
    land = field(brush.rng, 720, 360, 3.4, 4)
    shore = float(np.quantile(land, 0.60))
    turn, lean = brush.between(0, math.tau), math.radians(brush.between(12, 24))
    for latitude in np.radians(np.arange(-84, 85, 4.2)):
        count = max(1, round(86 * math.cos(latitude)))
        for longitude in np.linspace(0, math.tau, count, endpoint=False):
            row = int((latitude / math.pi + 0.5) * 359)
            level = float(land[row, int(longitude / math.tau * 719)])
            px, py, facing = _on_globe(latitude, longitude + turn, lean)
            if facing > 0.03:
                dry = level > shore
                size = u * (5.2 if dry else 1.8) * (0.45 + 0.55 * facing)
                colour = mix(inks.accent2, inks.gleam, 0.25) if dry else inks.muted
                draw_shape(
                    canvas,
                    Disc(
                        x + px * radius,
                        y + py * radius,
                        size,
                        colour,
                        alpha=(0.25 + 0.75 * facing) * (1 if dry else 0.7),
                    ),
                )
    _routes(canvas, brush, (x, y, radius))


def _on_globe(latitude: float, longitude: float, lean: float) -> tuple[float, float, float]:
    across = math.cos(latitude) * math.sin(longitude)
    up, toward = math.sin(latitude), math.cos(latitude) * math.cos(longitude)
    return across, -(up * math.cos(lean) - toward * math.sin(lean)), up * math.sin(lean) + toward * math.cos(lean)


def _routes(canvas: Canvas, brush: Brush, place: tuple[float, float, float]) -> None:
    x, y, radius = place
    inks, u = brush.inks, canvas.u
    home = (x - radius * brush.between(0.1, 0.4), y - radius * brush.between(0.0, 0.3))
    for _ in range(4):
        angle, reach = brush.between(-1.5, 1.6), radius * brush.between(0.4, 0.82)
        end = (x + math.cos(angle) * reach, y + math.sin(angle) * reach)
        lift = 0.34 * math.dist(home, end)
        points = []
        for step in range(41):
            t = step / 40
            points.append((home[0] + (end[0] - home[0]) * t, home[1] + (end[1] - home[1]) * t - lift * 4 * t * (1 - t)))
        draw_shape(canvas, Stroke(tuple(points), 3.2 * u, inks.accent, alpha=0.9))
        draw_shape(canvas, Disc(*end, 8 * u, inks.accent))
    for ring, alpha in ((44, 0.35), (27, 0.7)):
        draw_shape(canvas, Disc(*home, ring * u, inks.accent, alpha=alpha, ring=3 * u))
    draw_shape(canvas, Disc(*home, 13 * u, inks.accent))


def halftone(canvas: Canvas, brush: Brush) -> None:
    """Print a sun and its hills in dots of two inks, a little out of register."""
    inks, u, width, height = brush.inks, canvas.u, canvas.width, canvas.height
    canvas.sky([(0, inks.background), (1, mix(inks.background, inks.surface, 0.8))])
    x, y = brush.centre(canvas)
    radius = 330 * u
    draw_shape(canvas, Disc(x, y, radius, mix(inks.accent, inks.background, 0.12)))
    away = np.hypot(canvas.xs - np.float32(x + 90 * u), canvas.ys - np.float32(y + 120 * u)) / np.float32(radius)
    inside = np.clip(radius - np.hypot(canvas.xs - np.float32(x), canvas.ys - np.float32(y)) + 0.5, 0, 1)
    tone = smoothstep(1.5, 0.1, away) * np.float32(0.72)
    canvas.blend(
        (_dots(canvas, tone, 15 * u, 0.26) * inside).astype(np.float32),
        mix(inks.accent, inks.deep if inks.dark else inks.ink, 0.6),
    )
    relief = field(brush.rng, width, height, 2.4, 2, (2.2, 1))
    ground = canvas.ys / np.float32(height) + (relief - np.float32(0.5)) * np.float32(0.14)
    tone = smoothstep(brush.focus_y + 0.02, 1.08, ground) * np.float32(0.95)
    canvas.blend(_dots(canvas, tone, 17 * u, 1.05), inks.accent2)


def _dots(canvas: Canvas, tone: Floats, pitch: float, angle: float) -> Floats:
    """Return a halftone screen: dots on a turned grid, as large as the tone (0 to 1) wants ink."""
    pitch = max(3.0, pitch)
    along = canvas.xs * np.float32(math.cos(angle)) + canvas.ys * np.float32(math.sin(angle))
    aside = canvas.ys * np.float32(math.cos(angle)) - canvas.xs * np.float32(math.sin(angle))
    along -= np.round(along / np.float32(pitch)) * np.float32(pitch)
    aside -= np.round(aside / np.float32(pitch)) * np.float32(pitch)
    radius = np.sqrt(tone) * np.float32(pitch * 0.72)
    return np.asarray(np.clip(radius - np.hypot(along, aside) + 0.5, 0, 1) * (tone > 0.004), np.float32)


def rays(canvas: Canvas, brush: Brush) -> None:
    """Spread rays from a bright disc, rings around it."""
    inks, u, height = brush.inks, canvas.u, canvas.height
    canvas.sky([(0, inks.background), (1, mix(inks.background, inks.surface, 0.7))])
    x, y = canvas.width * brush.focus_x, height * (brush.focus_y + 0.06)
    angle = np.arctan2(canvas.ys - np.float32(y), canvas.xs - np.float32(x))
    away = np.hypot(canvas.xs - np.float32(x), canvas.ys - np.float32(y))
    count = int(brush.rng.integers(11, 17))
    wave = np.sin(angle * np.float32(count) + np.float32(brush.between(0, 6)))
    edge = np.clip(wave * away / np.float32(count) + 0.5, 0, 1)
    # Rays are strong beside the disc and faint where words stand.
    fade = np.exp(-away / (640 * u)) * (
        0.35 + 0.65 * smoothstep(brush.focus_y - 0.40, brush.focus_y, canvas.ys / np.float32(height))
    )
    canvas.blend((edge * fade * np.float32(0.95)).astype(np.float32), mix(inks.accent, inks.surface, 0.25))
    canvas.glow(x, y, 420 * u, mix(inks.accent, inks.gleam, 0.3), 0.35)
    for radius, ring in ((300, 3), (268, 10), (0, 0)):
        if radius:
            draw_shape(canvas, Disc(x, y, radius * u, inks.accent2, alpha=0.9, ring=ring * u))
    draw_shape(canvas, Disc(x, y, 214 * u, inks.accent))
    draw_shape(canvas, Disc(x - 34 * u, y - 34 * u, 132 * u, mix(inks.accent, inks.gleam, 0.35), alpha=0.55))


__all__ = ["globe", "halftone", "rays"]
