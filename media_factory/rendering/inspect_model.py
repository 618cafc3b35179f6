"""What an inspection is asked, and what it finds."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from media_factory.assets import Asset
from media_factory.model import Model
from media_factory.timing import Rate, Word

Verdict = Literal["passed", "doubtful", "failed"]
InspectionStatus = Literal["passed", "degraded", "blocked"]
Colour = Literal["bt709", "hdr10"]
# Nothing passed the meter's absolute gate (ITU-R BS.1770).
SILENCE_LUFS, SILENCE_DBTP = -70.0, -120.0
# Of what was seen in a segment, as it lies in the store.
RECORD_TYPE = "application/x-npz"


class Loudness(Model):
    """A programme's loudness by ITU-R BS.1770; silence measures -70 LUFS and -120 dBTP."""

    integrated_lufs: float
    true_peak_dbtp: float


class CaptionText(Model):
    """A caption as viewers get it; times are seconds of the film."""

    start_s: float = Field(ge=0)
    end_s: float = Field(ge=0)
    text: str


class InspectionRequest(Model):
    """Ask whether a master can be published.

    `records` are those of the segments that it was joined from, in order; without them it is decoded whole. Loudness
    is None for a film without sound. `speech` holds the spoken words of each utterance.
    """

    master: Asset
    records: tuple[Asset, ...] = ()
    frames: int = Field(ge=1)
    rate: Rate
    width_px: int = Field(ge=2)
    height_px: int = Field(ge=2)
    colour: Colour = "bt709"
    loudness_lufs: float | None = None
    true_peak_dbtp: float = -1.0
    speech: tuple[tuple[Word, ...], ...] = ()
    cues: tuple[CaptionText, ...] = ()
    burned_in: bool = Field(default=False, description="the words also stand on the picture")
    language: str = "en"
    longest_still_s: float | None = Field(
        default=5.0, gt=0, description="how long the picture may stand still; None for a film that may do so throughout"
    )


class Finding(Model):
    """What one check says. `at_s` is the film's second where it begins, if it has a place."""

    check: str
    verdict: Verdict
    message: str
    at_s: float | None = None


class InspectionFigures(Model):
    """What was measured; None where there was nothing to measure."""

    frames: int
    rate: Rate | None = None
    av_end_difference_s: float | None = None
    black_s: float = 0.0
    still_s: float = Field(default=0.0, description="the longest time for which nothing in the picture changes")
    most_flashes: float = Field(default=0.0, description="in any second, over a part of the picture that counts")
    silent_speech_s: float = Field(default=0.0, description="the longest silence inside an utterance")
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    covered_words: float | None = Field(default=None, description="share of the spoken words that a cue shows in time")
    fastest_cue_cps: float | None = Field(default=None, description="characters a second")


class Inspection(Model):
    """Whether a master can be published, and why not."""

    status: InspectionStatus
    findings: tuple[Finding, ...]
    figures: InspectionFigures

    @property
    def reasons(self) -> tuple[str, ...]:
        """What failed, then what is doubtful, as sentences."""
        order = {"failed": 0, "doubtful": 1}
        amiss = [finding for finding in self.findings if finding.verdict in order]
        return tuple(finding.message for finding in sorted(amiss, key=lambda one: order[one.verdict]))


def status_of(findings: tuple[Finding, ...]) -> InspectionStatus:
    """Return what findings amount to: something failed blocks, something doubtful degrades."""
    verdicts = {finding.verdict for finding in findings}
    return "blocked" if "failed" in verdicts else "degraded" if "doubtful" in verdicts else "passed"


__all__ = [
    "RECORD_TYPE",
    "SILENCE_DBTP",
    "SILENCE_LUFS",
    "CaptionText",
    "Colour",
    "Finding",
    "Inspection",
    "InspectionFigures",
    "InspectionRequest",
    "InspectionStatus",
    "Loudness",
    "Verdict",
    "status_of",
]
