"""Phrases: words that are looked for in readings, however they are parted or run together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from media_factory.content.folding import Reading, fold, reading, skeleton_reading

LabelT = TypeVar("LabelT")
# Phrases are kept by their first letters: by four of them where they have as many.
_LEAST, _HEADS = 2, (2, 3, 4)
# Shorter words than these are found by chance where two words meet ("an al…"), or have the skeleton of others.
_PARTED_ANYWHERE, _LEAST_SKELETON, _LEAST_RUN_TOGETHER = 8, 4, 3


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
        """Return where the phrase ends in a reading that has its letters at `start`; None if they are no words."""
        end = start + len(self.row)
        if not (self.open_end or end in text.ends):
            return None
        cuts = list(text.cuts(start, end))
        if text.odd is not None and not any(at in text.odd for at in (start, *(at for at, _ in cuts))):
            return None
        # Spelt out: every letter stands alone, and so does the last.
        if len(cuts) == len(self.row) - 1 and end in text.ends:
            return end
        if len(self.row) >= _PARTED_ANYWHERE:
            return end
        parted = any(spaced and at - start not in self.breaks for at, spaced in cuts)
        return None if parted else end


def phrase(text: str, *, as_skeleton: bool = False) -> Phrase:
    """Return the phrase of a text; a `*` at its end lets its last word go on.

    >>> phrase("Hand grenade*").row
    'handgrenade'

    Raises:
        ValueError: it has fewer than two letters or figures, or a `*` elsewhere than at its end.
    """
    body = text.strip().removesuffix("*")
    if "*" in body:
        raise ValueError("a * may stand at the end only")
    folded = fold(body)
    words = skeleton_reading(folded, folded) if as_skeleton else reading(folded)
    if len(words.row) < _LEAST:
        raise ValueError(f"a phrase needs at least {_LEAST} letters or figures")
    return Phrase(words.row, frozenset(words.starts[1:]), open_end=text.strip().endswith("*"))


ByHead: TypeAlias = dict[str, list[tuple[Phrase, LabelT]]]
Found: TypeAlias = tuple[int, int, LabelT]


class PhraseIndex(Generic[LabelT]):
    """Phrases with labels, found in a reading in one pass over its words."""

    def __init__(self, labelled: Iterable[tuple[str, LabelT]]) -> None:
        self._plain: ByHead[LabelT] = {}
        self._skeletons: ByHead[LabelT] = {}
        for text, label in labelled:
            _add(self._plain, phrase(text), label)
            bones = phrase(text, as_skeleton=True)
            if len(bones.row) >= _LEAST_SKELETON:
                _add(self._skeletons, bones, label)

    def find(self, text: Reading) -> Iterator[Found[LabelT]]:
        """Give where each phrase that stands in a reading begins and ends, and its label."""
        by_head = self._skeletons if text.is_skeleton else self._plain
        for start in text.starts:
            for one, label in _at(by_head, text.row, start):
                if (end := one.end_in(text, start)) is not None:
                    yield start, end, label
                yield from _run_together(by_head, text, start, start + len(one.row), label)


def _at(by_head: ByHead[LabelT], row: str, start: int) -> list[tuple[Phrase, LabelT]]:
    """Return the phrases whose letters stand in a row at a place."""
    heads = (row[start : start + length] for length in _HEADS)
    return [pair for head in heads for pair in by_head.get(head, ()) if row.startswith(pair[0].row, start)]


def _run_together(
    by_head: ByHead[LabelT], text: Reading, start: int, end: int, label: LabelT
) -> Iterator[Found[LabelT]]:
    """Give a phrase that goes over into another without an end of its own, and that other: two words of a hashtag."""
    if end in text.ends or end - start < _LEAST_RUN_TOGETHER:
        return
    for other, other_label in _at(by_head, text.row, end):
        if (last := other.end_in(text, end)) is not None:
            yield start, end, label
            yield end, last, other_label


def _add(by_head: ByHead[LabelT], one: Phrase, label: LabelT) -> None:
    listed = by_head.setdefault(one.row[: _HEADS[-1]], [])
    if (one, label) not in listed:
        listed.append((one, label))


__all__ = ["Phrase", "PhraseIndex", "phrase"]
