"""The kinds of values that a brief's fields take, and how each refuses what it can't use."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from media_factory.briefs import limits
from media_factory.languages import standard_tag

Aspect = Literal["9:16", "16:9", "1:1", "4:5"]
Channel = Literal["news", "finance", "air", "water", "earth", "fire"]
Quality = Literal["draft", "standard", "high", "master"]
Codec = Literal["h264", "hevc", "av1"]
CaptionPreset = Literal["karaoke", "pop", "boxed", "plain", "lower-third", "none"]
Destination = Literal["web", "tiktok", "reels", "shorts", "youtube", "x", "linkedin", "podcast", "broadcast"]
Extra = Literal["hls", "preview", "storyboard", "renditions"]

ID_PATTERN = r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"
PROVIDER_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}(?::[A-Za-z0-9][A-Za-z0-9_./-]{0,127})?$"
COLOUR_PATTERN = r"^#[0-9a-fA-F]{6}$"
# Letters that Unicode does not decompose into an ASCII letter and a mark.
_PLAIN_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"}
)
_SLUG_CHARS = 48
SHOWN_CHARS = 40


def refusal(problem: str, field: str | None = None) -> PydanticCustomError:
    """Return the error that says what is wrong with a value, or with a field of the model that is being checked."""
    context = {"problem": problem} if field is None else {"problem": problem, "field": field}
    return PydanticCustomError("brief", "{problem}", context)


def short(text: str) -> str:
    """Return a text as a message shows it: quoted, on one line, and never the whole of a long one."""
    return repr(text if len(text) <= SHOWN_CHARS else f"{text[: SHOWN_CHARS - 1]}…")


def slug_of(title: str, kind: str = "story") -> str:
    """Return a title as a name for files and URLs: lower-case ASCII, with a digest where letters are lost.

    >>> slug_of("Zürich holds rates at 3.25%"), slug_of("月面着陸")
    ('zurich-holds-rates-at-3-25', 'story-911b5144')
    """
    plain = unicodedata.normalize("NFKD", title.lower().translate(_PLAIN_LETTERS))
    words = re.sub(r"[^a-z0-9]+", "-", re.sub(r"[\u0300-\u036f]|(?<=[a-z])['’](?=[a-z])", "", plain)).strip("-")
    if len(words) > _SLUG_CHARS:
        words = words[: _SLUG_CHARS + 1].rpartition("-")[0] or words[:_SLUG_CHARS]
    if words and not any(letter.isalnum() and not letter.isascii() for letter in plain):
        return words
    return f"{words or kind}-{hashlib.sha256(title.encode()).hexdigest()[:8]}"


def frame_size(aspect: Aspect, short_side_px: int) -> tuple[int, int]:
    """Return the even (width, height) in pixels of an aspect whose short side is given.

    >>> frame_size("9:16", 1080), frame_size("4:5", 1080), frame_size("16:9", 360)
    ((1080, 1920), (1080, 1350), (640, 360))
    """
    across, down = (int(part) for part in aspect.split(":"))
    shorter = min(across, down)
    return round(short_side_px * across / shorter / 2) * 2, round(short_side_px * down / shorter / 2) * 2


def _visible(text: str) -> str:
    for character in text:
        if unicodedata.category(character) == "Cc" and character not in "\n\r\t":
            raise refusal(f"holds the control character U+{ord(character):04X}; plain text is allowed")
    if all(unicodedata.category(character)[0] in "CZ" for character in text):
        raise refusal("is empty; some text is needed")
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _speakable(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise refusal(f"holds no word that can be spoken ({text[:20]!r}); words are needed")
    return text


def _language(tag: str) -> str:
    standard = standard_tag(tag)
    if standard is None:
        raise refusal(
            f"{short(tag)} is no language; BCP 47 tags such as en, en-GB, de, pt-BR, zh-Hant, ja or ar are allowed"
        )
    return standard


def _colour(value: str) -> str:
    if not re.fullmatch(COLOUR_PATTERN[1:-1], value):
        raise refusal(f"{short(value)} is no colour; #rrggbb is allowed, such as #0b1f1a")
    return value.lower()


def _provider(value: str) -> str:
    if not re.fullmatch(PROVIDER_PATTERN[1:-1], value):
        raise refusal(
            f"{short(value)} names no provider; provider or provider:model is allowed, such as artboard or espeak:ng-1"
        )
    return value


def _identifier(value: str) -> str:
    if not re.fullmatch(ID_PATTERN[1:-1], value):
        raise refusal(f"{short(value)} is no id; up to 64 of a-z, 0-9 and - are allowed, with no - at either end")
    return value


def _palette(colours: tuple[str, ...]) -> tuple[str, ...]:
    if len(colours) not in (0, 6):
        raise refusal(f"{len(colours)} colours were found; six are allowed, or none for the theme's own")
    return colours


def _string(max_chars: int) -> StringConstraints:
    return StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=max_chars)


Title = Annotated[str, _string(limits.MAX_TITLE_CHARS), AfterValidator(_visible), AfterValidator(_one_line)]
Line = Annotated[str, _string(limits.MAX_LINE_CHARS), AfterValidator(_visible), AfterValidator(_one_line)]
Label = Annotated[str, _string(limits.MAX_LABEL_CHARS), AfterValidator(_visible), AfterValidator(_one_line)]
PromptText = Annotated[str, _string(limits.MAX_PROMPT_CHARS), AfterValidator(_visible), AfterValidator(_one_line)]
Location = Annotated[str, _string(limits.MAX_LOCATION_CHARS), AfterValidator(_visible)]
SpokenText = Annotated[str, _string(limits.MAX_TEXT_CHARS), AfterValidator(_visible), AfterValidator(_speakable)]
Language = Annotated[
    str,
    StringConstraints(strict=True, min_length=2, max_length=35),
    AfterValidator(_language),
    Field(examples=["en", "pt-BR", "ja"]),
]
Colour = Annotated[
    str, StringConstraints(strict=True), AfterValidator(_colour), Field(json_schema_extra={"pattern": COLOUR_PATTERN})
]
Palette = Annotated[tuple[Colour, ...], AfterValidator(_palette)]
ProviderChoice = Annotated[
    str,
    StringConstraints(strict=True),
    AfterValidator(_provider),
    Field(json_schema_extra={"pattern": PROVIDER_PATTERN}),
]
Identifier = Annotated[
    str, StringConstraints(strict=True), AfterValidator(_identifier), Field(json_schema_extra={"pattern": ID_PATTERN})
]
WholeNumber = Annotated[int, Field(strict=True)]
Seconds = Annotated[float, Field(strict=True)]

__all__ = [
    "SHOWN_CHARS",
    "Aspect",
    "CaptionPreset",
    "Channel",
    "Codec",
    "Colour",
    "Destination",
    "Extra",
    "Identifier",
    "Label",
    "Language",
    "Line",
    "Location",
    "Palette",
    "PromptText",
    "ProviderChoice",
    "Quality",
    "Seconds",
    "SpokenText",
    "Title",
    "WholeNumber",
    "frame_size",
    "refusal",
    "short",
    "slug_of",
]
