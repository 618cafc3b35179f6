"""How espeak-ng is told to read what it would read wrongly, one spoken form for each written word.

It says "dollar three hundred thousand", "twenty-four slash seven" and "nineteen hundred sixty-nine", stops after "Dr.",
and reads the IMF as a word. Rules for English are below, each from a misreading that was heard in its phonemes; other
languages are read as they stand. What a caption shows is always the written word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from media_factory.providers.espeak.lexicon import (
    CURRENCIES,
    DECADES,
    FRACTIONS,
    MONTH_NAMES,
    MONTHS,
    OPENERS,
    ROMAN,
    SCALES,
    SPELLED,
    TITLES,
    UNITS,
)

_SIGNS = {"-": "minus ", "−": "minus ", "+": "plus ", "": ""}

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_PARTS = re.compile(r"(?P<head>[(\[{'‘]*)(?P<core>.*?)(?P<tail>[\s,.;:!?…)\]}'’–—-]*)", re.DOTALL)
_MONEY = re.compile(
    rf"([-−+]?)(US\$|[$£€¥])({_NUMBER})(?:[-–][$£€¥]?({_NUMBER}))?(?:-?({'|'.join(SCALES)}))?", re.IGNORECASE
)
_YEAR = re.compile(r"(1[1-9]|20)(\d\d)((?:['’]s)?)")
_YEARS = re.compile(r"((?:1[1-9]|20)\d\d)[-–]((?:1[1-9]|20)\d\d|\d\d)")
_DECADE = re.compile(r"(1[1-9]|20)?(\d)0s")
_MEASURE = re.compile(rf"({_NUMBER})({'|'.join(map(re.escape, (*UNITS, 'k', 'm', 'mn', 'bn', 'tn')))})")
_DATE = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-(\d\d)")
_DECORATION = frozenset('*_~`•·“”„"«»')
_KEPT_SYMBOLS = frozenset("°©®™№")


@dataclass(frozen=True)
class _Place:
    """A written word without the marks around it, and its neighbours likewise."""

    core: str
    before: str
    after: str
    tail: str


def _year(century: str, rest: str) -> str:
    if century == "20" and int(rest) < 10:
        return century + rest
    return (
        f"{century} hundred" if rest == "00" else f"{century} oh {rest[1]}" if rest[0] == "0" else f"{century} {rest}"
    )


def _money_unit(number: str, mark: str) -> str:
    one, many, penny, pence = CURRENCIES[mark.upper()]
    whole, _, minor = number.partition(".")
    if not (len(minor) == 2 and pence):
        return f"{number} {one if number == '1' else many}"
    units = [f"{whole} {one if whole == '1' else many}"] if int(whole.replace(",", "")) or not int(minor) else []
    cents = [f"{int(minor)} {penny if int(minor) == 1 else pence}"] if int(minor) else []
    return " and ".join(units + cents)


def _read_money(place: _Place) -> str | None:
    found = _MONEY.fullmatch(place.core)
    if not found:
        return None
    sign, mark, number, upto, scale = found.groups()
    if scale or place.after.lower() in SCALES:
        amount = f"{number} {SCALES[scale.lower()]} {CURRENCIES[mark.upper()][1]}" if scale else number
        return _SIGNS[sign] + (f"{number} to {amount.replace(number, upto, 1)}" if upto else amount)
    return _SIGNS[sign] + (f"{number} to {_money_unit(upto, mark)}" if upto else _money_unit(number, mark))


def _read_scale(place: _Place) -> str | None:
    """Say the currency after "million" when the amount stands before it: "$3.5 million"."""
    found = _MONEY.fullmatch(place.before)
    if not found or found[5] or place.core.lower() not in SCALES:
        return None
    return f"{SCALES[place.core.lower()]} {CURRENCIES[found[2].upper()][1]}"


def _read_date(place: _Place) -> str | None:
    if found := _DATE.fullmatch(place.core):
        return f"{MONTH_NAMES[int(found[2]) - 1]} {int(found[3])} {_year(found[1][:2], found[1][2:])}"
    if found := _YEARS.fullmatch(place.core):
        upto = _year(found[2][:2], found[2][2:]) if len(found[2]) == 4 else found[2]
        return f"{_year(found[1][:2], found[1][2:])} to {upto}"
    if found := _YEAR.fullmatch(place.core):
        return _year(found[1], found[2]) + found[3]
    if (found := _DECADE.fullmatch(place.core)) and found[2] in DECADES:
        return f"{found[1] or ''} {DECADES[found[2]]}ies".strip()
    return None


def _read_measure(place: _Place) -> str | None:
    if place.core in UNITS and (re.fullmatch(_NUMBER, place.before) or "/" in place.core) and place.core != "x":
        number, unit = "", UNITS[place.core]
        one = place.before == "1"
    elif found := _MEASURE.fullmatch(place.core):
        number, unit = found[1], UNITS.get(found[2]) or SCALES[found[2]]
        one = number == "1"
    else:
        return None
    return f"{number} {unit.removesuffix('s') if one else unit}".strip()


def _read_between(place: _Place) -> str | None:
    """Say what stands between two numbers or words: a range, a fraction, a slash."""
    core = place.core
    if core in FRACTIONS:
        return FRACTIONS[core]
    if re.fullmatch(rf"{_NUMBER}%?–{_NUMBER}%?", core) or re.fullmatch(rf"{_NUMBER}-{_NUMBER}%", core):
        return re.sub("[-–]", " to ", core)
    if re.fullmatch(r"\d+(?:[-/]\d+)+", core) or re.fullmatch(r"[^\W\d]+(?:/[^\W\d]+)+", core):
        return re.sub("[-/]", " ", core)
    return f"number {core[1:]}" if re.fullmatch(r"#\d+", core) else None


def _read_letters(place: _Place) -> str | None:
    stem = re.sub(r"['’]?s$", "", place.core)
    if stem in SPELLED:
        return ".".join(stem) + ("'s" if stem != place.core else "")
    if place.core in ROMAN and place.before[:1].isupper():
        return str(ROMAN[place.core])
    return None


def _read_abbreviation(place: _Place) -> str | None:
    if not place.tail.startswith("."):
        return None
    if place.core == "St":
        return "Saint" if place.after[:1].isupper() and not place.before[:1].isupper() else "Street"
    if place.core == "No":
        return "number" if place.after[:1].isdigit() else None
    if place.core in MONTHS:
        return MONTHS[place.core] if place.after[:1].isdigit() else None
    return TITLES.get(place.core)


_RULES = (_read_money, _read_scale, _read_date, _read_measure, _read_between, _read_letters)


def _stops_short(place: _Place) -> bool:
    """Say whether the full stop behind a word is the abbreviation's own and ends no sentence."""
    if not place.tail.startswith(".") or not place.after or place.after in OPENERS:
        return False
    initials = re.fullmatch(r"(?:[A-Z]\.)+[A-Z]|[A-HJ-Z]", place.core)
    return bool(initials) or _read_abbreviation(place) is not None


def _read_english(place: _Place) -> tuple[str, str]:
    """Return the spoken core and the marks that follow it."""
    tail = place.tail[1:] if _stops_short(place) else place.tail
    abbreviation = _read_abbreviation(place)
    if abbreviation is not None:
        return abbreviation, tail
    return next((said for rule in _RULES if (said := rule(place)) is not None), place.core), tail


def _is_said(character: str) -> bool:
    category = unicodedata.category(character)
    if category in ("So", "Sk", "Co", "Cs", "Cn", "Cc"):
        return character in _KEPT_SYMBOLS
    # Joiners shape Indic scripts and are kept; variation selectors belong to pictures that are not said.
    return character not in _DECORATION and not "\ufe00" <= character <= "\ufe0f" and character not in "\ufeff\u200b"


def _plain(word: str) -> str:
    """Return a word without control characters, pictures and decoration."""
    return "".join(character for character in unicodedata.normalize("NFC", word) if _is_said(character)).strip()


def spoken_words(words: Sequence[str], language: str = "en") -> tuple[str, ...]:
    """Return what to say for each written word; an empty text where nothing is said.

    >>> spoken_words(("Dr.", "Lee", "paid", "$3.5", "million", "in", "1969."))
    ('Doctor', 'Lee', 'paid', '3.5', 'million dollars', 'in', '19 69.')
    """
    plain = [_plain(word) for word in words]
    if language.lower().split("-")[0] != "en":
        return tuple(plain)
    parts = [found for word in plain if (found := _PARTS.fullmatch(word))]
    # A mark between two words parts them: "V, St. Paul" is no street.
    befores = ["", *("" if part["tail"] else part["core"] for part in parts)]
    afters = [*(part["core"] for part in parts[1:]), ""]
    spoken = []
    for index, part in enumerate(parts):
        place = _Place(part["core"], befores[index], afters[index], part["tail"])
        core, tail = _read_english(place)
        spoken.append(part["head"] + core + tail)
    return tuple(spoken)


__all__ = ["spoken_words"]
