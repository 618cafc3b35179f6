"""Ducking: how music makes room for speech whose times are known beforehand.

Known times need no compressor: the music starts to sink before the first word, lies still through short gaps, and
comes back slowly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from media_factory.rendering.model import SAMPLE_RATE_HZ

LEAD_S, SINK_S, RECOVER_S, HOLD_GAP_S = 0.25, 0.2, 0.7, 0.8
_CONTROL_HZ = 1000

Span = tuple[int, int]


def speaking_spans(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return where somebody speaks, with gaps under 0.8 s counted as speech; samples at 48 kHz, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start - merged[-1][1] < HOLD_GAP_S * SAMPLE_RATE_HZ:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def ducking_curve(spans: Sequence[Span], samples: int, depth_db: float) -> NDArray[np.float64]:
    """Return the music's gain in dB, 1000 values a second: 0 when nobody speaks, `-depth_db` under speech.

    Args:
        spans: where utterances sound, in samples at 48 kHz.
        samples: length of the film's sound.
        depth_db: how far the music sinks, at least 0.
    """
    times = np.arange(samples * _CONTROL_HZ // SAMPLE_RATE_HZ + 2) / _CONTROL_HZ
    curve = np.zeros(len(times))
    for start, end in speaking_spans(spans):
        start_s, end_s = start / SAMPLE_RATE_HZ, end / SAMPLE_RATE_HZ
        knots = (start_s - LEAD_S, start_s - LEAD_S + SINK_S, end_s, end_s + RECOVER_S)
        curve = np.minimum(curve, np.interp(times, knots, (0.0, -depth_db, -depth_db, 0.0)))
    return curve


def gain_at(curve_db: NDArray[np.float64], first: int, count: int) -> NDArray[np.float32]:
    """Return a curve's factors for so many samples from `first` on."""
    each = SAMPLE_RATE_HZ // _CONTROL_HZ
    begin, end = first // each, -(-(first + count) // each)
    gain = np.power(10.0, curve_db[begin : end + 1] / 20)
    between = gain[:-1, None] + np.diff(gain)[:, None] * (np.arange(each) / each)
    return between.ravel()[first - begin * each :][:count].astype(np.float32)


__all__ = ["Span", "ducking_curve", "gain_at", "speaking_spans"]
