"""Comparisons that a text makes between its figures, as the marks of a chart.

Labels are words of the text. A chart is made only if every mark has one of its own: better none than a wrong one.
"""

from __future__ import annotations

import re
from itertools import pairwise

from media_factory.briefs.figures import Figure
from media_factory.requests import DataPoint

_MAX_POINTS = 6
_LABEL_CHARS = 24
_EDGE = re.compile(r"^[\s,;.]+|[\s,;.]+$")
_LEADING = re.compile(
    r"^(?:(?:in|by|for|on|at|during|of|as of|among|and|but|or|then|while|against)\s+)+", re.IGNORECASE
)
_TRAILING = re.compile(
    r"(?:[\s,;]+|^)(?:and|but|or|then|to|from|while|against|with|at|by|in|of|is|was|were|had|has|reached|hit|about|nearly|only)$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d\b")
_CAPITALISED = re.compile(r"[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+){0,2}")


def points_in(text: str, figures: tuple[Figure, ...]) -> tuple[DataPoint, ...]:
    """Return the marks that a text's figures make: three to six of one kind with labels, or a "from" and a "to"."""
    kinds = [figure.kind for figure in figures]
    kind = max(dict.fromkeys(kinds), key=kinds.count, default="")
    alike = tuple(figure for figure in figures if figure.kind == kind)
    if len({figure.value for figure in alike}) < 2 or kinds.count(kind) != len(kinds) or len(alike) > _MAX_POINTS:
        return ()
    labels = _labels_after(text, alike) or _labels_before(text, alike) if len(alike) > 2 else _from_and_to(text, alike)
    points = [
        DataPoint(label=label, value=figure.value, shown=figure.shown)
        for label, figure in zip(labels, alike, strict=False)
    ]
    return tuple(reversed(points)) if labels[:1] == ["to"] else tuple(points)


def _from_and_to(text: str, figures: tuple[Figure, ...]) -> list[str]:
    first, second = figures
    lead = text[: first.start].split()[-1:]
    gap = _EDGE.sub("", text[first.end : second.start])
    words = [lead[0].lower() if lead else "", gap.split()[-1].lower() if gap else ""]
    if sorted(words) != ["from", "to"]:
        return []
    between = gap[: -len(words[1])]
    return _proper([between, _ending(text, second)]) or (words if not between.strip(" ,") else [])


def _labels_after(text: str, figures: tuple[Figure, ...]) -> list[str]:
    gaps = [text[one.end : other.start] for one, other in pairwise(figures)]
    return _proper([*gaps, _ending(text, figures[-1])])


def _labels_before(text: str, figures: tuple[Figure, ...]) -> list[str]:
    gaps = [text[one.end : other.start] for one, other in pairwise(figures)]
    named = _CAPITALISED.findall(text[: figures[0].start])
    return _proper([named[-1], *gaps]) if named else []


def _ending(text: str, figure: Figure) -> str:
    return re.split(r"[,;.!?]", text[figure.end :], maxsplit=1)[0]


def _proper(gaps: list[str]) -> list[str]:
    """Return the labels that stand in the gaps between figures, or none if one gap holds no label of its own."""
    labels = []
    for gap in gaps:
        label = _EDGE.sub("", gap)
        while (shorter := _EDGE.sub("", _TRAILING.sub("", label))) != label:
            label = shorter
        label = _LEADING.sub("", label)
        year = _YEAR.match(label)
        labels.append(year.group() if year else label)
    fit = all(label and len(label) <= _LABEL_CHARS and len(label.split()) <= 3 for label in labels)
    return labels if fit and len(set(labels)) == len(labels) else []


__all__ = ["points_in"]
