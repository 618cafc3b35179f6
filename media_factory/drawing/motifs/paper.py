"""Paper: cut shapes, panels on a grid, and tiles."""

from __future__ import annotations

import math

import numpy as np

from media_factory.design.colour import Floats, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas
from media_factory.drawing.shapes import Bar, Disc, Point, Polygon, Stroke, draw_shape

_TONES = (0.26, 0.2, 0.24, 0.2, 0.1)


def blobs(canvas: Canvas, brush: Brush) -> None:
    """Overlap cut-out shapes of bright paper, with thick lines and a print a little out of register."""
    inks, u, width, height = brush.inks, canvas.u, canvas.width, canvas.height
    canvas.sky([(0, inks.background), (1, inks.background)])
    x, y = brush.centre(canvas)
    soft = mix(inks.accent, inks.surface, 0.55)
    _cut(canvas, brush, (x, y + height * 0.14), 600 * u, inks.surface, outline=False)
    _cut(canvas, brush, (x + width * brush.between(0.05, 0.28), y - 60 * u), 300 * u, soft)
    _cut(canvas, brush, (x - width * brush.between(0.12, 0.25), y + 150 * u), 330 * u, inks.accent2)
    _cut(canvas, brush, (x + width * brush.between(0.05, 0.16), y + 300 * u), 300 * u, inks.accent)
    for index in range(7):
        angle, reach = index * 0.9 + brush.between(0, 0.4), u * brush.between(360, 520)
        at = (x + math.cos(angle) * reach, y + 90 * u + math.sin(angle) * reach * 0.75)
        if at[1] > height * (brush.focus_y - 0.2):
            draw_shape(canvas, Disc(*at, u * brush.between(9, 26), (inks.accent, inks.accent2, inks.ink)[index % 3]))
    wave = tuple((x - 260 * u + 52 * u * i, y + 190 * u + (28 * u if i % 2 else -28 * u)) for i in range(11))
    draw_shape(canvas, Stroke(_rounded(wave), 9 * u, inks.ink))


def _cut(canvas: Canvas, brush: Brush, at: Point, radius: float, colour: Floats, *, outline: bool = True) -> None:
    angles = np.linspace(0, math.tau, 120, endpoint=False)
    bulge = np.ones_like(angles)
    for order, strength in ((2, 0.14), (3, 0.10), (5, 0.035)):
        bulge += strength * np.sin(order * angles + brush.between(0, math.tau))
    edge = [
        (at[0] + radius * float(b) * math.cos(a), at[1] + radius * float(b) * math.sin(a))
        for a, b in zip(angles, bulge, strict=True)
    ]
    draw_shape(canvas, Polygon(tuple(edge), colour))
    if outline:
        shift = 9 * canvas.u
        moved = tuple((px + shift, py + shift) for px, py in [*edge, edge[0]])
        draw_shape(canvas, Stroke(moved, 8 * canvas.u, brush.inks.ink))


def _rounded(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return a zigzag as a wave."""
    xs, ys = np.array(points).T
    fine = np.linspace(xs[0], xs[-1], len(points) * 12)
    phase = np.interp(fine, xs, np.arange(len(points)))
    middle, swing = (ys.max() + ys.min()) / 2, (ys.max() - ys.min()) / 2
    return tuple(zip(fine.tolist(), (middle - swing * np.cos(phase * math.pi)).tolist(), strict=True))


def panels(canvas: Canvas, brush: Brush) -> None:
    """Arrange panels of quiet colour on a column grid, one of them striped, one bold."""
    inks, u, width, height = brush.inks, canvas.u, canvas.width, canvas.height
    canvas.sky([(0, inks.background), (1, inks.background)])
    for column in range(13):
        at = width * (0.0415 + 0.917 * column / 12)
        draw_shape(canvas, Bar(at, 0, at + max(1, 1.2 * u), height, inks.muted, alpha=0.16))
    x, y = brush.centre(canvas)
    cell, gap = 176 * u, 16 * u
    tones = [mix(inks.surface, inks.accent, share) for share in (0.10, 0.22, 0.42, 0.7)]
    plan = [
        (-3, 0, 2, 3),
        (-1, 0, 3, 2),
        (2, 0, 1, 1),
        (2, 1, 2, 2),
        (-1, 2, 1, 1),
        (0, 2, 2, 1),
        (-3, 3, 4, 1),
        (1, 3, 3, 1),
        (3, -1, 1, 2),
        (-2, -1, 1, 1),
    ]
    bold, striped = int(brush.rng.integers(0, 4)), int(brush.rng.integers(4, 8))
    for index, (column, row, across, down) in enumerate(plan):
        left, top = x + (column - 0.5) * (cell + gap), y + (row - 1.6) * (cell + gap)
        box = (left, top, left + across * cell + (across - 1) * gap, top + down * cell + (down - 1) * gap)
        colour = inks.accent if index == bold else tones[int(brush.rng.integers(len(tones) - 1))]
        draw_shape(canvas, Bar(*box, colour, radius=10 * u))
        if index == striped:
            _stripes(canvas, box, inks.accent2, u)
        elif index == bold:
            _form(canvas, brush, box, mix(inks.accent, inks.background, 0.72))


def _stripes(canvas: Canvas, box: tuple[float, float, float, float], colour: Floats, u: float) -> None:
    left, top, right, bottom = box
    for step in range(1, 7):
        y = top + (bottom - top) * step / 7
        draw_shape(
            canvas,
            Bar(
                left + 20 * u,
                y - 2 * u,
                right - 20 * u - (right - left) * 0.08 * (step % 3),
                y + 2 * u,
                colour,
                radius=2 * u,
            ),
        )


def _form(canvas: Canvas, brush: Brush, box: tuple[float, float, float, float], colour: Floats) -> None:
    """Set a disc, a ring or a quarter into a panel."""
    left, top, right, bottom = box
    reach, kind = min(right - left, bottom - top), int(brush.rng.integers(3))
    if kind == 2:
        _tile(canvas, (left, bottom - reach * 0.86, reach * 0.86), 3, 2, colour)
    else:
        ring = 0.0 if kind == 0 else reach * 0.11
        draw_shape(canvas, Disc((left + right) / 2, (top + bottom) / 2, reach * 0.32, colour, ring=ring))


def tiles(canvas: Canvas, brush: Brush) -> None:
    """Lay square tiles of discs, halves, quarters and dots, thinning out towards the words."""
    inks, u = brush.inks, canvas.u
    canvas.sky([(0, inks.background), (1, inks.background)])
    cell = 154 * u
    tones = (
        inks.accent,
        inks.accent2,
        mix(inks.surface, inks.accent, 0.35),
        mix(inks.surface, inks.accent2, 0.4),
        inks.ink,
    )
    first = canvas.height * (brush.focus_y - 0.22)
    for row in range(int((canvas.height - first) / cell) + 2):
        for column in range(int(canvas.width / cell) + 2):
            left, top = (column - 0.5) * cell, first + row * cell
            # The upper rows are thin, and so is what lies far left of the focus.
            full = (
                0.22
                + 0.26 * row
                - (0.25 if canvas.tall else 1.3) * max(0.0, brush.focus_x - (left + cell / 2) / canvas.width)
            )
            kind, tone, ground = brush.rng.integers(5), tones[int(brush.rng.choice(5, p=_TONES))], brush.rng.random()
            if brush.rng.random() < full:
                if ground < 0.55:
                    draw_shape(canvas, Bar(left, top, left + cell, top + cell, mix(inks.surface, tone, 0.10)))
                _tile(canvas, (left, top, cell), int(kind), int(brush.rng.integers(4)), tone)


def _tile(canvas: Canvas, place: tuple[float, float, float], kind: int, turn: int, colour: Floats) -> None:
    """Draw one tile's form, turned by quarters."""
    left, top, cell = place
    x, y = left + cell / 2, top + cell / 2
    if kind == 0:
        draw_shape(canvas, Disc(x, y, cell * 0.36, colour))
    elif kind == 1:
        draw_shape(canvas, Disc(x, y, cell * 0.36, colour, ring=cell * 0.16))
    elif kind == 2:
        for index in range(9):
            at = left + cell * (0.22 + 0.28 * (index % 3)), top + cell * (0.22 + 0.28 * (index // 3))
            draw_shape(canvas, Disc(*at, cell * 0.075, colour))
    else:
        corner = (left + cell * (turn % 2), top + cell * (turn // 2))
        sweep, start = (math.pi / 2, (0.0, math.pi / 2, -math.pi / 2, math.pi)[turn])
        reach = cell * (1.0 if kind == 3 else 0.62)
        arc = [start + sweep * step / 32 for step in range(33)]
        edge = tuple((corner[0] + reach * math.cos(a), corner[1] + reach * math.sin(a)) for a in arc)
        draw_shape(canvas, Polygon((corner, *edge), colour))


__all__ = ["blobs", "panels", "tiles"]
