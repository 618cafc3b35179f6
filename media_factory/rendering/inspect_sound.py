"""What is wrong with sound: its loudness, its peak, silence where somebody should speak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from media_factory.errors import RenderError
from media_factory.rendering.inspect_model import SILENCE_LUFS, Finding, InspectionRequest, Loudness
from media_factory.rendering.meter import levels_in
from media_factory.timing import Word

# dBFS; the breaths of synthetic speakers lie at -60 and below.
_SILENT_DB, _SHORTEST_SILENCE_S = -50, 0.3
# A speaker's own pause at a dash or a colon lasts up to 0.8 s.
PAUSE_S = 1.5
TOLERANCE_LU, _WRONG_LU = 0.5, 4.0
_PEAK_TOLERANCE_DB, _CLIPS_DBTP = 0.1, 0.0

Span = tuple[float, float]


@dataclass(frozen=True)
class Heard:
    """A film's loudness, and when nothing is heard; times are seconds of the film."""

    loudness: Loudness
    silences: tuple[Span, ...]


def hear(stop: Event, path: Path) -> Heard:
    """Decode a film's sound to its end and return what was heard; call it in a thread.

    Raises:
        RenderError: there is no sound in it, it does not decode, or `stop` was set.
    """
    levels = levels_in(path, stop)
    return Heard(levels.loudness, tuple(levels.silences(_SILENT_DB, _SHORTEST_SILENCE_S)))


def silent_speech(speech: Sequence[Sequence[Word]], silences: Sequence[Span]) -> list[Span]:
    """Return the silences inside utterances, from an utterance's first word to its last, longest first."""
    found = []
    for words in speech:
        if words:
            first, last = words[0].start_s, words[-1].end_s
            found += [(max(a, first), min(b, last)) for a, b in silences if min(b, last) > max(a, first)]
    return sorted(found, key=lambda span: span[0] - span[1])


def sound_findings(request: InspectionRequest, heard: Heard) -> tuple[Finding, ...]:
    """Return what is wrong with a film's sound; a check that finds nothing says so."""
    return (_loudness(request, heard.loudness), _peak(request, heard.loudness), _silence(request, heard))


def _loudness(request: InspectionRequest, loudness: Loudness) -> Finding:
    if request.loudness_lufs is None:
        raise RenderError("a film without a loudness to reach has no loudness to judge")
    off = loudness.integrated_lufs - request.loudness_lufs
    message = f"the sound measures {loudness.integrated_lufs:.1f} LUFS"
    if abs(off) <= TOLERANCE_LU + 1e-9:
        return Finding(check="loudness", verdict="passed", message=message)
    message += f"; {request.loudness_lufs:g} was asked for, within {TOLERANCE_LU:g} LU"
    if loudness.integrated_lufs <= SILENCE_LUFS:
        return Finding(check="loudness", verdict="failed", message="the sound track is silent from end to end")
    verdict = "failed" if abs(off) > _WRONG_LU else "doubtful"
    return Finding.model_validate({"check": "loudness", "verdict": verdict, "message": message})


def _peak(request: InspectionRequest, loudness: Loudness) -> Finding:
    message = f"the true peak is {loudness.true_peak_dbtp:.1f} dBTP"
    if loudness.true_peak_dbtp <= request.true_peak_dbtp + _PEAK_TOLERANCE_DB:
        return Finding(check="true-peak", verdict="passed", message=message)
    message += f"; {request.true_peak_dbtp:g} was the ceiling"
    verdict = "failed" if loudness.true_peak_dbtp > _CLIPS_DBTP else "doubtful"
    return Finding.model_validate({"check": "true-peak", "verdict": verdict, "message": message})


def _silence(request: InspectionRequest, heard: Heard) -> Finding:
    silent = [span for span in silent_speech(request.speech, heard.silences) if span[1] - span[0] >= PAUSE_S]
    if not silent:
        return Finding(check="silence", verdict="passed", message="something is heard wherever somebody should speak")
    speaking = sum(words[-1].end_s - words[0].start_s for words in request.speech if words)
    missing = sum(end - start for start, end in silent)
    start, end = silent[0]
    message = f"nothing is heard for {end - start:.1f} s at {start:.1f} s, where somebody should speak"
    verdict = "failed" if missing > speaking / 4 else "doubtful"
    return Finding.model_validate({"check": "silence", "verdict": verdict, "message": message, "at_s": start})


__all__ = ["PAUSE_S", "TOLERANCE_LU", "Heard", "hear", "silent_speech", "sound_findings"]
