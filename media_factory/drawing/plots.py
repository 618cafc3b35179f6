"""Plots: columns, bars or a line, drawn to scale and labelled where the eye is.

Bars stand on zero; a line need not, since every mark carries its value. One mark is lit: the last of a line, else the
largest. Marks keep the order in which the card gives them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from media_factory.design.colour import Floats, legible, mix
from media_factory.design.fitting import Paragraph
from media_factory.drawing.areas import Box
from media_factory.drawing.composition import BODY_RATIO, TITLE_RATIO, Desk
from media_factory.drawing.lettering import Placed, place
from media_factory.drawing.shapes import Bar, Disc, Point, Polygon, Shape, Stroke
from media_factory.drawing.stack import Block, set_block
from media_factory.languages import is_right_to_left
from media_factory.requests import DataPoint

_TIME = re.compile(
    r"(?:.*\b(?:19|20)\d\d\b.*|q[1-4]\b.*|h[12]\b.*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:\s.*)?"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?|(?:day|week|month|year)\s*\d+|\d{1,2}:\d\d|[’']\d\d)",
    re.IGNORECASE,
)
_MOST_BARS = 8

Drawn = tuple[list[Placed], list[Shape]]
Line = tuple[Point, ...]


@dataclass(frozen=True)
class Plot:
    """A place for a chart, what stands in it, and how high its values reach."""

    box: Box
    points: tuple[DataPoint, ...]
    desk: Desk
    ground: Floats

    @property
    def lit(self) -> int:
        """The index of the mark to look at."""
        values = [point.value for point in self.points]
        return len(values) - 1 if is_timeline(self.points) else max(range(len(values)), key=lambda index: values[index])

    @property
    def bar(self) -> Floats:
        """The colour of marks that are not lit."""
        return legible(mix(self.ground, self.desk.inks.accent2, 0.55), self.ground, 3.05)

    @property
    def lit_bar(self) -> Floats:
        """The colour of the lit mark."""
        return legible(self.desk.inks.accent, self.ground, 3.05)

    def note(self, index: int, *, value: bool, width: float) -> Paragraph | None:
        """Return the value or the name of a mark set on one line, or None if it is wider than there is room."""
        point, lit = self.points[index], index == self.lit
        setting = self.desk.title(tabular=True, tracked=False) if value else self.desk.body(tabular=True)
        text = point.shown if value else point.label
        block = Block("note", text, setting, (44 if lit else 36) if value else 33, self.desk.inks.ink, max_lines=1)
        return set_block(block, width, self.desk.u, self.desk.size + 0.08 if not self.desk.tall else 1.0)

    def notes(self, *, name_width: float, value_width: float) -> list[tuple[Paragraph, Paragraph]] | None:
        """Return each mark's name and value set on one line, or None if one is wider than there is room."""
        pairs = []
        for index in range(len(self.points)):
            name = self.note(index, value=False, width=name_width)
            value = self.note(index, value=True, width=value_width)
            if name is None or value is None:
                return None
            pairs.append((name, value))
        return pairs

    def mark(self, index: int, box: Box) -> Bar:
        """Return a mark as a bar."""
        colour = self.lit_bar if index == self.lit else self.bar
        radius = min(self.desk.look.radius_u, 8) * self.desk.u
        return Bar(box.left, box.top, box.right, box.bottom, colour, radius=radius)

    def label(self, index: int, note: Paragraph, left: float, top: float, *, value: bool) -> Placed:
        """Return a mark's value or name in its place."""
        role = f"{'value' if value else 'name'} {index + 1}"
        return place(role, note, left, top, self.colour_of(index, value=value), align="left")

    def colour_of(self, index: int, *, value: bool) -> Floats:
        """Return the ink of a mark's value or name."""
        inks = self.desk.inks
        if value and index == self.lit:
            return legible(inks.accent, self.ground, TITLE_RATIO)
        return legible(inks.ink if value else mix(inks.muted, inks.ink, 0.35), self.ground, BODY_RATIO)


def is_timeline(points: Sequence[DataPoint]) -> bool:
    """Say whether the labels of marks are moments in time."""
    return len(points) >= 3 and all(_TIME.fullmatch(point.label.strip()) for point in points)


def drawn(plot: Plot) -> Drawn | None:
    """Return a chart's labels and marks, or None if there is no room for them."""
    if is_timeline(plot.points) or len(plot.points) > _MOST_BARS:
        return _line(plot)
    return _columns(plot) or _bars(plot)


def _columns(plot: Plot) -> Drawn | None:
    """Stand columns beside each other; None if their labels do not fit under them."""
    count, u, box = len(plot.points), plot.desk.u, plot.box
    slot = box.width / count
    notes = plot.notes(name_width=slot * 0.9, value_width=slot * 0.98)
    if notes is None:
        return None
    high = max(0.0, *(point.value for point in plot.points))
    low = min(0.0, *(point.value for point in plot.points))
    above = max(value.height_px for _, value in notes) + 14 * u
    below = max(name.height_px for name, _ in notes) + 18 * u
    bottom = box.bottom - below - (above if low < 0 else 0)
    scale = (bottom - box.top - above) / ((high - low) or 1.0)
    zero, wide = bottom + low * scale, min(slot * 0.34, 70 * u)
    texts, shapes = list[Placed](), list[Shape]()
    backwards = is_right_to_left(plot.desk.language)
    for index, (name, value) in enumerate(notes):
        x = box.left + slot * ((count - 1 - index if backwards else index) + 0.5)
        y = zero - plot.points[index].value * scale
        shapes.append(plot.mark(index, Box(x - wide, min(y, zero), x + wide, max(y, zero))))
        at = y - value.height_px - 14 * u if plot.points[index].value >= 0 else y + 14 * u
        texts.append(plot.label(index, value, x - value.width_px / 2, at, value=True))
        texts.append(plot.label(index, name, x - name.width_px / 2, box.bottom - below + 18 * u, value=False))
    shapes.append(Bar(box.left, zero - u, box.right, zero + u, plot.desk.quiet(plot.ground)))
    return texts, shapes


def _bars(plot: Plot) -> Drawn | None:
    """Lay bars below each other, names at their start and values at their end; None if there is no room."""
    u, box = plot.desk.u, plot.box
    row = min(box.height / len(plot.points), 96 * u)
    notes = plot.notes(name_width=box.width * 0.44, value_width=box.width * 0.36)
    if notes is None or any(point.value < 0 for point in plot.points):
        return None
    if row < max(note.height_px for pair in notes for note in pair) + 6 * u:
        return None
    start = max(name.width_px for name, _ in notes) + 24 * u
    end = max(value.width_px for _, value in notes) + 18 * u
    scale = (box.width - start - end) / (max(point.value for point in plot.points) or 1.0)
    texts, shapes = list[Placed](), list[Shape]()
    backwards = is_right_to_left(plot.desk.language)
    for index, (name, value) in enumerate(notes):
        middle, long = box.top + row * (index + 0.5), max(plot.points[index].value * scale, 2 * u)
        first = box.right - start - long if backwards else box.left + start
        shapes.append(plot.mark(index, Box(first, middle - row * 0.29, first + long, middle + row * 0.29)))
        at = first - 18 * u - value.width_px if backwards else first + long + 18 * u
        texts.append(plot.label(index, value, at, middle - value.height_px / 2, value=True))
        begin = box.right - name.width_px if backwards else box.left
        texts.append(plot.label(index, name, begin, middle - name.height_px / 2, value=False))
    return texts, shapes


def _line(plot: Plot) -> Drawn | None:
    """Draw a line through the marks, each with its value where there is room; else first, last, highest and lowest."""
    count, u, box = len(plot.points), plot.desk.u, plot.box
    numbers = [point.value for point in plot.points]
    slot = box.width / count
    chosen = set(range(count))
    if not all(
        plot.note(i, value=True, width=slot * 0.98) and plot.note(i, value=False, width=slot * 0.96)
        for i in range(count)
    ):
        chosen = {0, count - 1, numbers.index(max(numbers)), numbers.index(min(numbers))}
    low, high = min(numbers), max(numbers)
    top, bottom = box.top + 62 * u, box.bottom - 54 * u
    floor = bottom - 20 * u
    scale = (floor - top) / ((high - low) or 1.0)
    xs = [box.left + slot * (index + 0.5) for index in range(count)]
    ys = [floor - (value - low) * scale if high > low else (top + floor) / 2 for value in numbers]
    texts, shapes = list[Placed](), list[Shape]()
    shapes.append(Polygon((*zip(xs, ys, strict=True), (xs[-1], bottom), (xs[0], bottom)), plot.lit_bar, alpha=0.13))
    shapes.append(Bar(box.left, bottom, box.right, bottom + max(1.0, 2 * u), plot.desk.quiet(plot.ground)))
    shapes.append(Stroke(tuple(zip(xs, ys, strict=True)), 7 * u, plot.lit_bar))
    for index in range(count):
        lit = index == plot.lit
        if lit or index in chosen:
            shapes.append(Disc(xs[index], ys[index], (15 if lit else 10) * u, plot.lit_bar))
            shapes.append(Disc(xs[index], ys[index], (8 if lit else 5) * u, plot.ground))
    for index in sorted(chosen, key=lambda i: (i != count - 1, i)):
        _label(plot, index, tuple(zip(xs, ys, strict=True)), bottom, texts)
    return texts, shapes


def _label(plot: Plot, index: int, line: Line, bottom: float, texts: list[Placed]) -> None:
    """Add a mark's value beside the line and its name below the axis, unless another label already stands there."""
    u, box = plot.desk.u, plot.box
    for value in (True, False):
        note = plot.note(index, value=value, width=box.width * 0.5)
        if note is None:
            continue
        left = min(max(line[index][0] - note.width_px / 2, box.left), box.right - note.width_px)
        top = _beside(line, index, note, left, bottom, u) if value else bottom + 18 * u
        done = plot.label(index, note, left, top, value=value)
        if not any(_meet(done.box, other.box, 10 * u) for other in texts):
            texts.append(done)


def _beside(line: Line, index: int, note: Paragraph, left: float, bottom: float, u: float) -> float:
    """Return the top of a value that stands above its mark, or below it where the line is nearer above."""
    xs, ys = zip(*line, strict=True)
    near = [x for x in xs if left < x < left + note.width_px]
    passed = np.interp([left - 4 * u, *near, left + note.width_px + 4 * u], xs, ys)
    above, below = float(passed.min()) - 22 * u - note.height_px, float(passed.max()) + 22 * u
    nearer = below - line[index][1] < line[index][1] - above - note.height_px - 4 * u
    return below if nearer and below + note.height_px < bottom - 6 * u else above


def _meet(one: Box, other: Box, near: float) -> bool:
    return (
        one.left < other.right + near
        and other.left < one.right + near
        and one.top < other.bottom
        and other.top < one.bottom
    )


__all__ = ["Plot", "drawn", "is_timeline"]
