"""Breaking lines: as few as possible, balanced, and where a reader may pause."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import accumulate

# Words that should not end a line: the next word belongs to them.
_CLINGING_WORDS = (
    "a an the of to in on at for by and or with from as is no dr. mr. mrs. ms. st. & – — "
    "der die das ein eine la le les un una de du el los y e o"
)
_CLINGING = frozenset(_CLINGING_WORDS.split())


def broken(
    words: Sequence[str], widths: Sequence[float], space: float, width_px: float
) -> tuple[tuple[int, int], ...] | None:
    """Return lines as ranges of words: as few as possible, balanced, no lone word at the end where it can be helped.

    Args:
        words: the text's words.
        widths: their widths in pixels.
        space: the width between two words.
        width_px: what a line may be wide.

    Returns:
        None if there is no word, or one is wider than a line.
    """
    if not words or max(widths) > width_px:
        return None
    # Whole units of 1/64 px, as fonts measure: sums of them are exact, so a line that fits always fits.
    sums = (0, *accumulate(round(64 * width) + round(64 * space) for width in widths))
    gap, room = round(64 * space), round(64 * width_px) / 64

    def length(first: int, end: int) -> float:
        return (sums[end] - sums[first] - gap) / 64

    fewest, start = 1, 0
    for end in range(1, len(words) + 1):
        if length(start, end) > room:
            fewest, start = fewest + 1, end - 1
    ideal = min(room, length(0, len(words)) / fewest)

    def cost(first: int, end: int) -> float:
        wide = length(first, end)
        if wide > room:
            return math.inf
        return ((wide - ideal) / ideal) ** 2 + _penalty(words, first, end, fewest)

    return _cheapest(len(words), fewest, cost)


def _cheapest(count: int, lines: int, cost: Callable[[int, int], float]) -> tuple[tuple[int, int], ...]:
    """Return the cheapest way to cut `count` words into so many lines."""
    # rows[k][end]: the least cost of setting words[:end] in k lines, and where the last of them starts.
    rows: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for _ in range(lines):
        row: dict[int, tuple[float, int]] = {}
        for first, (before, _start) in rows[-1].items():
            for end in range(first + 1, count + 1):
                total = before + cost(first, end)
                if total == math.inf:
                    break
                if end not in row or total < row[end][0]:
                    row[end] = (total, first)
        rows.append(row)
    found, end = list[tuple[int, int]](), count
    for row in reversed(rows[1:]):
        first = row[end][1]
        found.append((first, end))
        end = first
    return tuple(reversed(found))


def _penalty(words: Sequence[str], first: int, end: int, fewest: int) -> float:
    """Return what it costs, beside its length, to set words[first:end] as a line."""
    cost, count = 0.0, len(words)
    if end == count and end - first == 1 and fewest > 1 and len(words[first]) < 9:
        cost += 0.6
    if end < count:
        last = words[end - 1].lower()
        if last in _CLINGING:
            cost += 0.30
        elif last[-1:] in ",.;:!?—–":
            cost -= 0.04
        if any(char.isdigit() for char in last[-2:]) and words[end][:1].islower():
            cost += 0.10
    return cost


__all__ = ["broken"]
