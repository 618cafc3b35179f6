"""What a place of publication asks of a finished file, each rule with where and when it was read."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from media_factory.briefs.fields import Aspect, Codec, Destination
from media_factory.model import Model

Quantity = Literal["short_side_px", "long_side_px", "width_px", "duration_s", "size_bytes", "rate_fps", "bitrate_bps"]
Basis = Literal["primary", "secondary", "general", "ours"]


class Sourced(Model):
    """A rule and where it comes from.

    `basis` says whether the publisher's own text was read, another's account of it, general knowledge, or our choice.
    A rule to be `reread` changes often or is told in two ways: read it again before relying on it.
    """

    source: str
    basis: Basis
    read_on: date
    reread: bool = False

    @property
    def citation(self) -> str:
        """The source as a reason names it."""
        again = ", to be read again before relying on it" if self.reread else ""
        return f"{self.source}; read {self.read_on.isoformat()}{again}"


class Bounds(Sourced):
    """The least and the most of a quantity, in the unit of its name; what is only `advised` refuses nothing."""

    quantity: Quantity
    least: float | None = None
    most: float | None = None
    advised: bool = False

    def allows(self, value: float) -> bool:
        """Say whether a value lies within the bounds, both included."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


class Aspects(Sourced):
    """The aspects that may be published, the best first."""

    allowed: tuple[Aspect, ...] = Field(min_length=1)


class Codecs(Sourced):
    """The codecs that are taken."""

    allowed: tuple[Codec, ...] = Field(min_length=1)


class LoudnessTarget(Sourced):
    """Integrated loudness (ITU-R BS.1770), how far from it is allowed, and the true peaks to aim at and not to pass."""

    lufs: float
    tolerance_lu: float = Field(gt=0)
    true_peak_dbtp: float
    highest_peak_dbtp: float = -1.0

    def allows(self, lufs: float) -> bool:
        """Say whether a programme of this loudness is within the tolerance."""
        return abs(lufs - self.lufs) <= self.tolerance_lu


class SafeMargins(Sourced):
    """What the platform's own interface covers of 1080 x 1920, in pixels; `right_low_px` counts in the lower half."""

    top_px: int
    bottom_px: int
    left_px: int
    right_px: int
    right_low_px: int


class CaptionFiles(Sourced):
    """The caption files that are taken beside the film; where there is none, words must be burned in."""

    formats: tuple[str, ...]


class SyntheticLabel(Sourced):
    """How published media is declared as made by a machine: a field of the platform's interface, or marks it reads."""

    field: str | None = None
    marks: tuple[Literal["iptc", "c2pa"], ...] = ()


class Cover(Sourced):
    """How the still that stands for the film is given."""

    way: Literal["frame", "upload", "none"]
    field: str | None = None
    formats: tuple[str, ...] = ()
    aspect: Aspect | None = None
    max_bytes: int | None = None
    min_width_px: int | None = None


class DestinationSpec(Model):
    """Everything that a destination asks of what is published there."""

    name: Destination
    title: str
    aspects: Aspects
    codecs: Codecs
    bounds: tuple[Bounds, ...] = ()
    loudness: LoudnessTarget
    margins: SafeMargins | None = Field(default=None, description="None where nothing is known of the interface")
    captions: CaptionFiles
    label: SyntheticLabel
    cover: Cover

    def bound(self, quantity: Quantity) -> Bounds | None:
        """Return what binds a quantity, or None."""
        return next((bound for bound in self.bounds if bound.quantity == quantity and not bound.advised), None)


__all__ = [
    "Aspects",
    "Basis",
    "Bounds",
    "CaptionFiles",
    "Codecs",
    "Cover",
    "DestinationSpec",
    "LoudnessTarget",
    "Quantity",
    "SafeMargins",
    "Sourced",
    "SyntheticLabel",
]
