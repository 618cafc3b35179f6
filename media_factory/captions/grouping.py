"""Which words stand together: the cheapest way to cut words in time into captions of a few lines each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from media_factory.captions.breakpoints import CLAUSE, SENTENCE, break_costs
from media_factory.captions.linebreak import Lines, best_lines
from media_factory.timing import Word

# A line never holds more than some forty words of one letter; this keeps the search short for any text.
_MOST_WORDS = 24
_PER_GROUP = 3.0
_CUT, _ALONE, _TOO_SHORT, _CLAUSE_SHARE = 2.0, 12.0, 80.0, 0.2
_SILENCE_S, _PAUSE_S = 0.5, 0.25

Group = tuple[tuple[Word, ...], ...]


@dataclass(frozen=True)
class Room:
    """What a caption may hold.

    `measure` and `max_width` share a unit. `across` is what it costs to run over a sentence's end (over a comma a
    fifth); `hold_s` how long a caption stays after its last word; `max_words` how many words it has at most.
    """

    measure: Callable[[Sequence[str]], float]
    max_width: float
    max_lines: int
    shortest_s: float
    longest_s: float
    hold_s: float
    across: float
    language: str
    max_words: int | None = None


def group_words(words: Sequence[Word], room: Room) -> list[Group]:
    """Return the words in order, cut into captions and these into lines, where it costs a reader least.

    A line is at most `room.max_width` wide unless it is one word; a caption's words span at most `room.longest_s`
    unless it is one word.
    """
    texts = [word.text for word in words]
    costs = break_costs(texts, room.language)

    @cache
    def width(first: int, end: int) -> float:
        return room.measure(texts[first:end])

    most = min(room.max_words or _MOST_WORDS, _MOST_WORDS)
    best: list[tuple[float, int, Lines]] = [(0.0, 0, Lines(0.0, ()))]
    for end in range(1, len(words) + 1):
        found: tuple[float, int, Lines] | None = None
        for first in range(end - 1, max(-1, end - 1 - most), -1):
            lines = _fit(words, texts, costs, width, room, first, end)
            if lines is None:
                break
            cost = best[first][0] + lines.cost + _cost(words, costs, room, first, end)
            if found is None or cost < found[0]:
                found = (cost, first, lines)
        assert found is not None  # a single word always fits
        best.append(found)
    return _walk_back(words, best)


def _fit(
    words: Sequence[Word],
    texts: Sequence[str],
    costs: Sequence[float],
    width: Callable[[int, int], float],
    room: Room,
    first: int,
    end: int,
) -> Lines | None:
    if end - first > 1 and words[end - 1].end_s - words[first].start_s > room.longest_s:
        return None
    return best_lines(
        texts[first:end],
        costs[first : end - 1],
        lambda a, b: width(first + a, first + b),
        room.max_width,
        room.max_lines,
    )


def _cost(words: Sequence[Word], costs: Sequence[float], room: Room, first: int, end: int) -> float:
    """Return what it costs to show `words[first:end]` together, line breaks aside."""
    cost = _PER_GROUP
    for index in range(first, end - 1):
        silent = words[index + 1].start_s - words[index].end_s >= _SILENCE_S
        if silent or costs[index] == SENTENCE:
            cost += room.across
        elif costs[index] == CLAUSE:
            cost += room.across * _CLAUSE_SHARE
    last = words[end - 1]
    after = words[end].start_s if end < len(words) else float("inf")
    if end < len(words):
        cost += costs[end - 1] * (_CUT / 2 if after - last.end_s >= _PAUSE_S else _CUT)
    if end - first == 1:
        cost += _ALONE
    shown_s = min(after, last.end_s + room.hold_s) - words[first].start_s
    return cost + _TOO_SHORT * max(0.0, 1 - shown_s / room.shortest_s)


def _walk_back(words: Sequence[Word], best: Sequence[tuple[float, int, Lines]]) -> list[Group]:
    groups: list[Group] = []
    end = len(words)
    while end:
        _, first, lines = best[end]
        starts = (0, *lines.ends)
        groups.append(tuple(tuple(words[first + a : first + b]) for a, b in zip(starts, lines.ends, strict=False)))
        end = first
    return groups[::-1]


__all__ = ["Group", "Room", "group_words"]
