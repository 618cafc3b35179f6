"""Textures: what a picture seems to be printed on or shown by, laid over the finished motif."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from media_factory.design.colour import mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas
from media_factory.drawing.looks import Ornament, Texture
from media_factory.drawing.noise import field
from media_factory.drawing.shapes import Bar, Stroke, draw_shape


def lay(canvas: Canvas, brush: Brush, textures: Iterable[Texture]) -> None:
    """Lay textures over a picture, in their order."""
    for name in textures:
        _TEXTURES[name](canvas, brush)


def adorn(canvas: Canvas, brush: Brush, ornament: Ornament | None) -> None:
    """Draw a theme's ornament at the edges, if it has one."""
    if ornament:
        _ORNAMENTS[ornament](canvas, brush)


def _paper(canvas: Canvas, brush: Brush) -> None:
    """Let fibres and clouds of pulp show, by about 3 %."""
    fibre = field(brush.rng, canvas.width, canvas.height, 180, 2, (1.8, 1.0)) - np.float32(0.5)
    cloud = field(brush.rng, canvas.width, canvas.height, 3, 2) - np.float32(0.5)
    canvas.shade(1 + fibre * np.float32(0.05) + cloud * np.float32(0.03))


def _vignette(canvas: Canvas, _brush: Brush) -> None:
    """Darken the corners by about 12 %."""
    across = ((canvas.xs / np.float32(canvas.width) - np.float32(0.5)) * np.float32(1.25)) ** 2
    down = ((canvas.ys / np.float32(canvas.height) - np.float32(0.5)) * np.float32(1.25)) ** 2
    canvas.shade(1 - np.clip((across + down) * np.float32(0.20), 0, 0.16))


def _scan(canvas: Canvas, _brush: Brush) -> None:
    """Draw faint scan lines."""
    pitch = max(4.0, 6 * canvas.u)
    lines = np.where((canvas.ys % pitch) < pitch / 2, np.float32(0.0), np.float32(0.028))
    canvas.shade(1 - np.broadcast_to(lines, (canvas.height, canvas.width)))


def _screen(canvas: Canvas, _brush: Brush) -> None:
    """Print through a fine dot screen, at 45 degrees."""
    pitch = max(3.0, 6.5 * canvas.u)
    turn = np.float32(np.pi / pitch * 0.7071 * 2)
    dots = np.cos((canvas.xs + canvas.ys) * turn) * np.cos((canvas.xs - canvas.ys) * turn)
    tone = canvas.pixels.mean(axis=2)
    # Dots show in the middle tones: neither bare paper nor solid ink has any.
    canvas.shade(1 - dots.astype(np.float32) * np.clip((np.float32(0.93) - tone) * tone * np.float32(0.85), 0, 0.14))


def _corners(canvas: Canvas, brush: Brush) -> None:
    """Mark the corners, as an instrument does."""
    u, inset, arm = canvas.u, 44 * canvas.u, 46 * canvas.u
    for x, way in ((inset, 1), (canvas.width - inset, -1)):
        for y, down in ((inset, 1), (canvas.height - inset, -1)):
            points = ((x + way * arm, y), (x, y), (x, y + down * arm))
            draw_shape(canvas, Stroke(points, max(1.0, 2.4 * u), brush.inks.accent, alpha=0.7))


def _hairlines(canvas: Canvas, brush: Brush) -> None:
    """Rule the picture at its margins, one pixel thin."""
    thin, margin = max(1.0, canvas.u), 0.0415
    for y in (canvas.height * 0.052, canvas.height * 0.948):
        edges = canvas.width * margin, canvas.width * (1 - margin)
        draw_shape(canvas, Bar(edges[0], y, edges[1], y + thin, brush.inks.muted, alpha=0.5))


def _frame(canvas: Canvas, brush: Brush) -> None:
    """Draw a double frame on a margin of paper."""
    u, width, height = canvas.u, canvas.width, canvas.height
    inks = brush.inks
    margin = 40 * u
    sides = (
        (0, 0, width, margin),
        (0, height - margin, width, height),
        (0, 0, margin, height),
        (width - margin, 0, width, height),
    )
    for left, top, right, bottom in sides:
        draw_shape(canvas, Bar(left, top, right, bottom, mix(inks.background, inks.surface, 0.25)))
    for inset, thick in ((40, 5), (54, 1.6)):
        low, high = inset * u, (width - inset * u, height - inset * u)
        points = ((low, low), (high[0], low), (high[0], high[1]), (low, high[1]), (low, low), (low + u, low))
        draw_shape(canvas, Stroke(points, max(1.0, thick * u), inks.ink))


_TEXTURES: dict[Texture, Callable[[Canvas, Brush], None]] = {
    "paper": _paper,
    "vignette": _vignette,
    "scan": _scan,
    "screen": _screen,
}
_ORNAMENTS: dict[Ornament, Callable[[Canvas, Brush], None]] = {
    "corners": _corners,
    "hairlines": _hairlines,
    "frame": _frame,
}

__all__ = ["adorn", "lay"]
