"""Folding: the letters that a text shows, whatever characters it is written with.

`fold` undoes how letters are drawn: full-width, circled and mathematical letters, look-alikes of other scripts, marks
piled on letters, invisible characters. `readings` then gives what a reader may take the folded text for: figures and
signs that stand for letters ("p4ss"), drawn-out letters ("nooo"), and vowels behind a mask ("w*rd"). Every reading is
kept as its letters and figures without anything between them, and where its words begin and end.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate, compress
from unicodedata import combining

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
_GAPS_AND_TOKENS = re.compile(rf"([\W_]*)({_TOKENS.pattern})")
# Numbers of one or two figures before a word may be ages; all other figures may be letters.
_NUMBERS_AND_FIGURES = re.compile(
    r"((?<![a-z0-9@$])[0-9]{1,2}(?=[^a-z0-9]?y[^a-z0-9]?o(?![a-z0-9])|[^a-z0-9]{1,3}[a-z0-9]{2}|[^a-z0-9]*$))|[0-9@$!|+]"
)
_FIGURES = str.maketrans("013457895@$!|+", "oieastbgsasiit")
# A sign is a letter only where it stands before or between letters: "Stop!" ends with a mark.
_SIGNS = re.compile(r"[!|+](?![a-z0-9@$])|(?<![a-z0-9@$])[@$](?![a-z0-9@$])")
# A figure or sign that may stand for a letter: one that touches a letter, or stands alone after a letter that does.
_LEET = re.compile(
    r"[a-z](?:[0-9@$!|+]+[a-z0-9@$]|[@$])|[0-9@$!|+][a-z]|(?<![a-z0-9])[a-z][^a-z0-9]{1,3}[0-9@$](?![a-z0-9])"
)
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1+")
# "w*rd": the sign hides a vowel more often than not.
_MASKED = re.compile(r"(?<=[a-z])[*#](?=[a-z])")
_VOWELS = "aeiou"
_MISREAD = str.maketrans({"ß": "ss", "ẞ": "ss", "δ": "d"})
# The marks that make other letters of kana: ga of ka, pa of ha.
_VOICED = "\u3099\u309a"
_MOST_PASSES = 4


@dataclass(frozen=True)
class Reading:
    """A text's letters and figures in one row, and where its words are.

    Args:
        row: letters and figures, nothing between them.
        starts: where each word begins in the row, rising.
        spaced: whether more than signs stand before each word; `can't` is two words for this.
        odd: in a skeleton, where the words begin that somebody wrote strangely; None elsewhere.
    """

    row: str
    starts: tuple[int, ...]
    spaced: tuple[bool, ...]
    odd: frozenset[int] | None = None

    @property
    def is_skeleton(self) -> bool:
        """Whether phrases must be skeletons to be found in it."""
        return self.odd is not None

    @cached_property
    def ends(self) -> frozenset[int]:
        """Where words end in the row."""
        return frozenset((*self.starts[1:], len(self.row)))

    def cuts(self, start: int, end: int) -> Iterator[tuple[int, bool]]:
        """Give each place between `start` and `end` where a word begins, and whether it is `spaced`."""
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
    text = _without_marks(_SURROGATES.sub(" ", text))
    if not turned:
        text = _INVISIBLE.sub("", text)
    text = str(parse(_SPACES.sub(" ", text), retain_japanese=True, disable_bidi=not turned))
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).lower()


def _without_marks(text: str) -> str:
    """Return a text in compatible letters without their accents, which the library takes for other letters.

    decancer 0.4.1 folds "ó" to "p", "ß" to "b" and "δ" to "6".
    """
    apart = unicodedata.normalize("NFKD", text.translate(_MISREAD))
    return unicodedata.normalize("NFC", apart if apart.isascii() else apart.translate(_marks()))


@cache
def _marks() -> dict[int, None]:
    """Return the marks that are dropped; the last of Unicode's is below the bound."""
    return {code: None for code in range(0x300, 0x1E950) if combining(chr(code)) and chr(code) not in _VOICED}


def spelt(folded: str, *, numbers: bool = True) -> str:
    """Return a folded text with the figures and signs that stand for letters written as letters.

    Args:
        folded: the folded text.
        numbers: whether numbers that may be ages are written as letters too.
    """
    marked = _SIGNS.sub(" ", folded)
    if numbers:
        return marked.translate(_FIGURES)
    return _NUMBERS_AND_FIGURES.sub(lambda found: found[0] if found[1] else found[0].translate(_FIGURES), marked)


def skeleton(word: str) -> str:
    """Return a word with i for l, which look the same, and with no letter doubled."""
    return _DOUBLED.sub(r"\1", word.replace("l", "i"))


def reading(folded: str) -> Reading:
    """Return the reading of a folded text as it stands."""
    found = _GAPS_AND_TOKENS.findall(folded)
    return _row([token for _, token in found], [gap for gap, _ in found])


def skeleton_reading(folded: str, letters: str, lookalikes: frozenset[str] = frozenset()) -> Reading:
    """Return the reading of a text's skeleton.

    Args:
        folded: the folded text.
        letters: the same with its figures spelt as letters, character for character.
        lookalikes: words of the folded text that are written in letters of several scripts and the like.
    """
    tokens = list(_GAPS_AND_TOKENS.finditer(letters))
    row = _row([skeleton(token[2]) for token in tokens], [token[1] for token in tokens])
    odd = (_is_odd(token[2], folded[token.start(2) : token.end()], lookalikes) for token in tokens)
    return Reading(row.row, row.starts, row.spaced, frozenset(compress(row.starts, odd)))


def _row(pieces: list[str], gaps: list[str]) -> Reading:
    starts = accumulate((len(piece) for piece in pieces[:-1]), initial=0) if pieces else ()
    # An apostrophe parts words too: "who're" is no other word.
    return Reading("".join(pieces), tuple(starts), tuple(" " in gap or "'" in gap for gap in gaps))


def _is_odd(token: str, folded: str, lookalikes: frozenset[str]) -> bool:
    """Say whether a word holds figures for letters, look-alikes, or a letter that is drawn out."""
    return token != folded or folded in lookalikes or bool(_DRAWN_OUT.search(token))


def _lookalikes(text: str, folded: str) -> frozenset[str]:
    """Return the folded words that are not what a text has, accents and case apart."""
    if text.isascii():
        return frozenset()
    return frozenset(_TOKENS.findall(folded)).difference(_TOKENS.findall(_without_marks(text).lower()))


def readings(text: str) -> tuple[Reading, ...]:
    """Return everything that a reader may take a text for, the folded text itself first."""
    folded = fold(text)
    letters = spelt(folded) if _LEET.search(folded) else folded
    # Beside the words that figures make, "12" may still be an age.
    found = dict.fromkeys((folded, letters, spelt(folded, numbers=False) if letters != folded else folded))
    if _DRAWN_OUT.search(letters):
        found |= dict.fromkeys((_DRAWN_OUT.sub(r"\1", letters), _DRAWN_OUT.sub(r"\1\1", letters)))
    if _MASKED.search(letters):
        found |= dict.fromkeys(_MASKED.sub(vowel, letters) for vowel in _VOWELS)
    rows = [reading(one) for one in found]
    # Plain letters leave nothing to guess; skeletons are for the rest.
    if (lookalikes := _lookalikes(text, folded)) or len(found) > 1:
        rows.append(skeleton_reading(folded, letters, lookalikes))
    return tuple(rows)


__all__ = ["Reading", "fold", "reading", "readings", "skeleton", "skeleton_reading", "spelt"]
