"""Checking finished films against what their destinations ask.

What a destination asks is data in `briefs.destinations`; the rooms that draw captions and mix sound read the same data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import Field

from media_factory.assets import Asset
from media_factory.briefs.base import FilmedBrief
from media_factory.briefs.destinations import DESTINATIONS, aspects_for, loudness_for
from media_factory.briefs.fields import Aspect, Codec, Destination, frame_size
from media_factory.briefs.publishing import Bounds, DestinationSpec, Quantity
from media_factory.captions.safe_areas import safe_box
from media_factory.model import Model
from media_factory.rendering.inspect_model import SILENCE_LUFS
from media_factory.rendering.model import Soundtrack
from media_factory.timing import Rate

CAPTION_FORMATS = ("vtt", "srt")
"""The caption files that are delivered with every film that speaks."""


class FinishedFile(Model):
    """What is known of a finished film. Loudness is None where it has no sound track."""

    aspect: Aspect
    width_px: int = Field(ge=1)
    height_px: int = Field(ge=1)
    rate: Rate
    codec: Codec
    duration_s: float = Field(gt=0)
    size_bytes: int = Field(ge=0)
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    speaks: bool = True
    burned_in: bool = False
    caption_formats: tuple[str, ...] = CAPTION_FORMATS

    def measured(self, quantity: Quantity) -> float:
        """Return a quantity of the file, in the unit of its name."""
        found: dict[Quantity, float] = {
            "short_side_px": min(self.width_px, self.height_px),
            "long_side_px": max(self.width_px, self.height_px),
            "width_px": self.width_px,
            "duration_s": self.duration_s,
            "size_bytes": self.size_bytes,
            "rate_fps": float(self.rate),
            "bitrate_bps": 8 * self.size_bytes / self.duration_s,
        }
        return found[quantity]


class _Shown(NamedTuple):
    """How a reason names a quantity: what it is, its unit, and how many of the quantity's own unit make one."""

    name: str
    unit: str
    per: float = 1


_SHOWN: dict[Quantity, _Shown] = {
    "short_side_px": _Shown("short side", "px"),
    "long_side_px": _Shown("long side", "px"),
    "width_px": _Shown("width", "px"),
    "duration_s": _Shown("length", "s"),
    "size_bytes": _Shown("file size", "MB", 1e6),
    "rate_fps": _Shown("frame rate", "frames a second"),
    "bitrate_bps": _Shown("bit rate", "Mbit/s", 1e6),
}


def check_against(destination: Destination, file: FinishedFile) -> tuple[str, ...]:
    """Return why a file can't be published at a destination as it is, one reason a rule; none if it can.

    Each reason names the destination, the rule, what was found and where the rule was read.
    """
    spec = DESTINATIONS[destination]
    found = (*_form(spec, file), *_bounds(spec, file), *_sound(spec, file), *_captions(spec, file))
    return tuple(f"{spec.title}: {reason}" for reason in found)


def reasons_for(destinations: Sequence[Destination], files: Sequence[FinishedFile]) -> tuple[str, ...]:
    """Return why a film is less than its destinations ask: each is checked with the aspect that suits it best."""
    return tuple(
        reason
        for destination in dict.fromkeys(destinations)
        for reason in check_against(destination, min(files, key=lambda file: _rank(destination, file.aspect)))
    )


def film_reasons(
    brief: FilmedBrief,
    films: Mapping[Aspect, Asset],
    duration_s: float,
    sound: Soundtrack | None,
    *,
    burned_in: bool,
    speaks: bool = True,
) -> tuple[str, ...]:
    """Return why a brief's films are less than its destinations ask; none without destinations.

    Args:
        brief: names the destinations, the size, the rate and the codec.
        films: the master of each aspect.
        duration_s: how long they last.
        sound: their sound track, if they have one.
        burned_in: whether words stand on the picture.
        speaks: whether there are words at all.
    """
    if not brief.destinations:
        return ()
    files: list[FinishedFile] = []
    for aspect, film in films.items():
        width_px, height_px = frame_size(aspect, brief.size)
        files.append(
            FinishedFile(
                aspect=aspect,
                width_px=width_px,
                height_px=height_px,
                rate=brief.rate,
                codec=brief.codec,
                duration_s=duration_s,
                size_bytes=film.size_bytes,
                loudness_lufs=sound.loudness_lufs if sound else None,
                true_peak_dbtp=sound.true_peak_dbtp if sound else None,
                speaks=speaks,
                burned_in=burned_in,
            )
        )
    return reasons_for(brief.destinations, files)


def _rank(destination: Destination, aspect: Aspect) -> int:
    allowed = DESTINATIONS[destination].aspects.allowed
    return allowed.index(aspect) if aspect in allowed else len(allowed)


def _form(spec: DestinationSpec, file: FinishedFile) -> list[str]:
    reasons: list[str] = []
    if file.aspect not in spec.aspects.allowed:
        allowed = ", ".join(spec.aspects.allowed)
        reasons.append(f"aspect of {file.aspect}, where {allowed} is allowed ({spec.aspects.citation})")
    if file.codec not in spec.codecs.allowed:
        allowed = ", ".join(spec.codecs.allowed)
        reasons.append(f"codec {file.codec}, where {allowed} is allowed ({spec.codecs.citation})")
    return reasons


def _bounds(spec: DestinationSpec, file: FinishedFile) -> list[str]:
    binding = ((bound, file.measured(bound.quantity)) for bound in spec.bounds if not bound.advised)
    return [_broken(bound, value) for bound, value in binding if not bound.allows(value)]


def _broken(bound: Bounds, value: float) -> str:
    shown = _SHOWN[bound.quantity]
    over = bound.most is not None and value > bound.most
    limit = bound.most if over else bound.least
    assert limit is not None  # a value that is not allowed is over the most or under the least
    return (
        f"{shown.name} of {_number(value / shown.per)} {shown.unit}, where at {'most' if over else 'least'} "
        f"{_number(limit / shown.per)} {shown.unit} is allowed ({bound.citation})"
    )


def _number(value: float) -> str:
    return f"{round(value, 2):,.2f}".rstrip("0").rstrip(".")


def _sound(spec: DestinationSpec, file: FinishedFile) -> list[str]:
    target = spec.loudness
    reasons: list[str] = []
    if file.loudness_lufs is None or file.loudness_lufs <= SILENCE_LUFS:
        return reasons
    if not target.allows(file.loudness_lufs):
        reasons.append(
            f"loudness of {file.loudness_lufs:.1f} LUFS, where {target.lufs:g} ±{target.tolerance_lu:g} LU is wanted "
            f"({target.citation})"
        )
    if file.true_peak_dbtp is not None and file.true_peak_dbtp > target.highest_peak_dbtp:
        reasons.append(
            f"true peak of {file.true_peak_dbtp:.1f} dBTP, where at most {target.highest_peak_dbtp:g} dBTP is allowed "
            f"({target.citation})"
        )
    return reasons


def _captions(spec: DestinationSpec, file: FinishedFile) -> list[str]:
    taken = spec.captions.formats
    if not file.speaks or file.burned_in or set(taken) & set(file.caption_formats):
        return []
    files = f"caption files are taken as {', '.join(taken)} only" if taken else "no caption file is taken"
    return [f"captions are not burned in, where {files} ({spec.captions.citation})"]


__all__ = [
    "CAPTION_FORMATS",
    "DESTINATIONS",
    "DestinationSpec",
    "FinishedFile",
    "aspects_for",
    "check_against",
    "film_reasons",
    "loudness_for",
    "reasons_for",
    "safe_box",
]
