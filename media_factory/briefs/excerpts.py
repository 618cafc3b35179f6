"""Excerpts of a sentence that can stand alone on a picture: what a figure counts, who is quoted, a name.

An excerpt is always a run of the text as it is written. Where none reads well, there is none.
"""

from __future__ import annotations

import re

from media_factory.briefs.figures import Figure


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LABEL_CHARS, _LABEL_WORDS, _CLAUSE_CHARS = 40, 7, 60
_CLAUSE_END = re.compile(r"[,;:!?…—–]\s|\s[—–-]\s|[。，；：！？、،؛؟।]")
_JOINING = _words("and but or so because while when as that which who than then since after before if though")
_PLACING = _words("at to by in on from for with over under about around near nearly almost only just into per within")
_BEING = _words("is are was were be been has have had will would could can did does do")
_ARTICLES = _words("a an the its their his her our this that these some more most roughly up")
_MEASURING = _words("ahead away behind long wide high deep tall old apart each more less off out")
_TIMING = _words("today yesterday tomorrow now again already still last next this later earlier ago")

_NEVER_FIRST = _JOINING | _PLACING | _BEING | _TIMING | _MEASURING
_SHORT_CLAUSE_WORDS = 4

_NAME = r"[A-Z][\w.’'-]+(?:\s(?:(?:of|de|van|von|al|the)\s)?[A-Z][\w.’'-]+){0,3}"
_SAYING = r"(?:said|says|told|added|wrote|asked|recalled|announced|reported|called|declared|explained|warned|argued)"
_SAID_BY = (
    re.compile(rf"\b{_SAYING}\s({_NAME})"),
    re.compile(rf"({_NAME}),?\s(?:\w+ly\s)?{_SAYING}\b"),
    re.compile(rf"({_NAME})\s?:\s*$"),
)
_PRONOUNS = _words("He She It They We I You The A An This That Then But And When Who One")
_QUOTE = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|«\s?([^«»]+?)\s?»|„([^„“”]+)[“”]|「([^「」]+)」|『([^『』]+)』")
# Inside a sentence, and not one of several names in a row.
_PROPER = re.compile(
    r"(?<=[a-z]\s)(?<!\band\s)[A-Z][a-z’'-]+(?:\s(?:(?:of|the|for|de)\s){0,2}[A-Z][a-z’'-]+){1,3}\b(?!,?\s(?:and\s)?[A-Z])"
)


def clause_around(text: str, start: int, end: int) -> str:
    """Return the clause of a sentence in which a place lies."""
    first, last = 0, len(text)
    for match in _CLAUSE_END.finditer(text):
        if match.end() <= start:
            first = match.end()
        elif match.start() >= end:
            last = match.start()
            break
    return text[first:last].strip().rstrip(".!?")


def label_of(figure: Figure, text: str, language: str = "en") -> str | None:
    """Return what a figure counts: the words after it, else those before it; in languages but English, its clause.

    >>> from media_factory.briefs.figures import figures_in
    >>> text = "For a $300,000 mortgage, the yield jumped 12 basis points."
    >>> [label_of(figure, text) for figure in figures_in(text)]
    ['mortgage', 'the yield jumped']
    """
    clause = clause_around(text, figure.start, figure.end)
    if language.split("-")[0] != "en":
        return clause if len(clause) <= _CLAUSE_CHARS else None
    before, _, after = clause.partition(figure.shown)
    is_end_of_list = " and " in before and not text.startswith(clause)
    return _words_after(after) or (None if is_end_of_list else words_before(before))


def _words_after(text: str) -> str | None:
    words = text.split()
    if not words or words[0].lower() in _NEVER_FIRST:
        return None
    if len(words) <= _SHORT_CLAUSE_WORDS:
        return " ".join(words)
    end = next(
        (i for i, word in enumerate(words) if word.lower() in _JOINING | _PLACING - {"per"} | _TIMING), len(words)
    )
    label = " ".join(words[:end])
    return label if end <= _LABEL_WORDS and len(label) <= _LABEL_CHARS else None


def words_before(text: str) -> str | None:
    """Return the end of what leads up to a figure, without the words that only lead on."""
    words = text.split()
    while words and words[-1].lower() in _PLACING | _BEING | _ARTICLES | _JOINING | {"of"}:
        words.pop()
    while words and words[0].lower() in _JOINING:
        words.pop(0)
    if len(words) > _LABEL_WORDS or len(" ".join(words)) > _LABEL_CHARS:
        starts = [i for i, word in enumerate(words) if word.lower() in _ARTICLES and len(words) - i <= _LABEL_WORDS]
        words = words[starts[0] :] if starts else []
    label = " ".join(words)
    return label if label and len(label) <= _LABEL_CHARS else None


def quote_in(text: str, language: str = "en") -> tuple[str, str | None] | None:
    """Return the longest quotation of a text that fits a card, without its marks, and who is quoted, or None."""
    matches = [(next(filter(None, match.groups())).strip(), match) for match in _QUOTE.finditer(text)]
    fitting = [(words, match) for words, match in matches if _fits_a_card(words)]
    if not fitting:
        return None
    words, match = max(fitting, key=lambda found: len(found[0]))
    speaker = _speaker(text[match.end() :]) or _speaker(text[: match.start()]) if language.startswith("en") else None
    return words.rstrip(","), speaker


def _fits_a_card(quote: str) -> bool:
    return (4 <= len(quote.split()) <= 28 and len(quote) <= 180) or (" " not in quote and 8 <= len(quote) <= 60)


def _speaker(text: str) -> str | None:
    for pattern in _SAID_BY:
        for match in pattern.finditer(text):
            name = match[1].rstrip(".,")
            if name.split()[0] not in _PRONOUNS:
                return name
    return None


def name_in(text: str, language: str = "en") -> str | None:
    """Return the first name of several words that stands inside a sentence, such as "Sea of Tranquility"."""
    if language.split("-")[0] == "de":
        return None  # every noun has a capital
    match = _PROPER.search(text)
    return match.group() if match and len(match.group()) <= _LABEL_CHARS else None


__all__ = ["clause_around", "label_of", "name_in", "quote_in", "words_before"]
