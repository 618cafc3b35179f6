"""Phrases: words that are looked for in readings, however they are parted or run together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from media_factory.content.folding import Reading, Written, fold, reading, skeleton, spelt

LabelT = TypeVar("LabelT")
_HEAD = 2
# Shorter words than these are found by chance where two words meet ("an al…"), or have the skeleton of others.
_PARTED_ANYWHERE, _LEAST_SKELETON = 8, 4


@dataclass(frozen=True)
class Phrase:
    """One phrase as a reading writes it.

    Args:
        row: its letters and figures, nothing between them.
        breaks: where its second word and those after it begin.
        open_end: whether its last word may go on.
    """

    row: str
    breaks: frozenset[int]
    open_end: bool

    def end_in(self, text: Reading, start: int) -> int | None:
        """Return where the phrase ends in a reading if it stands at `start`, where a word begins; else None."""
        end = start + len(self.row)
        if not text.row.startswith(self.row, start) or not (self.open_end or end in text.ends):
            return None
        cuts = list(text.cuts(start, end))
        # Spelt out: every letter stands alone, and so does the last.
        if len(cuts) == len(self.row) - 1 and end in text.ends:
            return end
        if len(self.row) >= _PARTED_ANYWHERE:
            return end
        parted = any(spaced and at - start not in self.breaks for at, spaced in cuts)
        return None if parted else end


def phrase(text: str, written: Written = "plain") -> Phrase:
    """Return the phrase of a text; a `*` at its end lets its last word go on.

    >>> phrase("Hand grenade*").row
    'handgrenade'

    Raises:
        ValueError: it has fewer than two letters or figures, or a `*` elsewhere than at its end.
    """
    body = text.strip().removesuffix("*")
    if "*" in body:
        raise ValueError("a * may stand at the end only")
    words = reading(fold(body), written)
    if len(words.row) < _HEAD:
        raise ValueError(f"a phrase needs at least {_HEAD} letters or figures")
    return Phrase(words.row, frozenset(words.starts[1:]), open_end=text.strip().endswith("*"))


class PhraseIndex(Generic[LabelT]):
    """Phrases with labels, found in a reading in one pass over its words."""

    def __init__(self, labelled: Iterable[tuple[str, LabelT]]) -> None:
        self._by_head: dict[Written, dict[str, list[tuple[Phrase, LabelT]]]] = {"plain": {}, "skeleton": {}}
        for text, label in labelled:
            self._add("plain", phrase(text), label)
            # In the readings that spell figures as letters, "12" is "i2" and so on.
            if (letters := spelt(fold(text))) != fold(text):
                self._add("plain", phrase(letters), label)
            if len(skeleton(phrase(text).row)) >= _LEAST_SKELETON:
                self._add("skeleton", phrase(text, "skeleton"), label)

    def _add(self, written: Written, one: Phrase, label: LabelT) -> None:
        listed = self._by_head[written].setdefault(one.row[:_HEAD], [])
        if (one, label) not in listed:
            listed.append((one, label))

    def find(self, text: Reading) -> Iterator[tuple[int, int, LabelT]]:
        """Give where each phrase that stands in a reading begins and ends, and its label."""
        by_head = self._by_head[text.written]
        for start in text.starts:
            for one, label in by_head.get(text.row[start : start + _HEAD], ()):
                if (end := one.end_in(text, start)) is not None:
                    yield start, end, label


__all__ = ["Phrase", "PhraseIndex", "phrase"]
