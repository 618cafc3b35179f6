"""Whether a provider and a model can do what is needed, by what they say of themselves and what the catalogue says."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import Field

from media_factory.catalogue.entries import CatalogueEntry
from media_factory.model import Model
from media_factory.providers.base import Capabilities, Modality
from media_factory.requests import Emotion


class Need(Model):
    """What is to be made, as far as it matters for who can make it."""

    modality: Modality
    language: str = Field(default="en", description="BCP 47 tag of the text")
    text_chars: int = Field(default=0, ge=0, description="characters of the longest text or prompt")
    sizes: tuple[tuple[int, int], ...] = Field(default=(), description="(width, height) of every picture, in pixels")
    duration_s: float | None = Field(default=None, gt=0, description="of the longest clip or sound")
    from_still: bool = Field(default=False, description="a clip starts from a still picture")
    words_shown: bool = Field(default=False, description="a picture shows words: those that set type do it better")
    emotions: tuple[Emotion, ...] = Field(default=(), description="how something is said")
    sounds: Literal["effect", "music"] = Field(default="effect", description="what kind of sound is made")
    unpaid: bool = Field(default=False, description="paying would add nothing, as long as somebody does it for nothing")
    named: str | None = Field(default=None, description="provider or provider:model that the brief names; it wins")


class Unfit(NamedTuple):
    """Why somebody can't do it, and what to say when nobody can."""

    reason: str
    nobody: str


def unfit_provider(capabilities: Capabilities, need: Need) -> Unfit | None:
    """Return why a provider can't do what is needed, or None if it can."""
    return (
        _unspoken(capabilities, need)
        or _too_long(capabilities.max_text_chars, need)
        or _wrong_size(capabilities, need)
        or _too_lasting(capabilities.max_duration_s, need)
        or _unmoving(capabilities, need)
    )


def unfit_model(entry: CatalogueEntry | None, need: Need) -> Unfit | None:
    """Return why a model can't do what is needed, or None if it can (or the catalogue does not know it)."""
    if entry is None:
        return None
    return _unmusical(entry, need) or _too_long(entry.max_text_chars, need) or _too_lasting(entry.max_duration_s, need)


def _unspoken(capabilities: Capabilities, need: Need) -> Unfit | None:
    languages = capabilities.languages
    if languages is None or need.language.split("-")[0].lower() in languages:
        return None
    return Unfit(
        f"does not speak {need.language!r}; it speaks {', '.join(languages)}",
        f"language: no {need.modality} provider speaks {need.language!r}",
    )


def _too_long(most: int | None, need: Need) -> Unfit | None:
    if most is None or need.text_chars <= most:
        return None
    return Unfit(
        f"takes {most:,} characters at most, and the text has {need.text_chars:,}",
        f"text: no {need.modality} provider takes {need.text_chars:,} characters",
    )


def _wrong_size(capabilities: Capabilities, need: Need) -> Unfit | None:
    # Where sizes are not exact, the nearest one is asked for and fitted afterwards.
    if need.modality not in ("image", "clip") or not capabilities.exact_size:
        return None
    least, most = capabilities.min_side_px, capabilities.max_side_px
    for width, height in need.sizes:
        if min(width, height) < least or max(width, height) > most:
            return Unfit(
                f"makes sides of {least} to {most} pixels, and {width}x{height} is asked",
                f"size: no {need.modality} provider makes {width}x{height}",
            )
    return None


def _too_lasting(most_s: float | None, need: Need) -> Unfit | None:
    if most_s is None or need.duration_s is None or need.duration_s <= most_s:
        return None
    return Unfit(
        f"lasts {most_s:g} s at most, and {need.duration_s:g} s are asked",
        f"duration_s: no {need.modality} provider makes {need.duration_s:g} s",
    )


def _unmoving(capabilities: Capabilities, need: Need) -> Unfit | None:
    if not need.from_still or capabilities.stills:
        return None
    return Unfit("does not start from a still picture", "image: no clip provider starts from a still picture")


def _unmusical(entry: CatalogueEntry, need: Need) -> Unfit | None:
    if need.modality != "sound" or entry.sounds in (need.sounds, None):
        return None
    return Unfit(f"makes {entry.sounds}, and {need.sounds} is asked", f"sound: no sound provider makes {need.sounds}")


def unfulfilled(capabilities: Capabilities, need: Need) -> tuple[str, ...]:
    """Return the wishes that a provider can't fulfil: it makes the thing, and the thing is less for it."""
    return tuple(f"can't sound {emotion}" for emotion in need.emotions if emotion not in capabilities.emotions)


def loses_words(capabilities: Capabilities, need: Need) -> bool:
    """Return whether a picture's words would be lost: its maker sets no type."""
    return need.words_shown and not capabilities.cards


__all__ = ["Need", "Unfit", "loses_words", "unfit_model", "unfit_provider", "unfulfilled"]
