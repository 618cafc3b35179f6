"""Technology: a net of nodes, a floor of light, cells of a lattice, and the beat of a signal."""

from __future__ import annotations

import math

import numpy as np

from media_factory.design.colour import mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.shapes import Disc, Point, Polygon, Stroke, draw_shape, line_mask


def network(canvas: Canvas, brush: Brush) -> None:
    """Draw nodes that hold on to their neighbours, a few of them lit."""
    inks, u, width, height = brush.inks, canvas.u, canvas.width, canvas.height
    canvas.sky([(0, inks.background), (0.5, mix(inks.background, inks.surface, 0.5)), (1, inks.surface)])
    x, y = brush.centre(canvas)
    canvas.glow(x, y, max(width, height) * 0.27, mix(inks.accent, inks.accent2, 0.4), 0.32)
    nodes = _spread(canvas, brush, 95, 74 * u)
    lines = []
    for index, (nx, ny) in enumerate(nodes):
        away = np.hypot(nodes[:, 0] - nx, nodes[:, 1] - ny)
        for other in np.argsort(away)[1:4]:
            if other > index or away[other] < 190 * u:
                strength = float(np.clip(1.15 - away[other] / (330 * u), 0.12, 0.85))
                lines.append((((nx, ny), (float(nodes[other, 0]), float(nodes[other, 1]))), 1.8 * u, strength))
    calm = smoothstep(brush.focus_y - 0.36, brush.focus_y - 0.08, canvas.ys / np.float32(height))
    canvas.blend(line_mask(canvas, lines) * (0.15 + 0.85 * calm), mix(inks.accent, inks.accent2, 0.35))
    for index, (nx, ny) in enumerate(nodes):
        bright = float(np.clip((ny / height - brush.focus_y + 0.36) / 0.28, 0, 1))
        big = index % 9 == 0
        colour = inks.accent if index % 3 else inks.accent2
        if big:
            canvas.glow(nx, ny, 62 * u, colour, 0.55 * bright)
            draw_shape(canvas, Disc(nx, ny, 25 * u, colour, alpha=0.8 * bright, ring=2.2 * u))
        draw_shape(
            canvas,
            Disc(
                nx,
                ny,
                u * (11 if big else brush.between(3.5, 6.5)),
                mix(colour, inks.gleam, 0.4),
                alpha=max(0.2, bright),
            ),
        )


def _spread(canvas: Canvas, brush: Brush, count: int, gap: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return points around the focus, no two nearer than a gap."""
    x, y = brush.centre(canvas)
    reach = (canvas.width * 0.52, canvas.height * 0.30)
    chosen: list[Point] = []
    for _ in range(count * 12):
        at = (float(brush.rng.normal(x, reach[0] * 0.62)), float(brush.rng.normal(y, reach[1] * 0.62)))
        if all((at[0] - px) ** 2 + (at[1] - py) ** 2 > gap**2 for px, py in chosen):
            chosen.append(at)
            if len(chosen) == count:
                break
    return np.array(chosen)


def horizon(canvas: Canvas, brush: Brush) -> None:
    """Lay a grid of light to the horizon, under a rising disc cut by bars."""
    inks, u, width, height = brush.inks, canvas.u, canvas.width, canvas.height
    line = brush.focus_y + 0.06
    canvas.sky(
        [
            (0, inks.background),
            (line * 0.55, inks.background),
            (line, brush.tint(inks.accent2, 0.34)),
            (min(1, line + 0.02), inks.background),
            (1, inks.surface),
        ]
    )
    x, level = width * brush.focus_x, height * line
    radius = 250 * u
    canvas.glow(x, level, radius * 2.1, mix(inks.accent2, inks.accent, 0.3), 0.5)
    rows = canvas.ys - np.float32(level)
    disc = np.clip(radius - np.hypot(canvas.xs - np.float32(x), rows) + 0.5, 0, 1) * (rows < 0)
    share = np.clip(-rows / np.float32(radius), 0, 1)
    # The bars grow thinner towards the top.
    cut = np.where(np.abs((share * 8.5) % 1 - 0.5) < 0.34 * (1 - share) ** 1.3, 0.0, 1.0)
    tone = (inks.accent2 + share[..., None] * (inks.accent - inks.accent2)).astype(np.float32)
    canvas.blend((disc * np.maximum(cut, share > 0.72)).astype(np.float32), tone)
    depth = np.maximum(rows, np.float32(0.5)) / np.float32(height * (1.0 - line))
    far = np.float32(1) / np.maximum(depth, 0.004)
    vertical = (canvas.xs - np.float32(x)) * far / np.float32(135 * u)
    slope = far / np.float32(135 * u)
    across = np.clip(1.3 * u + 0.5 - np.abs(vertical - np.round(vertical)) / slope, 0, 1)
    lane = np.log2(np.maximum(depth, 1e-4)) * 3.2 + brush.between(0, 1)
    steep = 3.2 / (np.maximum(rows, 0.5) * np.log(2))
    along = np.clip(1.3 * u + 0.5 - np.abs(lane - np.round(lane)) / steep, 0, 1)
    floor = np.maximum(across, along) * (rows > 0) * smoothstep(0.0, 0.12, depth)
    canvas.blend((floor * np.float32(0.75)).astype(np.float32), inks.accent)
    canvas.glow(x, level, width * 0.5, inks.accent, 0.10)


def hexes(canvas: Canvas, brush: Brush) -> None:
    """Draw a lattice of six-sided cells in thin strokes, some of them filled with light."""
    inks, u, width, height = brush.inks, canvas.u, canvas.width, canvas.height
    canvas.sky([(0, inks.background), (0.5, mix(inks.background, inks.surface, 0.4)), (1, inks.surface)])
    x, y = brush.centre(canvas)
    canvas.glow(x, y, 620 * u, mix(inks.accent, inks.accent2, 0.5), 0.20)
    radius = 78 * u
    step, drop = radius * math.sqrt(3), radius * 1.5
    for row in range(-10, int((height - y) / drop) + 2):
        for column in range(-int(x / step) - 2, int((width - x) / step) + 2):
            at = x + (column + 0.5 * (row % 2)) * step, y + row * drop
            away = math.hypot(at[0] - x, (at[1] - y) * 1.1) / (u * 620)
            near = math.exp(-(away**2)) * min(1.0, max(0.0, (at[1] / height - brush.focus_y + 0.34) / 0.2))
            chance, share = brush.rng.random(), brush.between(0.2, 1.0)
            if near < 0.06:
                continue
            colour = inks.accent if brush.rng.random() < 0.62 else inks.accent2
            if chance < 0.30:
                draw_shape(canvas, Polygon(_hexagon(at, radius * 0.90), colour, alpha=0.62 * near * share))
            if chance < 0.05:
                canvas.glow(*at, radius * 1.5, mix(colour, inks.gleam, 0.3), 0.5 * near)
                draw_shape(canvas, Polygon(_hexagon(at, radius * 0.46), mix(colour, inks.gleam, 0.5), alpha=near))
            edge = _hexagon(at, radius * 0.94)
            draw_shape(canvas, Stroke((*edge, edge[0]), max(1.0, 2.2 * u), colour, alpha=0.75 * near))


def _hexagon(at: Point, radius: float) -> tuple[Point, ...]:
    turns = [math.tau * (corner + 0.5) / 6 for corner in range(6)]
    return tuple((at[0] + radius * math.cos(turn), at[1] + radius * math.sin(turn)) for turn in turns)


def pulse(canvas: Canvas, brush: Brush) -> None:
    """Draw a heartbeat that runs through the picture, with faint echoes behind it."""
    inks, u, width = brush.inks, canvas.u, canvas.width
    canvas.sky([(0, inks.background), (0.5, mix(inks.background, inks.surface, 0.5)), (1, inks.surface)])
    x, y = brush.centre(canvas)
    canvas.glow(x, y, 560 * u, inks.accent, 0.20)
    for index in range(5):
        draw_shape(canvas, Disc(x, y, u * (190 + 95 * index), inks.accent, alpha=0.34 - 0.06 * index, ring=2 * u))
    beat = np.array([0, 0, 0.08, 0, 0, -0.16, 1.0, -0.46, 0, 0, 0.22, 0.25, 0, 0, 0])
    for echo in (2, 1, 0):
        reach = u * (300 - 55 * echo) * brush.between(0.9, 1.1)
        xs, ys = [], []
        start = x - 4.5 * 430 * u + 60 * u * echo
        for turn in range(9):
            xs.extend((start + 430 * u * (turn + np.linspace(0, 0.93, len(beat)))).tolist())
            ys.extend((y - beat * reach * (1.0 if turn % 2 == 0 else 0.72)).tolist())
        points = tuple(point for point in zip(xs, ys, strict=True) if -0.3 * width < point[0] < 1.3 * width)
        if echo == 0:
            draw_shape(canvas, Stroke(points, 26 * u, inks.accent, alpha=0.14))
        colour = inks.accent if echo == 0 else mix(inks.accent2, inks.surface, 0.25)
        draw_shape(canvas, Stroke(points, (8 if echo == 0 else 3) * u, colour, alpha=1.0 if echo == 0 else 0.5))


__all__ = ["hexes", "horizon", "network", "pulse"]
