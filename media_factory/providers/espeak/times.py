"""When each written word is spoken, from the events of espeak-ng.

The written words are the unit; events only give times. The library merges pairs ("in the" is one event), gives several
events to one number, at positions inside it, and none to what it does not say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from media_factory.timing import Word


@dataclass(frozen=True)
class Event:
    """Something that the library said: a word began, or a phoneme; where in the text, and at which sample."""

    kind: str
    position: int
    sample: int
    name: str = ""

    @property
    def is_pause(self) -> bool:
        """Whether nothing sounds: an unnamed phoneme, a pause mark, or a change of language."""
        return not self.name.strip("_:|") or self.name.startswith("(")


@dataclass(frozen=True)
class SpokenText:
    """The text that is said, and where each written word's part of it begins and ends (excluded)."""

    text: str
    spans: tuple[tuple[int, int], ...]


def _word_at(spans: Sequence[tuple[int, int]], position: int, first: int) -> int | None:
    """Return the index of the word that a position lies in, from `first` on.

    The space right before a word counts as the word: the library names it after some abbreviations.
    """
    said_until = spans[first - 1][1] if first else 0
    for index in range(first, len(spans)):
        start, end = spans[index]
        if start == end:  # nothing is said for it
            continue
        if position < start:
            return index if position == start - 1 >= said_until else None
        if position < end:
            return index
        said_until = end
    return None


def _starts(spans: Sequence[tuple[int, int]], events: Sequence[Event]) -> dict[int, int]:
    """Return the first sample of each word that has an event of its own, both rising."""
    starts: dict[int, int] = {}
    latest, sample = -1, -1
    for event in events:
        if event.kind == "word" and event.sample > sample:
            index = _word_at(spans, event.position, latest + 1)
            if index is not None:
                starts[index] = sample = event.sample
                latest = index
    return starts


def _sounding(events: Sequence[Event], start: int, end: int) -> tuple[int, int]:
    """Return the part of a stretch of samples that sounds: without the pauses at its ends."""
    phonemes = [event for event in events if event.kind == "phoneme" and start <= event.sample < end]
    first = next((index for index, event in enumerate(phonemes) if not event.is_pause), None)
    if first is None:
        return start, end
    last = max(index for index, event in enumerate(phonemes) if not event.is_pause)
    return phonemes[first].sample, phonemes[last + 1].sample if last + 1 < len(phonemes) else end


def _letters(word: str) -> int:
    return max(1, sum(character.isalnum() for character in word))


def word_spans(
    words: Sequence[str], spoken: SpokenText, events: Sequence[Event], samples: int
) -> list[tuple[int, int]]:
    """Return the samples from which and to which (excluded) each word is spoken, rising, none before the last ends.

    Words without an event of their own share the time of the one before them, in proportion to their letters.

    Args:
        words: as written, one for each span of `spoken`.
        spoken: what was said for them.
        events: what the library reported, in order of samples.
        samples: length of the sound.
    """
    starts = _starts(spoken.spans, events)
    starts = {0: 0} | {index: sample for index, sample in starts.items() if index and sample} if words else {}
    edges = [*sorted(starts), len(words)]
    spans: list[tuple[int, int]] = []
    for first, following in pairwise(edges):
        until = starts.get(following, samples)
        start, end = _sounding(events, starts[first], until)
        total = sum(_letters(word) for word in words[first:following])
        done = 0
        for word in words[first:following]:
            begin = start + (end - start) * done // total
            done += _letters(word)
            spans.append((begin, start + (end - start) * done // total))
    return spans


def timed_words(
    words: Sequence[str], spoken: SpokenText, events: Sequence[Event], samples: int, rate_hz: int
) -> tuple[Word, ...]:
    """Return each written word with its times in seconds; see `word_spans`."""
    spans = word_spans(words, spoken, events, samples)
    return tuple(
        Word(text=word, start_s=start / rate_hz, end_s=end / rate_hz)
        for word, (start, end) in zip(words, spans, strict=True)
    )


__all__ = ["Event", "SpokenText", "timed_words", "word_spans"]
