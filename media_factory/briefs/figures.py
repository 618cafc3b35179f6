"""The figures of a text: which numbers matter, how they are written, what they count, and which can be compared.

A figure is money, a share, or a quantity with its unit. Years, dates, clock times and numbers in names are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_DECIMAL_COMMA = _words("bg ca cs da de el es et fi fr hr hu id it lt lv nb nl nn no pl pt ro ru sk sl sr sv tr uk vi")
_ONES = _words(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
_NUMBER_WORDS = dict(zip((*_ONES, *_TENS), (*range(1, 20), *range(20, 100, 10)), strict=True))
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
}
_WORDS = "|".join(_NUMBER_WORDS)
_UNITS = (
    r"hours?|minutes?|seconds?|days?|weeks?|months?|years?|kilomet(?:re|er)s?|km|miles?|met(?:re|er)s?|feet|inches|kilograms?|kg"
    r"|grams?|pounds?|ounces?|tonnes?|tons?|lit(?:re|er)s?|gallons?|degrees?|people|times|watts?|kilowatts?|megawatts?|gigawatts?"
    r"|jobs|homes|points?"
)
# Chinese, Japanese and Thai put no space between a word and a number.
_LETTER = r"0-9A-Za-z_\u00c0-\u024f\u0370-\u052f"
# "€3 Millionen" must not be shown as "€3": a figure before a scale that we do not know is none.
_OTHER_SCALES = (
    r"[万萬億亿兆千百만억조]|mi[lo]|mr?d|ml[dn]|bi[l]|tri|tis|tys|tuh|тыс|мл|lakh|crore|dozen|लाख|करोड़|हज़ार|हजार|मिलियन"
    r"|ألف|آلاف|مليون|مليار|هزار|میلیون|میلیارد|triệu|tỷ|juta|ribu|bin\b"
)
_FIGURE = re.compile(
    rf"""(?<![{_LETTER}.,:/'’–-])
    (?P<money>(?:US|[AC])?[$€£¥₹₩]\s?)?
    (?P<number>\d{{1,3}}(?:[,.]\d{{3}})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|\b(?:{_WORDS})(?:-(?:{_WORDS}))?\b)
    (?P<scale>(?:\shundred)?\s?(?:thousand|million|billion|trillion|bn)\b|\shundred\b|(?<=\d)[km]\b)?
    (?P<unit>\s?%|\s?€|\s(?:percentage\spoints?|percent|per\scent|basis\spoints?|dollars|euros|yen|{_UNITS})\b)?
    (?![{_LETTER}/]|[:.,]\d|-\w|\s?(?:{_OTHER_SCALES}))""",
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE_PART = re.compile(rf"\b(?:{_WORDS}|hundred|thousand|million|billion)(?:\sand)?\s$", re.IGNORECASE)
_AFTER_PART = re.compile(rf"\s(?:and\s)?(?:{_WORDS}|hundred|thousand|million|billion)\b", re.IGNORECASE)
_NAMED = re.compile(r"(?:^|\s)[A-Z][\w’'-]*\s$")
_MONEY, _SHARE, _SCALED, _QUANTITY, _COUNT = 5, 4, 3, 2, 1


@dataclass(frozen=True)
class Figure:
    """A number that matters: as written, its value, what kind it is, its place in the text, and how much it says."""

    shown: str
    value: float
    kind: str
    start: int
    end: int
    weight: int


def figures_in(text: str, language: str = "en") -> tuple[Figure, ...]:
    """Return the figures of a text in order.

    >>> [figure.shown for figure in figures_in("In 1969, $300,000 at 3.25% bought 12 basis points of Apollo 11.")]
    ['$300,000', '3.25%', '12 basis points']
    """
    found = (_figure(match, text, language) for match in _FIGURE.finditer(text))
    return tuple(figure for figure in found if figure)


def _figure(match: re.Match[str], text: str, language: str) -> Figure | None:
    number, unit = match["number"], (match["unit"] or "").strip().lower()
    scales = (match["scale"] or "").lower().split()
    before, after = text[: match.start()], text[match.end() :]
    if _BEFORE_PART.search(before) or _AFTER_PART.match(after):
        return None  # part of "two hundred and fifty thousand"
    kind = _kind(match["money"], unit)
    weight = _weight(number, kind, bool(scales), bool(unit))
    if not weight or (weight == _COUNT and _NAMED.search(before)) or (scales in (["k"], ["m"]) and not match["money"]):
        return None
    value = prod((_value(number, language), *(_SCALES[scale] for scale in scales)))
    return Figure(match.group(), value, kind, match.start(), match.end(), weight)


def _kind(money: str | None, unit: str) -> str:
    if money or unit in ("€", "dollars", "euros", "yen"):
        return "money " + (money or unit).strip()
    if unit in ("%", "percent", "per cent"):
        return "share"
    return unit.removesuffix("s") or "count"


def _weight(number: str, kind: str, is_scaled: bool, has_unit: bool) -> int:
    """Return how much a number says; 0 if it is a year, part of a name, or too small to matter."""
    if kind.startswith("money"):
        return _MONEY
    if kind in ("share", "percentage point", "basis point"):
        return _SHARE
    if is_scaled:
        return _SCALED
    if not number[0].isdigit():
        return 0
    if has_unit:
        return _QUANTITY if len(number) > 1 else 0
    return _COUNT if re.fullmatch(r"\d{1,3}(?:[,.]\d{3})+", number) else 0


def _value(number: str, language: str) -> float:
    if not number[0].isdigit():
        return float(sum(_NUMBER_WORDS[word] for word in number.lower().split("-")))
    if re.fullmatch(r"\d+[.,](?:\d{1,2}|\d{4,})", number):
        return float(number.replace(",", "."))
    if language.split("-")[0] in _DECIMAL_COMMA:
        number = number.translate(str.maketrans(",.", ".,"))
    whole, _, rest = number.replace(",", "").rpartition(".")
    return float(f"{whole.replace('.', '')}.{rest}" if whole else rest)


__all__ = ["Figure", "figures_in"]
