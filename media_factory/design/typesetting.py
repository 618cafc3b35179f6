"""Words on a line: the order in which a reader's eye meets them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from bidi import get_display

from media_factory.languages import is_right_to_left

# One stand-in character per word: strong left-to-right ones, and strong right-to-left ones (Mende Kikakui has 190).
_LEFT_STAND_IN, _RIGHT_STAND_IN = 0x4E00, 0x1E800


def visual_order(words: Sequence[str], language: str) -> list[int]:
    """Return the indices of a line's words as they stand from left to right (Unicode bidirectional algorithm)."""
    if not any(_is_right(word) for word in words) and not is_right_to_left(language):
        return list(range(len(words)))
    base = "R" if is_right_to_left(language) else "L"
    stand_ins: list[str] = []
    for index, word in enumerate(words):
        right = _is_right(word) or (base == "R" and not _is_left(word))
        stand_ins.append(chr((_RIGHT_STAND_IN if right else _LEFT_STAND_IN) + index))
    shown = get_display(" ".join(stand_ins), base_dir=base)
    return [stand_ins.index(char) for char in shown if char != " "]


def _is_right(word: str) -> bool:
    return any(unicodedata.bidirectional(c) in ("R", "AL") for c in word)


def _is_left(word: str) -> bool:
    return any(unicodedata.bidirectional(c) == "L" for c in word)


__all__ = ["visual_order"]
