"""Reading: the card that a plain prompt asks for by a quotation, numbers to compare, or one that matters."""

from __future__ import annotations

import re

from media_factory.requests import Card, DataPoint

_QUOTE = re.compile(r"[“\"„«]\s*([^“”\"„«»]{12,240}?)\s*[”\"“»]")
_BY = re.compile(r"(?:—|–|\s-|\b(?:said|says|by|according to))\s*((?:[A-Z][\w.'’-]*\s?){1,4})")
_MAGNITUDE = r"(?:k|m|bn|million|billion|trillion)\b"
_AMOUNT = (
    rf"(?:[$€£¥₹]\s?\d(?:[\d,.]*\d)?(?:\s?{_MAGNITUDE})?"
    r"|[+\-−]?\d[\d,.]*\s?(?:%|percent\b|per cent\b|million\b|billion\b|trillion\b)"
    r"|\b\d{1,3}(?:,\d{3})+\b)"
)
_FIGURE = re.compile(_AMOUNT, re.IGNORECASE)
_NAME = r"(?:[A-Z][\w.'’-]*|(?:19|20)\d\d|Q[1-4])(?:\s[A-Z][\w.'’-]*)?(?:\s(?:19|20)\d\d)?"
_PAIR = re.compile(rf"(?:^|[,;:(]|\band\b)\s*({_NAME})\s*[:=]?\s*({_AMOUNT}|\d+(?:\.\d+)?)(?=\s*(?:[,;).]|$|\band\b))")
_TIMES = {"k": 1e3, "m": 1e6, "bn": 1e9, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_LONGEST_QUOTE_WORDS, _SHORTEST_QUOTE_WORDS, _LONGEST_LABEL = 28, 4, 90


def card_from_prompt(prompt: str) -> Card:
    """Return the card that a prompt's own words ask for; "art" when they ask for none.

    >>> card_from_prompt("Mortgage rates fall to 3.25%").figure
    '3.25%'
    >>> card_from_prompt("a calm sea at night").layout
    'art'
    """
    return _quoted(prompt) or _compared(prompt) or _figured(prompt) or Card(layout="art")


def _quoted(prompt: str) -> Card | None:
    for match in _QUOTE.finditer(prompt):
        words = match.group(1).split()
        if _SHORTEST_QUOTE_WORDS <= len(words) <= _LONGEST_QUOTE_WORDS:
            by = _BY.search(prompt, match.end()) or _BY.search(prompt[: match.start()])
            return Card(layout="quote", headline=match.group(1), attribution=by.group(1).strip(" .,") if by else None)
    return None


def _compared(prompt: str) -> Card | None:
    head, _, tail = prompt.rpartition(":") if ":" in prompt else ("", "", prompt)
    for heading, text in ((prompt.partition(":")[0], prompt.partition(":")[2]), (head, tail), ("", prompt)):
        points = []
        for match in _PAIR.finditer(text):
            value = number_in(match.group(2))
            if value is not None:
                points.append(DataPoint(label=match.group(1).strip(), value=value, shown=match.group(2).strip()))
        if len(points) >= 3 and len({_unit(point.shown) for point in points}) == 1:
            return Card(layout="chart", headline=heading.strip() or None, points=tuple(points))
    return None


def _figured(prompt: str) -> Card | None:
    match = _FIGURE.search(prompt)
    if match is None:
        return None
    sentence = re.split(r"(?<=[.!?])\s|\n", prompt.strip())[0].rstrip(".")
    if match.group(0) not in sentence or len(sentence) > _LONGEST_LABEL:
        sentence = next((part.strip() for part in re.split(r"[,;:](?!\d)", sentence) if match.group(0) in part), "")
    return Card(
        layout="figure",
        figure=match.group(0).strip(),
        figure_label=sentence if 0 < len(sentence) <= _LONGEST_LABEL else None,
    )


def number_in(text: str) -> float | None:
    """Return the number that a figure shows, its magnitude word applied; None if it shows none.

    >>> number_in("$1.2 million")
    1200000.0
    """
    found = re.search(r"[+\-−]?\d[\d,]*(?:\.\d+)?", text)
    if not found:
        return None
    value = float(found.group(0).replace(",", "").replace("−", "-"))
    word = re.search(r"\d\s?(k|m|bn|million|billion|trillion)\b", text, re.IGNORECASE)
    return value * _TIMES[word.group(1).lower()] if word else value


def _unit(shown: str) -> str:
    """Return what is left of a figure without its digits."""
    return re.sub(r"[\d.,\s+\-−]", "", shown).lower()


__all__ = ["card_from_prompt", "number_in"]
