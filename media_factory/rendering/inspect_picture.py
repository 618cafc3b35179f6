"""What is wrong with pictures: black, standing still, flashing. Pure, on the record of what was seen."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from media_factory.rendering.inspect_model import Finding
from media_factory.rendering.inspect_record import Luma
from media_factory.timing import frame_at, seconds_of

# Code values of 8 bits; black is 16. A dark still has something lighter somewhere, black has nothing.
_BLACK_MEAN, _BLACK_MOST = 18.0, 26
# A dip to black between two scenes is shorter than the first, a film whose pictures are gone longer than the second.
BLACK_DOUBTFUL_S, BLACK_FAILED_S = 0.6, 2.0
# Over a second, the slowest of our cameras changes some part of a picture by several code values (measured: 5 at
# least); rounding and key frames change one by 1.
_MOVED = 2
# WCAG 2.3.1: a flash is a pair of opposing changes of 10 % of the largest relative luminance, the darker below 0.80;
# at most three in any second, unless they fill less than a quarter of every ten-degree field of view (a third of the
# picture each way: 341x256 of 1024x768).
_FLASH, _DARKER_BELOW, MOST_FLASHES, _SHARE, _FIELD = 0.1, 0.8, 3.0, 0.25, 3

Spans = list[tuple[int, int]]
Flags = NDArray[np.bool_]


def runs_of(flags: Flags) -> Spans:
    """Return the runs of true values: first, end (excluded).

    >>> runs_of(np.array([False, True, True, False, True]))
    [(1, 3), (4, 5)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def black_spans(luma: Luma) -> Spans:
    """Return the runs of frames that show nothing."""
    parts = luma.reshape(len(luma), -1)
    return runs_of((parts.max(axis=1) <= _BLACK_MOST) & (parts.mean(axis=1) <= _BLACK_MEAN))


def still_spans(luma: Luma, rate: Fraction) -> Spans:
    """Return the runs of at least a second in which no part of the picture is other than a second before."""
    lag = max(1, frame_at(1, rate))
    if len(luma) <= lag:
        return []
    parts = luma.reshape(len(luma), -1)
    still = np.array(
        [
            int(np.abs(now.astype(np.int16) - before).max()) < _MOVED
            for before, now in zip(parts[:-lag], parts[lag:], strict=True)
        ]
    )
    return [(first, end + lag) for first, end in runs_of(still)]


def relative_luminance(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the light of limited-range code values, 0 to 1, as a display of BT.1886 gives it."""
    signal = np.clip((np.arange(256, dtype=np.float32) - 16) / 219, 0, 1) ** 2.4
    return np.asarray(signal[luma], np.float32)


def changes_of(luma: Luma) -> Flags:
    """Return where each part's light turns by a flash's worth: frames, rows, columns.

    A change is counted once per turn: light that goes on rising counts no second time.
    """
    light = relative_luminance(luma)
    high, low = light[0].copy(), light[0].copy()
    way = np.zeros(light[0].shape, np.int8)
    changed = np.zeros(light.shape, bool)
    for index in range(1, len(light)):
        now = light[index]
        np.maximum(high, now, out=high)
        np.minimum(low, now, out=low)
        falls = (way >= 0) & (high - now >= _FLASH) & (now < _DARKER_BELOW)
        rises = (way <= 0) & (now - low >= _FLASH) & (low < _DARKER_BELOW) & ~falls
        changed[index] = falls | rises
        way[falls], way[rises] = -1, 1
        low[falls | rises] = now[falls | rises]
        high[falls | rises] = now[falls | rises]
    return changed


def flashes_per_second(luma: Luma, rate: Fraction) -> NDArray[np.float32]:
    """Return for each frame how many flashes the second that ends with it holds, where they fill enough to count."""
    changed = changes_of(luma)
    most = np.zeros(len(luma), np.float32)
    if not changed.any():
        return most
    window = max(1, frame_at(1, rate))
    field = (max(1, luma.shape[2] // _FIELD), max(1, luma.shape[1] // _FIELD))
    count = np.zeros(luma.shape[1:], np.int16)
    for index in range(len(luma)):
        count += changed[index]
        if index >= window:
            count -= changed[index - window]
        peak = int(count.max())
        while peak > 0 and peak / 2 > most[index]:
            share = cv2.blur((count >= peak).astype(np.float32), field, borderType=cv2.BORDER_CONSTANT)
            if float(share.max()) >= _SHARE - 1e-6:
                most[index] = peak / 2
            peak -= 1
    return most


def picture_findings(luma: Luma, rate: Fraction, longest_still_s: float | None) -> tuple[Finding, ...]:
    """Return what is wrong with a film's pictures; a check that finds nothing says so."""
    return (*_black(luma, rate), *_still(luma, rate, longest_still_s), *_flashing(luma, rate))


def longest_s(spans: Spans, rate: Fraction) -> float:
    """Return the length of the longest span in seconds; 0 if there is none."""
    return max((float(seconds_of(end - first, rate)) for first, end in spans), default=0.0)


def _black(luma: Luma, rate: Fraction) -> tuple[Finding, ...]:
    found = []
    for first, end in black_spans(luma):
        length, at = float(seconds_of(end - first, rate)), float(seconds_of(first, rate))
        if length >= BLACK_DOUBTFUL_S or end - first == len(luma):
            verdict = "failed" if length >= BLACK_FAILED_S or end - first == len(luma) else "doubtful"
            found.append(_finding("black", verdict, f"the picture is black for {length:.1f} s at {at:.1f} s", at))
    return tuple(found) or (_finding("black", "passed", "no black stretch"),)


def _still(luma: Luma, rate: Fraction, longest: float | None) -> tuple[Finding, ...]:
    found = []
    for first, end in still_spans(luma, rate) if longest is not None else ():
        length, at = float(seconds_of(end - first, rate)), float(seconds_of(first, rate))
        if longest is not None and length > longest:
            found.append(
                _finding("frozen", "doubtful", f"the picture stands still for {length:.1f} s at {at:.1f} s", at)
            )
    return tuple(found) or (_finding("frozen", "passed", "the picture never stands still for long"),)


def _flashing(luma: Luma, rate: Fraction) -> tuple[Finding, ...]:
    most = flashes_per_second(luma, rate)
    if float(most.max()) <= MOST_FLASHES:
        return (_finding("flashes", "passed", "no second holds more than three flashes"),)
    at = float(seconds_of(int(np.argmax(most > MOST_FLASHES)), rate))
    message = (
        f"the picture flashes {float(most.max()):g} times in a second near {at:.1f} s; three are safe (WCAG 2.3.1)"
    )
    return (_finding("flashes", "failed", message, at),)


def _finding(check: str, verdict: str, message: str, at_s: float | None = None) -> Finding:
    return Finding.model_validate({"check": check, "verdict": verdict, "message": message, "at_s": at_s})


__all__ = [
    "BLACK_DOUBTFUL_S",
    "BLACK_FAILED_S",
    "MOST_FLASHES",
    "black_spans",
    "changes_of",
    "flashes_per_second",
    "longest_s",
    "picture_findings",
    "relative_luminance",
    "runs_of",
    "still_spans",
]
