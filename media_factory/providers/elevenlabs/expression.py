"""How a text is said: which languages a model speaks, and emotion, pace and directions in the vendor's terms.

The newer models take directions as tags in square brackets in front of the text; the older ones only have dials.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from media_factory.errors import InvalidRequest
from media_factory.requests import Emotion, SpeechRequest

_USUAL_WPM = 160
_SLOWEST, _FASTEST = 0.7, 1.2
_LONGEST_DIRECTION_CHARS = 100
# What the vendor's pages list for each model; see the catalogue for where they stand.
_MULTILINGUAL_CODES = "ar bg cs da de el en es fi fil fr hi hr id it ja ko ms nl pl pt ro ru sk sv ta tr uk zh"
_FLASH_CODES = "hu no vi"
_FURTHER_CODES = (
    "af as az be bn bs ca ceb cy et fa ga gl gu ha he hy is jv ka kk kn ky lb ln lt lv mk ml mr ne ny pa ps sd sl "
    "so sr sw te th ur"
)
_MULTILINGUAL = frozenset(_MULTILINGUAL_CODES.split())
_FLASH = _MULTILINGUAL.union(_FLASH_CODES.split())
_MANY = _FLASH.union(_FURTHER_CODES.split())
# The vendor knows some languages by another name.
_ALIASES = {"nb": "no", "nn": "no", "tl": "fil", "iw": "he", "cmn": "zh", "in": "id"}


class SpeechModel(NamedTuple):
    """What a model understands."""

    languages: frozenset[str]
    takes_tags: bool = False
    takes_language: bool = True


_MODELS = {
    "eleven_v4": SpeechModel(_MANY, takes_tags=True),
    "eleven_v3": SpeechModel(_MANY, takes_tags=True),
    "eleven_multilingual_v2": SpeechModel(_MULTILINGUAL, takes_language=False),
    "eleven_flash_v2_5": SpeechModel(_FLASH),
}
_TAGS: dict[Emotion, str] = {
    "calm": "calmly",
    "cheerful": "cheerfully",
    "serious": "seriously",
    "sad": "sadly",
    "excited": "excited",
    "whispering": "whispers",
}
# Stability (low lets feeling in) and style (high exaggerates it); our own choice within the vendor's ranges of 0 to 1.
_DIALS: dict[Emotion, tuple[float, float]] = {
    "calm": (0.75, 0.0),
    "cheerful": (0.4, 0.4),
    "serious": (0.7, 0.15),
    "sad": (0.5, 0.35),
    "excited": (0.3, 0.6),
}
EMOTIONS: tuple[Emotion, ...] = tuple(_TAGS)
LANGUAGES = tuple(sorted(_MANY | set(_ALIASES)))


def speech_model(name: str) -> SpeechModel:
    """Return what a model understands; one that is new to us gets no tags and is not told the language."""
    return _MODELS.get(name, SpeechModel(_MANY, takes_language=False))


def language_code(model: str, language: str) -> str | None:
    """Return the code that a model is told the language by, or None for a model that finds out by itself.

    Raises:
        InvalidRequest: the model does not speak it; the message names those that do.
    """
    primary = language.split("-")[0].lower()
    code = _ALIASES.get(primary, primary)
    facts = speech_model(model)
    if code not in facts.languages:
        others = [name for name, one in _MODELS.items() if code in one.languages]
        cure = f"; {', '.join(others)} do" if others else ""
        raise InvalidRequest(f"{model} does not speak {language!r}{cure}")
    return code if facts.takes_language else None


def sent_text(model: str, request: SpeechRequest) -> str:
    """Return a text as it is sent: directions in front where the model takes them, and nothing in it a command.

    The text itself keeps its length, so that times can be read off position by position.
    """
    # SSML is read by the older models, tags by the newer ones; both can be part of what a headline quotes.
    text = re.sub(r"<(?=[A-Za-z/!?])", "‹", request.text)
    if not speech_model(model).takes_tags:
        return text
    directions = [_TAGS[request.emotion]] if request.emotion else []
    if request.style and (style := _direction(request.style)):
        directions.append(style)
    tags = "".join(f"[{one}] " for one in directions)
    return tags + text.replace("[", "(").replace("]", ")")


def voice_settings(model: str, request: SpeechRequest) -> dict[str, float]:
    """Return the dials that a request turns; none keeps those that the voice was set up with.

    Raises:
        InvalidRequest: whispering, of a model that can't.
    """
    dials: dict[str, float] = {}
    if request.rate_wpm != _USUAL_WPM:
        dials["speed"] = round(min(max(request.rate_wpm / _USUAL_WPM, _SLOWEST), _FASTEST), 3)
    if request.emotion is None or speech_model(model).takes_tags:
        return dials
    if request.emotion not in _DIALS:
        able = ", ".join(name for name, one in _MODELS.items() if one.takes_tags)
        raise InvalidRequest(f"{model} can't be told to sound {request.emotion}; {able} can")
    dials["stability"], dials["style"] = _DIALS[request.emotion]
    return dials


def _direction(style: str) -> str:
    """Return directions in plain words as one tag; a long one would be read out, so it ends at a word within 100."""
    line = " ".join(re.sub(r"[\[\]<>]", " ", style).split())
    return line if len(line) <= _LONGEST_DIRECTION_CHARS else line[:_LONGEST_DIRECTION_CHARS].rpartition(" ")[0]


__all__ = ["EMOTIONS", "LANGUAGES", "SpeechModel", "language_code", "sent_text", "speech_model", "voice_settings"]
