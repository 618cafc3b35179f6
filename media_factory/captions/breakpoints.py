"""What a break after a word costs a reader: nothing at a sentence's end, a lot between an article and its noun.

The order of preference is that of the BBC Subtitle Guidelines and the Netflix Timed Text Style Guide. English has word
lists; other languages have punctuation and figures; Chinese and Japanese have the marks that may not start or end a
line (kinsoku).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SENTENCE, CLAUSE, CONJUNCTION, PREPOSITION, PLAIN, ADJECTIVE = 0.0, 1.0, 2.0, 3.0, 6.0, 15.0
FORBIDDEN = 50.0
KINSOKU = 500.0

_OPENERS = "\"'“‘«([{（「『【〈《〔"
_CLOSERS = "\"'”’»)]}）」』】〉》〕"
_SENTENCE_MARKS = tuple(".!?…。！？؟।")
_CLAUSE_MARKS = tuple(",;:–—、，；：،؛")
_NO_LINE_START = tuple("。、，．！？：；）」』】〉》〕”’ー…ゃゅょっぁぃぅぇぉャュョッァィゥェォ々ๆฯ")
_NO_LINE_END = tuple("（「『【〈《〔“‘([{$€£¥")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CONJUNCTIONS = _words(
    "and but or nor so yet because although though while when whenever where if unless until since than that which who "
    "whose whom as whether"
)
_PREPOSITIONS = _words(
    "of in on at by for with from to into onto about after before between through during without within under over "
    "against among across behind beyond near toward towards upon via per above below along around despite like off"
)
# A break after any of these leaves something open: articles, possessives, pronouns, auxiliaries, negations, quantities.
_OPEN = _words(
    "a an the this these those my your his her its our their every each some any no another both all most "
    "i you he she it we they who there "
    "is are was were be been am has have had do does did will would can could may might must shall should "
    "isn't aren't wasn't weren't hasn't haven't hadn't don't doesn't didn't won't wouldn't can't cannot couldn't "
    "shouldn't not never very more less too about"
)
_TITLES = _words("dr mr mrs ms prof st gen sen rep gov capt lt col sgt sir dame president king queen pope no fig vs")
_CURRENCIES = _words("$ € £ ¥ usd eur gbp us$ chf")
_MONTHS = _words(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec"
)
_ADJECTIVE_ENDINGS = ("ous", "ful", "ive", "able", "ible", "al", "ic", "lar", "nar", "less", "ish", "ary")
_FIGURE = re.compile(r"[$€£¥#]?\d[\d.,:/%–-]*(?:st|nd|rd|th|s)?$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+$")


def break_costs(words: Sequence[str], language: str = "en") -> tuple[float, ...]:
    """Return what a break after each word but the last costs; `FORBIDDEN` and above are to be avoided."""
    costs = [_cost(words, index, language) for index in range(len(words) - 1)]
    for first, last in _short_quotations(words):
        for index in range(first, last):
            costs[index] = max(costs[index], FORBIDDEN)
    return tuple(costs)


def _cost(words: Sequence[str], index: int, language: str) -> float:
    left, right = words[index], words[index + 1]
    if right.startswith(_NO_LINE_START) or left.endswith(_NO_LINE_END):
        return KINSOKU
    english = language.split("-")[0].lower() == "en"
    if _ends_sentence(left, right, english=english):
        return SENTENCE
    if left.rstrip(_CLOSERS).endswith(_CLAUSE_MARKS):
        return CLAUSE
    if _is_figure(left):  # "12 | tonnes" are one, "Apollo 11 | landed" less so
        return FORBIDDEN * 0.6 if index and _is_capital(words[index - 1]) else FORBIDDEN
    cost = _english_cost(words, index) if english else PLAIN
    if _is_figure(right):  # "Apollo | 11", "flight | 370"
        return max(cost, FORBIDDEN if _is_capital(left) else FORBIDDEN * 0.8)
    return cost


def _is_figure(word: str) -> bool:
    return _FIGURE.match(word.strip(_OPENERS + _CLOSERS)) is not None


def _is_capital(word: str) -> bool:
    bare = word.lstrip(_OPENERS)
    return bare[:1].isupper() and bare[-1:].isalpha()


def _ends_sentence(left: str, right: str, *, english: bool) -> bool:
    bare = left.rstrip(_CLOSERS)
    if not bare.endswith(_SENTENCE_MARKS):
        return False
    start = right.lstrip(_OPENERS)[:1]
    if not bare.endswith("."):
        return not start.islower()
    if english and bare[:-1].lower().lstrip(_OPENERS) in _TITLES:
        return False
    if _INITIALS.match(bare.lstrip(_OPENERS)):  # "U.S. Treasury" goes on, "in the U.S. The" does not
        return start.isupper() and right.lower() in _OPEN | _PREPOSITIONS | _CONJUNCTIONS
    return not start.islower()


def _english_cost(words: Sequence[str], index: int) -> float:
    left, right = words[index].strip(_OPENERS), words[index + 1].strip(_OPENERS)
    before, after = left.lower(), right.lower().rstrip(".,;:!?" + _CLOSERS)
    title = before.rstrip(".") in _TITLES and right[:1].isupper() | right[:1].isdigit()
    dated = before.rstrip(".") in _MONTHS and right[:1].isdigit()
    if title or dated or before in _CURRENCIES or before in _OPEN | _PREPOSITIONS or _is_name(words, index):
        return FORBIDDEN
    if before in _CONJUNCTIONS:
        return FORBIDDEN * 0.8
    if after in _CONJUNCTIONS:
        return CONJUNCTION
    if after in _PREPOSITIONS:
        return PREPOSITION
    return ADJECTIVE if before.endswith(_ADJECTIVE_ENDINGS) else PLAIN


def _is_name(words: Sequence[str], index: int) -> bool:
    """Say whether a name goes on after a word: "Neil | Armstrong", "U.S. | Treasury"."""
    left, right = words[index].lstrip(_OPENERS), words[index + 1].lstrip(_OPENERS)
    starts_sentence = index == 0 or words[index - 1].rstrip(_CLOSERS).endswith(_SENTENCE_MARKS)
    initials = _INITIALS.match(left) is not None
    capital = left[:1].isupper() and left[-1:].isalpha() and not starts_sentence
    return (capital or initials) and right[:1].isupper()


def _short_quotations(words: Sequence[str]) -> list[tuple[int, int]]:
    """Return the first and last index of each quotation of two or three words."""
    found: list[tuple[int, int]] = []
    for first, word in enumerate(words):
        if not word.startswith(tuple('"“‘«「『')):
            continue
        for last in range(first, min(first + 3, len(words))):
            if words[last].rstrip(".,;:!?。、").endswith(tuple('"”’»」』')):
                found.append((first, last))
                break
    return found


__all__ = [
    "ADJECTIVE",
    "CLAUSE",
    "CONJUNCTION",
    "FORBIDDEN",
    "KINSOKU",
    "PLAIN",
    "PREPOSITION",
    "SENTENCE",
    "break_costs",
]
