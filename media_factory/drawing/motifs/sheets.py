"""Sheets: one or two bold forms on an otherwise empty ground."""

from __future__ import annotations

import math

from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas
from media_factory.drawing.shapes import Bar, Disc, Point, Polygon, Stroke, draw_shape


def _ground(canvas: Canvas, brush: Brush) -> Point:
    """Lay the sheet and return where its form stands."""
    inks = brush.inks
    canvas.sky([(0, inks.background), (0.6, inks.background), (1, inks.surface)])
    x, y = brush.centre(canvas)
    return x + canvas.u * brush.between(-110, 120), y + canvas.u * brush.between(50, 110)


def sheet(canvas: Canvas, brush: Brush) -> None:
    """Let one large disc stand on, sink below or float over a line."""
    inks, u = brush.inks, canvas.u
    x, y = _ground(canvas, brush)
    radius, sunk = u * brush.between(205, 265), brush.between(-0.1, 1.0)
    level, start = y + radius * sunk, math.asin(min(1.0, sunk))
    # What is sunk below the line is only a shade, as in still water.
    draw_shape(canvas, Disc(x, y, radius, inks.accent, alpha=0.16 if sunk < 0.45 else 1.0))
    draw_shape(canvas, Polygon(_arc((x, y), radius, math.pi - start, math.tau + start), inks.accent))
    draw_shape(canvas, Bar(0, level, canvas.width, level + 3 * u, inks.ink))


def ring(canvas: Canvas, brush: Brush) -> None:
    """Draw one thin circle with a small disc on it, as a world on its way."""
    inks, u = brush.inks, canvas.u
    x, y = _ground(canvas, brush)
    radius, turn = u * brush.between(230, 290), brush.between(-2.6, 0.6)
    gap = 0.37
    draw_shape(canvas, Stroke(_arc((x, y), radius, turn + gap, turn + math.tau - gap), 3 * u, inks.ink))
    at = x + radius * math.cos(turn), y + radius * math.sin(turn)
    draw_shape(canvas, Disc(*at, radius * brush.between(0.24, 0.32), inks.accent))


def _arc(at: Point, radius: float, start: float, end: float) -> tuple[Point, ...]:
    turns = [start + (end - start) * step / 180 for step in range(181)]
    return tuple((at[0] + radius * math.cos(turn), at[1] + radius * math.sin(turn)) for turn in turns)


def balance(canvas: Canvas, brush: Brush) -> None:
    """Rest a leaning bar on a small form, a disc near one end."""
    inks, u = brush.inks, canvas.u
    x, y = _ground(canvas, brush)
    lean = brush.between(0.08, 0.22) * (1 if brush.rng.random() < 0.5 else -1)
    arm, radius = 330 * u, u * brush.between(78, 112)
    along, up = (math.cos(lean), math.sin(lean)), (math.sin(lean), -math.cos(lean))
    ends = ((x - arm * along[0], y - arm * along[1]), (x + arm * along[0], y + arm * along[1]))
    draw_shape(canvas, Stroke(ends, 9 * u, inks.ink))
    foot = 118 * u
    draw_shape(canvas, Polygon(((x, y), (x + foot * 0.72, y + foot), (x - foot * 0.72, y + foot)), inks.accent2))
    # The disc lies on the lower arm.
    place = arm * brush.between(0.42, 0.72) * (1 if lean > 0 else -1)
    lift = radius + 4.5 * u
    at = x + place * along[0] + lift * up[0], y + place * along[1] + lift * up[1]
    draw_shape(canvas, Disc(*at, radius, inks.accent))


__all__ = ["balance", "ring", "sheet"]
