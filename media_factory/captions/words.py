"""The words of a text: what is spoken, timed and lit one by one.

Joining the words of a text gives back every character of it that is not white space: captions show the script as it
is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import budoux

# Basic Latin to Latin Extended-B, with the punctuation in between.
_LATIN_END = "\u0250"

_UNSPACED = {
    "ja": "load_default_japanese_parser",
    "zh": "load_default_simplified_chinese_parser",
    "zh-hant": "load_default_traditional_chinese_parser",
    "zh-tw": "load_default_traditional_chinese_parser",
    "zh-hk": "load_default_traditional_chinese_parser",
    "yue": "load_default_traditional_chinese_parser",
    "th": "load_default_thai_parser",
}


@cache
def _parser(language: str) -> budoux.Parser | None:
    tag = language.lower()
    load = _UNSPACED.get(tag) or _UNSPACED.get(tag.split("-")[0])
    if load is None:
        return None
    import budoux  # for those few languages, so not in every start

    return cast("budoux.Parser", getattr(budoux, load)())


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
            words.extend(_rejoined(parser.parse(piece)) if parser else (piece,))
    return tuple(words)


def _rejoined(phrases: Iterable[str]) -> list[str]:
    """Return phrases with those joined again that a parser cut inside a number or a Latin word ("3." and "25%")."""
    joined: list[str] = []
    for phrase in phrases:
        if joined and _meets_in_latin(joined[-1], phrase):
            joined[-1] += phrase
        else:
            joined.append(phrase)
    return joined


def _meets_in_latin(left: str, right: str) -> bool:
    return max(left[-1], right[0]) < _LATIN_END


def gap(left: str, right: str, language: str) -> str:
    """Return what stands between two words on a line: a space, or nothing where a language has no spaces.

    Latin words and figures keep their space in such languages too: `split_words` parts them at white space only.
    """
    return " " if is_spaced(language) or _meets_in_latin(left, right) else ""


def join_words(words: Sequence[str], language: str = "en") -> str:
    """Return words as one line of text.

    >>> join_words(("Media", "Factory社の", "対策は"), "ja")
    'Media Factory社の対策は'
    """
    return "".join(
        word if index == 0 else gap(words[index - 1], word, language) + word for index, word in enumerate(words)
    )


def _is_symbol(piece: str) -> bool:
    """Say whether a piece without letters is still spoken: &, %, $, +, emoji."""
    return any(character in "&%$+@#€£=" or ord(character) > 0x2190 for character in piece)


__all__ = ["gap", "is_spaced", "join_words", "split_words"]
