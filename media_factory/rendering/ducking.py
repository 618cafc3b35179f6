"""Ducking: how music makes room for speech whose times are known beforehand.

Known times need no compressor: the music starts to sink before the first word, lies still through short gaps, and
comes back slowly. The curve is data that ffmpeg multiplies the music with, sample by sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 48_000
LEAD_S, SINK_S, RECOVER_S, HOLD_GAP_S = 0.25, 0.2, 0.7, 0.8
_CONTROL_HZ = 1000
_CHUNK_S = 10

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


def speaking_mask(spans: Sequence[Span], samples: int) -> NDArray[np.float64]:
    """Return 0 dB while somebody speaks and silence elsewhere, on the same scale as `ducking_curve`."""
    times = np.arange(samples * _CONTROL_HZ // SAMPLE_RATE_HZ + 2) * (SAMPLE_RATE_HZ // _CONTROL_HZ)
    mask = np.full(len(times), -np.inf)
    for start, end in speaking_spans(spans):
        mask[(times >= start) & (times < end)] = 0.0
    return mask


def write_gain(curve_db: NDArray[np.float64], samples: int, target: Path) -> None:
    """Write a curve as raw mono 32-bit floats at 48 kHz: one factor for each sample."""
    gain = np.power(10.0, curve_db / 20)
    positions = np.arange(len(gain)) * (SAMPLE_RATE_HZ // _CONTROL_HZ)
    with target.open("wb") as file:
        for first in range(0, samples, _CHUNK_S * SAMPLE_RATE_HZ):
            chunk = np.arange(first, min(first + _CHUNK_S * SAMPLE_RATE_HZ, samples))
            file.write(np.interp(chunk, positions, gain).astype("<f4").tobytes())


__all__ = ["SAMPLE_RATE_HZ", "Span", "ducking_curve", "speaking_mask", "speaking_spans", "write_gain"]
