"""Languages by their BCP 47 tags.

The registry of languages takes as long to load as a cached stage takes to find, so the tags that nearly all briefs
carry are known here.
"""

from __future__ import annotations

from functools import cache

# Two-letter tags that stand for themselves; right to left is what their usual script runs.
_LEFT_TO_RIGHT = frozenset(
    [
        "bg",
        "bn",
        "ca",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "fi",
        "fr",
        "hi",
        "hr",
        "hu",
        "id",
        "it",
        "ja",
        "ko",
        "lt",
        "lv",
        "nb",
        "nl",
        "nn",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sv",
        "ta",
        "te",
        "th",
        "tr",
        "uk",
        "vi",
        "zh",
    ]
)
_RIGHT_TO_LEFT = frozenset(["ar", "fa", "he", "ur"])
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg", "Mand", "Samr"})
_NOT_SPOKEN = frozenset({"und", "mul", "mis", "zxx"})


@cache
def standard_tag(tag: str) -> str | None:
    """Return a tag in its standard form, such as "pt-BR" for "pt_br"; None if it names no spoken language."""
    if tag in _LEFT_TO_RIGHT or tag in _RIGHT_TO_LEFT:
        return tag
    from langcodes import Language

    try:
        language = Language.get(tag)
        real = language.is_valid()
    except (ValueError, LookupError, AttributeError):
        return None
    return language.to_tag() if real and _is_spoken(language.language) else None


@cache
def runs_right_to_left(tag: str) -> bool:
    """Return whether a language is written from right to left; False if there is no such language."""
    if tag in _LEFT_TO_RIGHT or tag in _RIGHT_TO_LEFT:
        return tag in _RIGHT_TO_LEFT
    from langcodes import Language
    from langcodes.tag_parser import LanguageTagError

    try:
        return Language.get(tag).maximize().script in _RIGHT_TO_LEFT_SCRIPTS
    except LanguageTagError:
        return False


def _is_spoken(code: str | None) -> bool:
    return code is not None and code not in _NOT_SPOKEN and not code.startswith("x-") and not "qaa" <= code <= "qtz"


__all__ = ["runs_right_to_left", "standard_tag"]
