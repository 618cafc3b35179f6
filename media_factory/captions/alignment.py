"""Alignment: when each word of a text is spoken, as the provider says or in proportion to what there is to say."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Literal

from pydantic import Field

from media_factory.captions.words import split_words
from media_factory.errors import BadReply
from media_factory.model import Model
from media_factory.timing import Word

# Lossy codecs pad, and vendors round: a word may seem to end so much after its sound.
TOLERANCE_S = 0.05
_SENTENCE_MARKS = ".!?…。！？؟।"
_CLAUSE_MARKS = ",;:–—、，；：،؛"
_CLOSERS = "\"'”’»)]」』）"
_SENTENCE_PAUSE_S, _CLAUSE_PAUSE_S = 0.45, 0.2
_LONGEST_SHARE_OF_PAUSES = 0.3


class Alignment(Model):
    """The words of a sound in order; times are seconds from its start.

    `method` is "provider" where the speech provider timed the words, "forced" where a vendor's aligner found them,
    "dtw" where another voice that says the same was warped onto the sound, "proportional" where they were spread by
    length.
    """

    words: tuple[Word, ...]
    method: Literal["provider", "forced", "dtw", "proportional"]
    duration_s: float = Field(gt=0)
    confidence: tuple[float, ...] = Field(default=(), description="of each word, 0 to 1, where the method tells")


def align(text: str, language: str, duration_s: float, words: tuple[Word, ...] | None) -> Alignment:
    """Return the alignment of a text with its sound: the provider's words if it gave any, else proportional ones.

    Raises:
        BadReply: the provider's words are not those of the text, or their times can't be right.
    """
    if words is None:
        return Alignment(words=proportional(text, language, duration_s), method="proportional", duration_s=duration_s)
    check_words(words, text, language, duration_s)
    kept = tuple(
        Word(text=word.text, start_s=min(word.start_s, duration_s), end_s=min(word.end_s, duration_s)) for word in words
    )
    return Alignment(words=kept, method="provider", duration_s=duration_s)


def check_words(words: tuple[Word, ...], text: str, language: str, duration_s: float) -> None:
    """Check that words are those of the text and that their times never run backwards or past the sound.

    Raises:
        BadReply: they are not; the message names the first word that is wrong.
    """
    written = split_words(text, language)
    for index, (word, expected) in enumerate(zip(words, written, strict=False)):
        if word.text != expected:
            raise BadReply(f"word {index} of the reply is {word.text!r}, but the text has {expected!r} there")
    if len(words) != len(written):
        raise BadReply(f"the reply times {len(words)} words, but the text has {len(written)}")
    earlier = 0.0
    for index, word in enumerate(words):
        if not earlier <= word.start_s <= word.end_s:
            raise BadReply(
                f"word {index} ({word.text!r}) runs from {word.start_s} to {word.end_s} s, after a word at {earlier} s"
            )
        earlier = word.start_s
        if word.end_s > duration_s + TOLERANCE_S:
            raise BadReply(f"word {index} ({word.text!r}) ends at {word.end_s} s, but the sound at {duration_s} s")


def proportional(text: str, language: str, duration_s: float) -> tuple[Word, ...]:
    """Return the words of a text spread over a sound by how much there is to say, with pauses at its marks.

    Times are rounded to milliseconds; no word begins before the one before it has ended. Pauses take at most 30 % of
    the sound, so that fast speech keeps its words.
    """
    texts = split_words(text, language)
    if not texts:
        return ()
    weights = [_weight(word) for word in texts]
    pauses = [*(_pause_s(word) for word in texts[:-1]), 0.0]
    paused = min(1.0, _LONGEST_SHARE_OF_PAUSES * duration_s / sum(pauses)) if any(pauses) else 0.0
    per_weight = (duration_s - paused * sum(pauses)) / sum(weights)
    spans = [weight * per_weight + pause * paused for weight, pause in zip(weights, pauses, strict=True)]
    starts = [0.0, *accumulate(spans)]
    words: list[Word] = []
    for word, start, span, pause in zip(texts, starts, spans, pauses, strict=False):
        end = min(start + span - pause * paused, duration_s)
        start_s, end_s = (min(round(seconds, 3), duration_s) for seconds in (min(start, end), end))
        words.append(Word(text=word, start_s=start_s, end_s=end_s))
    return tuple(words)


def shifted(words: Sequence[Word], by_s: Fraction) -> tuple[Word, ...]:
    """Return words that are spoken so many seconds later."""
    return tuple(
        Word(text=word.text, start_s=round(word.start_s + float(by_s), 6), end_s=round(word.end_s + float(by_s), 6))
        for word in words
    )


def _weight(word: str) -> float:
    """Return how long a word takes to say, in letters of running English: figures and signs are read out."""
    spelt = word.isupper() and word.isalpha() and len(word) <= 4
    return 1.0 + sum(2.5 if spelt else _letter_weight(character) for character in word)


def _letter_weight(character: str) -> float:
    if character.isdigit():
        return 3.5
    if character in "%$€£&@+=" or unicodedata.category(character) == "So":
        return 6.0
    if not character.isalpha():
        return 0.0
    return 2.5 if unicodedata.east_asian_width(character) in "WF" else 1.0


def _pause_s(word: str) -> float:
    bare = word.rstrip(_CLOSERS)
    if bare.endswith(tuple(_SENTENCE_MARKS)):
        return _SENTENCE_PAUSE_S
    return _CLAUSE_PAUSE_S if bare.endswith(tuple(_CLAUSE_MARKS)) else 0.0


__all__ = ["TOLERANCE_S", "Alignment", "align", "check_words", "proportional", "shifted"]
