"""The words of a text: what is spoken, timed and lit one by one.

Joining the words of a text gives back every character of it that is not white space: captions show the script as it
is written.
"""

from __future__ import annotations

from functools import cache

import budoux

_UNSPACED = {
    "ja": budoux.load_default_japanese_parser,
    "zh": budoux.load_default_simplified_chinese_parser,
    "zh-hant": budoux.load_default_traditional_chinese_parser,
    "zh-tw": budoux.load_default_traditional_chinese_parser,
    "zh-hk": budoux.load_default_traditional_chinese_parser,
    "yue": budoux.load_default_traditional_chinese_parser,
    "th": budoux.load_default_thai_parser,
}


@cache
def _parser(language: str) -> budoux.Parser | None:
    tag = language.lower()
    load = _UNSPACED.get(tag) or _UNSPACED.get(tag.split("-")[0])
    return load() if load else None


def is_spaced(language: str) -> bool:
    """Say whether a language puts spaces between words."""
    return _parser(language) is None


def split_words(text: str, language: str = "en") -> tuple[str, ...]:
    """Return the words of a text in order, with their punctuation.

    A word is what stands between white space; a lone dash or mark belongs to the word before it. In languages without
    spaces it is a phrase that may stand at the end of a line.

    >>> split_words("Rates rose to 3.25% – again.")
    ('Rates', 'rose', 'to', '3.25% –', 'again.')
    """
    parser = _parser(language)
    words: list[str] = []
    for piece in text.split():
        if not any(character.isalnum() for character in piece) and words and not _is_symbol(piece):
            words[-1] += f" {piece}"
        else:
            words.extend(parser.parse(piece) if parser else (piece,))
    return tuple(words)


def _is_symbol(piece: str) -> bool:
    """Say whether a piece without letters is still spoken: &, %, $, +, emoji."""
    return any(character in "&%$+@#€£=" or ord(character) > 0x2190 for character in piece)


__all__ = ["is_spaced", "split_words"]
