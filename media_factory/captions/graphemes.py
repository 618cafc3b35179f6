"""Grapheme clusters: what a reader takes for one character, which no line break may cut (after UAX #29)."""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"
_VIRAMA = 9  # canonical combining class: the next consonant is drawn into this one
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_HANGUL_VOWELS_AND_TAILS = range(0x1160, 0x1200)


def clusters(text: str) -> tuple[str, ...]:
    """Return the grapheme clusters of a text in order; joined, they are the text.

    >>> clusters("a👍🏽🇳🇱")
    ('a', '👍🏽', '🇳🇱')
    """
    found: list[str] = []
    for character in text:
        if found and _continues(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return tuple(found)


def _continues(cluster: str, character: str) -> bool:
    code = ord(character)
    if unicodedata.category(character) in ("Mn", "Mc", "Me") or character == _JOINER or code in _SKIN_TONES:
        return True
    last = cluster[-1]
    if last == _JOINER or code in _HANGUL_VOWELS_AND_TAILS:
        return True
    if unicodedata.combining(last) == _VIRAMA:
        return character.isalpha()
    return code in _FLAG_LETTERS and len(cluster) == 1 and ord(last) in _FLAG_LETTERS


__all__ = ["clusters"]
