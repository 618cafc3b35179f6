"""Folding: the letters that a text shows, whatever characters it is written with.

`fold` undoes how letters are drawn: full-width, circled and mathematical letters, look-alikes of other scripts, marks
piled on letters, invisible characters. `readings` then gives what a reader may take the folded text for: figures and
signs that stand for letters ("p4ss"), and drawn-out letters ("nooo"). Every reading is kept as its letters and figures
without anything between them, and where its words begin and end.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from decancer_py import parse

# Unicode 16, Default_Ignorable_Code_Point and the control characters that are no white space.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SPACES, _SURROGATES = re.compile(r"\s+"), re.compile("[\ud800-\udfff]")
# Only these turn the order of Latin letters around; what reads right to left by itself is left in its own order.
_OVERRIDES = re.compile("[\u202d\u202e]")
# Scripts that put no spaces between words: every character may begin or end one.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKENS = re.compile(f"[{_UNSPACED}]|[^\\W_{_UNSPACED}]+")
_FIGURES = str.maketrans("013457895@$!|+", "oieastbgsasiit")
# A sign is a letter only where it stands before or between letters: "Stop!" ends with a mark.
_SIGNS = re.compile(r"[!|+](?![a-z0-9@$])|(?<![a-z0-9@$])[@$](?![a-z0-9@$])")
# A figure or sign that may stand for a letter: one that touches a letter, or stands alone after a letter that does.
_LEET = re.compile(
    r"[a-z](?:[0-9@$!|+]+[a-z0-9@$]|[@$])|[0-9@$!|+][a-z]|(?<![a-z0-9])[a-z][^a-z0-9]{1,3}[0-9@$](?![a-z0-9])"
)
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1+")
_MOST_PASSES = 4

Written = Literal["plain", "skeleton"]


@dataclass(frozen=True)
class Reading:
    """A text's letters and figures in one row, and where its words are.

    Args:
        row: letters and figures, nothing between them.
        starts: where each word begins in the row, rising.
        spaced: whether white space stands before each word; else it is parted from the one before by signs alone.
        written: how phrases must be written to be found in it.
    """

    row: str
    starts: tuple[int, ...]
    spaced: tuple[bool, ...]
    written: Written = "plain"

    @cached_property
    def ends(self) -> frozenset[int]:
        """Where words end in the row."""
        return frozenset((*self.starts[1:], len(self.row)))

    def cuts(self, start: int, end: int) -> Iterator[tuple[int, bool]]:
        """Give each place between `start` and `end` where a word begins, and whether white space stands there."""
        for index in range(bisect_right(self.starts, start), bisect_left(self.starts, end)):
            yield self.starts[index], self.spaced[index]


def fold(text: str) -> str:
    """Return a text in lower case with its letters drawn plainly; folding twice changes nothing more.

    >>> fold("Ｐоrt\u200bugués")
    'portugues'
    """
    for _ in range(_MOST_PASSES):
        folded = _folded_once(text)
        if folded == text:
            break
        text = folded
    return text


def _folded_once(text: str) -> str:
    if text.isascii():
        return _SPACES.sub(" ", _INVISIBLE.sub("", text)).lower()
    turned = bool(_OVERRIDES.search(text))
    text = _SURROGATES.sub(" ", text)
    # The library draws "ß" as "b".
    text = unicodedata.normalize("NFKC", text).replace("ß", "ss").replace("ẞ", "ss")
    if not turned:
        text = _INVISIBLE.sub("", text)
    text = str(parse(_SPACES.sub(" ", text), retain_japanese=True, disable_bidi=not turned))
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).lower()


def spelt(folded: str) -> str:
    """Return a folded text with the figures and signs that stand for letters written as letters."""
    return _SIGNS.sub(" ", folded).translate(_FIGURES)


def skeleton(word: str) -> str:
    """Return a word with i for l, which look the same, and with no letter doubled."""
    return _DOUBLED.sub(r"\1", word.replace("l", "i"))


def reading(folded: str, written: Written = "plain") -> Reading:
    """Return the reading of a folded text as it stands, or of its skeleton."""
    pieces, starts, spaced, length, before = [], [], [], 0, 0
    for token in _TOKENS.finditer(folded):
        piece = skeleton(token.group()) if written == "skeleton" else token.group()
        starts.append(length)
        spaced.append(" " in folded[before : token.start()])
        pieces.append(piece)
        length += len(piece)
        before = token.end()
    return Reading("".join(pieces), tuple(starts), tuple(spaced), written)


def readings(text: str) -> tuple[Reading, ...]:
    """Return everything that a reader may take a text for, the folded text itself first."""
    folded = fold(text)
    letters = spelt(folded) if _LEET.search(folded) else folded
    found = dict.fromkeys((folded, letters))
    if _DRAWN_OUT.search(letters):
        found |= dict.fromkeys((_DRAWN_OUT.sub(r"\1", letters), _DRAWN_OUT.sub(r"\1\1", letters)))
    rows = [reading(one) for one in found]
    # Plain letters leave nothing to guess; skeletons are for the rest.
    if len(found) > 1 or folded != _SPACES.sub(" ", text).lower():
        rows.append(reading(letters, "skeleton"))
    return tuple(rows)


__all__ = ["Reading", "Written", "fold", "reading", "readings", "skeleton", "spelt"]
