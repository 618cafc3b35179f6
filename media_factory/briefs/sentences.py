"""The sentences of a text.

pysbd knows where sentences of most spaced scripts end; what it breaks wrongly is put together again here ("5 p.m.
Monday", "Approx. 5", a quotation and its closing mark). Scripts with sentence marks of their own are split by rule.
Only the white space between sentences is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pysbd

_OPENERS = "\"'“‘„«‹([{"
_WIDE_END = re.compile(r"[。！？｡!?]+[”’」』）】〉》)\]]*|\.[”’」』）】)\]]*(?=\s)")
_WIDE_STOP = re.compile(r"[。！？｡，、；：][”’」』）】〉》)\]]*$")
_MARKED_END = re.compile(r"[.!?؟۔]+[\"'”’»)\]]*(?=\s)|[।॥።።།။។]+[\"'”’»)\]]*")
# Thai writes a space, and nothing else, where a clause ends; short runs are names and numbers.
_THAI_END = re.compile(r"(?<=[\u0e00-\u0eff]{8})(?=\s[\u0e00-\u0eff]{8})|(?<=[.!?])(?=\s)")
_RULES = (
    (re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"), _WIDE_END),
    (re.compile(r"[\u0e00-\u0eff]"), _THAI_END),
    (re.compile(r"[\u0600-\u06ff\u0750-\u077f\u0900-\u0dff\u0f00-\u109f\u1200-\u139f\u1780-\u17ff]"), _MARKED_END),
)
_SCRIPT_SHARE = 0.3

_ENDS_IN_TITLE = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Mx|Prof|St|Gen|Col|Lt|Sgt|Capt|Sen|Rep|Gov|Rev|Mt|vs|cf|e\.g|i\.e)\.$")
_ENDS_IN_COUNT = re.compile(r"\b(?:no|nos|fig|figs|approx|ca|art|ch|sec|vol|pp?)\.$", re.IGNORECASE)
_ENDS_IN_CLOCK = re.compile(r"\d\s?[ap]\.\s?m\.$", re.IGNORECASE)
_AFTER_CLOCK = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August"
    r"|(?:Septem|Octo|Novem|Decem)ber|[A-Z]{1,3}T|GMT|UTC|Eastern|Central|Pacific|Mountain)\b"
)
_BRAND = re.compile(r"[a-z]{1,2}[A-Z]")
# French sets its closing mark apart: "Bonjour. »".
_MISSED_END = re.compile(r"\.\s?»(?=\s[A-ZÀ-Þ«])")
_LATE_CLOSING = re.compile(r"\s?[”’»›)\]}]+(?=\s|$)")
_CLOSING = re.compile(r"[”’»›)\]}]|[\"'](?=\s|$)")


def split_sentences(text: str, language: str = "en") -> tuple[str, ...]:
    """Return the sentences of a text in order, with white space made single.

    >>> split_sentences("Dr. Low paid $3.25. “Why?” she asked at 5 p.m. Monday.")
    ('Dr. Low paid $3.25.', '“Why?” she asked at 5 p.m. Monday.')
    """
    flat = " ".join(text.split())
    rule = _rule_for(flat)
    cuts = {match.end() for match in rule.finditer(flat)} if rule else set(_pysbd_cuts(flat, language))
    if rule is None:
        cuts.update(match.end() for match in _MISSED_END.finditer(flat))
    pieces: list[str] = []
    start = 0
    for cut in (*sorted(cuts), len(flat)):
        late = _LATE_CLOSING.match(flat, cut)
        end = late.end() if late else cut
        piece = flat[start:end]
        start = max(start, end)
        if pieces and (_is_torn(pieces[-1], piece) or (rule is None and _is_one_sentence(pieces[-1], piece))):
            pieces[-1] += piece
        elif piece.strip():
            pieces.append(piece)
    return tuple(piece.strip() for piece in pieces)


def join_sentences(sentences: tuple[str, ...]) -> str:
    """Return sentences as one text again, with a space between them where their script writes one."""
    text = ""
    for sentence in sentences:
        text += sentence if not text or _WIDE_STOP.search(text[-4:]) else f" {sentence}"
    return text


def _rule_for(text: str) -> re.Pattern[str] | None:
    """Return the rule for the script that a text is mostly written in, or None for pysbd's."""
    letters = sum(character.isalpha() for character in text) or 1
    for script, rule in _RULES:
        if len(script.findall(text)) / letters >= _SCRIPT_SHARE:
            return rule
    return None


@cache
def _segmenter(language: str) -> pysbd.Segmenter:
    import pysbd  # not every start splits a text
    from pysbd.languages import LANGUAGE_CODES

    primary = language.split("-")[0].lower()
    return pysbd.Segmenter(language=primary if primary in LANGUAGE_CODES else "en", clean=False)


def _pysbd_cuts(flat: str, language: str) -> Iterator[int]:
    """Yield where pysbd ends sentences; where it alters the text, only ends that are beyond doubt."""
    # Its own `segment` finds the sentences in the text again, in quadratic time.
    found = _segmenter(language).processor(flat).process() if flat else []
    bare = re.sub(r"\s", "", flat)
    if re.sub(r"\s", "", "".join(found)) != bare:
        yield from (match.end() for match in _MARKED_END.finditer(flat))
        return
    places = [index for index, character in enumerate(flat) if not character.isspace()]
    count = 0
    for sentence in found:
        count += len(re.sub(r"\s", "", sentence))
        if count:
            yield places[count - 1] + 1


def _is_torn(before: str, after: str) -> bool:
    """Say whether a break leaves a piece without words, or tears a closing mark from its sentence."""
    rest = after.lstrip()
    wordless = not any(map(str.isalnum, rest)) or not any(map(str.isalnum, before))
    quoting = before.endswith(("」", "』")) and rest.startswith(("と", "って"))
    return wordless or quoting or _CLOSING.match(rest) is not None


def _is_one_sentence(before: str, after: str) -> bool:
    """Say whether pysbd broke one sentence in two."""
    rest = after.lstrip()
    if rest == after:
        return True  # "3." and "25%": a break is white space, never inside a word
    word = rest.lstrip(_OPENERS)
    if word[:1].islower() and not _BRAND.match(word):
        return True
    if word[:1].isdigit() and _ENDS_IN_COUNT.search(before):
        return True
    if _ENDS_IN_TITLE.search(before):
        return True
    return _ENDS_IN_CLOCK.search(before) is not None and _AFTER_CLOCK.match(word) is not None


__all__ = ["join_sentences", "split_sentences"]
