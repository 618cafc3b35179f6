"""Ways in which people write a word so that a word list misses it, and the words that are tried."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable

# In rot13, so that this file is fit to read. What must never pass, and what must at least be noticed.
HARD_TERMS = tuple(
    codecs.decode(term, "rot13")
    for term in (
        *("puvyq cbea", "xvqqvr cbea", "cergrra cbea", "haqrentr cbea", "puvyq rebgvpn"),
        *("wnvyonvg", "ybyvpba", "fubgnpba", "ahqr puvyqera", "anxrq xvqf"),
        *("gbcyrff grrantre", "haqerffrq fpubbytvey", "frkl yvggyr tvey", "rebgvp gbqqyre", "frk jvgu puvyqera"),
        *("frkhnyvmrq zvabef", "xvaqrecbeab", "cbeabtensvn vasnagvy", "crqbcbeabtensvn", "cbeabtencuvr rasnagvar"),
        *("anpxgr xvaqre", "ubj gb znxr n obzo", "ubj gb ohvyq n cvcr obzo", "ubj gb znxr ancnyz", "erpvcr sbe fneva"),
        *("obzor onhra", "snoevdhre har obzor", "snoevpne han obzon", "snmre hzn obzon", "xvyy nyy vzzvtenagf"),
        *("tnf gur wrjf", "ubj gb xvyy zlfrys", "pbzzrag zr fhvpvqre", "encr cbea", "navzny cbea"),
        *("qrrcsnxr ahqrf bs", "zbgureshpxre", "pbpxfhpxre", "avttre", "cbeafgne"),
    )
)

_CYRILLIC = str.maketrans("aeopcyxijshdqwkmtbn", "аеорсухіјѕһԁԛԝкмтьп")
_GREEK = str.maketrans("aoipuxkt", "αοιρυχκτ")
_ARMENIAN = str.maketrans("onuhg", "օոսհց")
_CHEROKEE = str.maketrans("adeghikmprstvwz", "ᎪᎠᎬᏀᎻᏆᏦᎷᏢᎡᏕᎢᏙᎳᏃ")
_SMALL_CAPITALS = str.maketrans("abcdeghijklmnoprtuvwyz", "ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ")
_FIGURES = str.maketrans("oieast", "013457")
_SIGNS = str.maketrans("as", "@$")


def _shifted(first: int) -> Callable[[str], str]:
    """Return a way that draws every small letter as another block of Unicode does."""
    return lambda term: "".join(chr(first + ord(one) - 97) if "a" <= one <= "z" else one for one in term)


def _between(mark: str, word_gap: str = " ") -> Callable[[str], str]:
    return lambda term: word_gap.join(mark.join(word) for word in term.split())


def _each(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda term: " ".join(change(word) for word in term.split())


def _piled(term: str) -> str:
    return "".join(one + "\u0336\u0307" if one.isalpha() else one for one in term)


def _accented(term: str) -> str:
    marked = (one + "\u0301" if one in "aeiou" else one for one in term)
    return unicodedata.normalize("NFC", "".join(marked))


def _alternating(term: str) -> str:
    return "".join(one.upper() if index % 2 else one for index, one in enumerate(term))


WAYS: dict[str, Callable[[str], str]] = {
    "Cyrillic letters": lambda term: term.translate(_CYRILLIC),
    "Greek letters": lambda term: term.translate(_GREEK),
    "Armenian letters": lambda term: term.translate(_ARMENIAN),
    "Cherokee letters": lambda term: term.translate(_CHEROKEE),
    "small capitals": lambda term: term.translate(_SMALL_CAPITALS),
    "full width": _shifted(0xFF41),
    "circled": _shifted(0x24D0),
    "negative circled": _shifted(0x1F150),
    "negative squared": _shifted(0x1F170),
    "mathematical bold": _shifted(0x1D41A),
    "mathematical script": _shifted(0x1D4EA),
    "mathematical fraktur": _shifted(0x1D586),
    "zero width": _between("\u200b"),
    "soft hyphens": _between("\u00ad"),
    "joiners": _between("\u2060"),
    "piled marks": _piled,
    "accents": _accented,
    "dots": _between("."),
    "spaces": _between(" ", "   "),
    "hyphens": _between("-"),
    "underscores": _between("_", "__"),
    "middle dots": _between("·"),
    "no spaces": lambda term: term.replace(" ", ""),
    "one sign in each word": _each(lambda word: word[:2] + "-" + word[2:] if len(word) > 3 else word),
    "figures": lambda term: term.translate(_FIGURES),
    "signs": lambda term: term.translate(_SIGNS),
    "figures and dots": lambda term: _between(".")(term.translate(_FIGURES)),
    "drawn out": _each(lambda word: "".join(one * 4 if one in "aeiou" else one for one in word)),
    "alternating case": _alternating,
    "turned round": lambda term: f"\u202e{term[::-1]}\u202c",
}
