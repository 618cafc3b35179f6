"""Line breaking: the lines of a caption, chosen by what each break costs and how even the lines are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from media_factory.captions.breakpoints import break_costs

# A line that misses its share by half the width costs as much as a forbidden break; one that misses a tenth, little.
_UNEVEN = 200.0
_LOWER_IS_LONGER = 0.06
_ORPHAN = 20.0
_ORPHAN_CHARS = 4


class Lines(NamedTuple):
    """Where lines end (indices of words, excluded; the last is the number of words), and what that costs."""

    cost: float
    ends: tuple[int, ...]


def break_lines(
    words: Sequence[str],
    measure: Callable[[Sequence[str]], float],
    max_width: float,
    max_lines: int = 2,
    language: str = "en",
) -> tuple[tuple[str, ...], ...] | None:
    """Return words broken into the fewest lines that fit, at the best places; None if they don't fit.

    Args:
        words: in reading order.
        measure: the width of words on one line, in the unit of `max_width`.
        max_width: what a line may measure; a word that is wider stands on a line of its own.
        max_lines: 1 or more.
        language: BCP 47 tag of the words.
    """

    def width(first: int, end: int) -> float:
        return measure(words[first:end])

    broken = best_lines(words, break_costs(words, language), width, max_width, max_lines)
    if broken is None:
        return None
    return tuple(tuple(words[a:b]) for a, b in zip((0, *broken.ends), broken.ends, strict=False))


def best_lines(
    words: Sequence[str],
    costs: Sequence[float],
    width: Callable[[int, int], float],
    max_width: float,
    max_lines: int,
) -> Lines | None:
    """Return the cheapest breaks into the fewest lines that fit, or None.

    Args:
        words: in reading order.
        costs: of a break after each word but the last, as `break_costs` gives them.
        width: the width of `words[first:end]` on one line.
        max_width: what a line may measure, in the unit of `width`; a single word always fits.
        max_lines: 1 or more.
    """
    for lines in range(1, min(max_lines, len(words)) + 1):
        found = _into(lines, words, costs, width, max_width)
        if found:
            return found
    return None


def _into(
    lines: int,
    words: Sequence[str],
    costs: Sequence[float],
    width: Callable[[int, int], float],
    max_width: float,
) -> Lines | None:
    """Return the cheapest way to set words in exactly so many lines (dynamic programming over lines and ends)."""
    count = len(words)
    whole = width(0, count) if lines > 1 else 0.0
    best: dict[int, Lines] = {0: Lines(0.0, ())}
    for line in range(lines):
        target = whole / lines * (1 + _LOWER_IS_LONGER * (2 * line - lines + 1))
        reached: dict[int, Lines] = {}
        for first, so_far in best.items():
            for end in (count,) if line == lines - 1 else range(first + 1, count):
                wide = width(first, end)
                if wide > max_width and end - first > 1:
                    break
                cost = so_far.cost + (costs[end - 1] if end < count else 0.0)
                if lines > 1:
                    cost += _UNEVEN * ((wide - target) / max_width) ** 2 + _orphan(words[first:end])
                if end not in reached or cost < reached[end].cost:
                    reached[end] = Lines(cost, (*so_far.ends, end))
        best = reached
    return best.get(count)


def _orphan(line: Sequence[str]) -> float:
    return _ORPHAN if len(line) == 1 and len(line[0]) <= _ORPHAN_CHARS else 0.0


__all__ = ["Lines", "best_lines", "break_lines"]
