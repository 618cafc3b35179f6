"""From characters in time to words in time.

ElevenLabs times characters, in pieces of its own choosing, of the text as it understood it: white space may be gone,
letters recomposed, a figure or a tag left out. A word of ours begins with the first and ends with the last of its
characters that are spoken; marks are left out, since theirs is the pause behind the word.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from media_factory.captions.words import split_words
from media_factory.errors import BadReply
from media_factory.timing import Word

# A text of which less was found is another text; words that were not found share the time between the others.
_ENOUGH = 0.75
# How far to look for the place where both texts agree again, and over how many characters they must.
_WINDOW, _AGREEMENT = 48, 3
_JITTER_S = 0.05
_SPOKEN_MARKS = "&%@#"
Span = tuple[float, float]


def timed_characters(texts: object, starts: object, ends: object, *, vendor: str) -> tuple[Word, ...]:
    """Return what a vendor says of characters, checked: three lists of one length, and times that never run backwards.

    Raises:
        BadReply: they are not.
    """
    lists = [one for one in (texts, starts, ends) if isinstance(one, Sequence) and not isinstance(one, str)]
    if len(lists) != 3 or len({len(one) for one in lists}) != 1:
        raise BadReply(f"{vendor} sent characters and times that do not belong together")
    found: list[Word] = []
    earlier = 0.0
    for text, start, end in zip(*lists, strict=True):
        if not isinstance(text, str) or not (_is_time(start) and _is_time(end)):
            raise BadReply(f"{vendor} sent a character without a time")
        if start < earlier - _JITTER_S or end < start - _JITTER_S:
            raise BadReply(f"{vendor} sent times that run backwards, from {earlier} s to {start} and {end} s")
        earlier = max(start, earlier)
        if text:
            found.append(Word(text=text, start_s=earlier, end_s=max(end, earlier)))
    return tuple(found)


def words_of(
    text: str, language: str, characters: Sequence[Word], vendor: str, sent: str | None = None
) -> tuple[Word, ...]:
    """Return when each word of a text is spoken.

    Args:
        text: the text.
        language: its BCP 47 tag.
        characters: the vendor's characters, in order, one or more in each.
        vendor: whose they are.
        sent: the text as it was sent, which ends in as many characters as the text has; the text itself if None.

    Raises:
        BadReply: the characters are those of another text.
    """
    words = split_words(text, language)
    written = sent if sent is not None else text
    owners = [None] * (len(written) - len(text)) + _owners(text, words)
    spans = _spans(written, owners, characters, len(words), vendor)
    return tuple(
        Word(text=word, start_s=round(start, 3), end_s=round(end, 3))
        for word, (start, end) in zip(words, spans, strict=True)
    )


def _owners(text: str, words: Sequence[str]) -> list[int | None]:
    """Return for each character of a text which word it belongs to; white space belongs to none."""
    letters = iter([index for index, word in enumerate(words) for character in word if not character.isspace()])
    return [None if character.isspace() else next(letters, None) for character in text]


def _keys(text: str) -> str:
    """Return what is compared of a character: its letters, without case, width or accents."""
    return "".join(
        one
        for one in unicodedata.normalize("NFKD", text).casefold()
        if not unicodedata.combining(one) and not one.isspace()
    )


def _spans(
    written: str, owners: Sequence[int | None], characters: Sequence[Word], count: int, vendor: str
) -> list[Span]:
    """Return each word's first start and last end; words that were not found get the time between their neighbours."""
    ours = [(key, at) for at, character in enumerate(written) for key in _keys(character)]
    theirs = [(key, at) for at, piece in enumerate(characters) for key in _keys(piece.text)]
    pairs = _paired("".join(key for key, _ in ours), "".join(key for key, _ in theirs))
    heard: list[list[Span]] = [[] for _ in range(count)]
    marks: list[list[Span]] = [[] for _ in range(count)]
    asked = found = 0
    for (_, at), pair in zip(ours, pairs, strict=True):
        owner, letter = owners[at], written[at].isalnum()
        asked += letter and owner is not None
        if owner is None or pair is None:
            continue
        found += letter
        piece = characters[theirs[pair][1]]
        (heard if _is_spoken(written[at]) else marks)[owner].append((piece.start_s, piece.end_s))
    if found < _ENOUGH * asked or not any((*heard, *marks)):
        raise BadReply(f"{vendor} timed {found} of the text's {asked} letters; the others are not in its answer")
    timed = [_hull(one or other) for one, other in zip(heard, marks, strict=True)]
    return _filled(timed)


def _hull(spans: Sequence[Span]) -> Span | None:
    return (spans[0][0], max(end for _, end in spans)) if spans else None


def _filled(spans: Sequence[Span | None]) -> list[Span]:
    """Return the spans with each run of missing ones spread over what lies between its neighbours."""
    known = [-1, *(at for at, span in enumerate(spans) if span), len(spans)]
    filled: list[Span] = []
    for left, right in pairwise(known):
        before, after = (spans[left] if left >= 0 else None), (spans[right] if right < len(spans) else None)
        begin = before[1] if before else 0.0
        # Where a vendor's piece holds letters of both neighbours, they overlap.
        begin, end = (min(begin, after[0]), after[0]) if after else (begin, begin)
        step = (end - begin) / max(1, right - left - 1)
        filled += [(begin + step * index, begin + step * (index + 1)) for index in range(right - left - 1)]
        if after:
            filled.append(after)
    return filled


def _paired(written: str, spoken: str) -> list[int | None]:
    """Return for each character of one text where it stands in the other, in order; None where it does not."""
    found: list[int | None] = [None] * len(written)
    at = on = 0
    while at < len(written) and on < len(spoken):
        if written[at] == spoken[on]:
            found[at] = on
            at, on = at + 1, on + 1
            continue
        steps = _next_agreement(written[at : at + 2 * _WINDOW], spoken[on : on + 2 * _WINDOW])
        if steps is None:
            break
        at, on = at + steps[0], on + steps[1]
    return found


def _next_agreement(written: str, spoken: str) -> tuple[int, int] | None:
    for skipped in range(1, _WINDOW + 1):
        for at in range(skipped + 1):
            ours, theirs = (text[start : start + _AGREEMENT] for text, start in ((written, at), (spoken, skipped - at)))
            if ours and ours == theirs:
                return at, skipped - at
    return None


def _is_spoken(character: str) -> bool:
    return character in _SPOKEN_MARKS or unicodedata.category(character)[0] not in "PZC"


def _is_time(value: object) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= -_JITTER_S
    )


__all__ = ["timed_characters", "words_of"]
