"""How long a text takes to say, before anybody has said it.

Rates are words a minute of English. Scripts without spaces are counted by how many of their characters fill the time
of such a word (Chinese 220 to 260 characters a minute, Japanese 300 to 350).
"""

from __future__ import annotations

import re

from media_factory.briefs import limits
from media_factory.briefs.fields import refusal

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = r"\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_HANGUL = r"\uac00-\ud7af"
_STACKED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_CHARACTERS_PER_WORD = tuple(
    (re.compile(f"[{block}]"), per_word)
    for block, per_word in ((_HAN, 1.6), (_KANA, 2.3), (_HANGUL, 2.1), (_STACKED, 5.0))
)
_UNCOUNTED = re.compile(f"[{_HAN}{_KANA}{_HANGUL}{_STACKED}]+")
# "1,250" is said in four words and written as one.
_DIGITS_PER_WORD = 2.0


def spoken_words(text: str) -> float:
    """Return how many English words take as long to say as a text."""
    words = sum(len(pattern.findall(text)) / per_word for pattern, per_word in _CHARACTERS_PER_WORD)
    for word in _UNCOUNTED.sub(" ", text).split():
        if any(character.isalnum() for character in word):
            words += 1 + max(0, sum(character.isdigit() for character in word) - 1) / _DIGITS_PER_WORD
    return words


def spoken_seconds(text: str, rate_wpm: int) -> float:
    """Return about how long a text takes to say at a rate in words a minute."""
    return spoken_words(text) * 60 / rate_wpm


def check_duration(field: str, found_s: float, rate_wpm: int) -> None:
    """Refuse a text that takes longer to say than a product may last.

    Raises:
        PydanticCustomError: it does; the error names the field.
    """
    if found_s > limits.MAX_DURATION_S:
        raise refusal(
            f"takes about {found_s:,.0f} seconds to say at {rate_wpm} words a minute; "
            f"at most {limits.MAX_DURATION_S} are allowed",
            field,
        )


__all__ = ["check_duration", "spoken_seconds", "spoken_words"]
