"""Cepstra: how a voice sounds every hundredth of a second, in numbers that hardly depend on whose voice it is.

Thirteen mel-frequency cepstral coefficients per frame, each with mean 0 and deviation 1 over the sound, which takes the
microphone and much of the speaker out of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
HOP_S = 0.01
_HOP, _WINDOW, _FFT = 160, 400, 512
_MELS, _COEFFICIENTS = 26, 13
_LOW_HZ, _HIGH_HZ = 80.0, 7600.0
_FLOOR = 1e-8
# Below the loud parts of speech by so much, in dB, is silence; so are gaps that no ear takes for one.
_SILENCE_DB, _SHORTEST_SILENCE = 38.0, 6
# Where there is noise, speech stands out of it by so much; where nothing is quiet, all but the quietest is speech.
_NOISE_DB, _LEAST_RANGE_DB = 8.0, 20.0
_FRAMES_AT_ONCE = 4096

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Cepstra:
    """A sound by frames of `HOP_S` seconds.

    Args:
        frames: thirteen coefficients per frame.
        voiced: whether each frame sounds; short gaps in words count as sound.
    """

    frames: Floats
    voiced: NDArray[np.bool_]


def cepstra(samples: Floats) -> Cepstra:
    """Return the cepstra of a mono sound of `RATE_HZ`; it needs at least a tenth of a second.

    Raises:
        ValueError: it is shorter.
    """
    if len(samples) < RATE_HZ // 10:
        raise ValueError(f"{len(samples)} samples are no speech")
    padded = np.pad(samples.astype(np.float32), _WINDOW // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    shape, mels = np.hamming(_WINDOW).astype(np.float32), _mel_filters()
    parts = []
    for first in range(0, len(windows), _FRAMES_AT_ONCE):
        power = np.abs(np.fft.rfft(windows[first : first + _FRAMES_AT_ONCE] * shape, _FFT)) ** 2
        parts.append(power.astype(np.float32) @ mels)
    energies = np.concatenate(parts)
    frames = np.log(energies + _FLOOR) @ _cosines()
    voiced = _voiced(10 * np.log10(energies.sum(axis=1) + _FLOOR))
    spoken = frames[voiced] if voiced.any() else frames
    return Cepstra(((frames - spoken.mean(axis=0)) / (spoken.std(axis=0) + 1e-6)).astype(np.float32), voiced)


def _voiced(loudness_db: Floats) -> NDArray[np.bool_]:
    """Return which frames sound, with gaps of up to 60 ms between them filled and lone clicks left out."""
    quiet, loud = np.percentile(loudness_db, (5, 95))
    loud = loudness_db > max(loud - _SILENCE_DB, min(quiet + _NOISE_DB, loud - _LEAST_RANGE_DB))
    return _without_short_runs(_without_short_runs(loud, False, _SHORTEST_SILENCE), True, 3)


def _without_short_runs(flags: NDArray[np.bool_], kind: bool, least: int) -> NDArray[np.bool_]:
    """Return flags with runs of a kind turned round that are shorter than `least`, but for those at both ends."""
    edges = np.flatnonzero(np.diff(flags)) + 1
    kept = flags.copy()
    for start, end in zip(edges[:-1], edges[1:], strict=True):
        if flags[start] == kind and end - start < least:
            kept[start:end] = not kind
    return kept


@cache
def _mel_filters() -> Floats:
    """Return triangles of equal width on the mel scale: one column per filter over the bins of the spectrum."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (_LOW_HZ, _HIGH_HZ))
    corners = 700 * (10 ** (np.linspace(low, high, _MELS + 2) / 2595) - 1)
    bins = np.arange(_FFT // 2 + 1) * RATE_HZ / _FFT
    rising = (bins[:, None] - corners[None, :-2]) / (corners[1:-1] - corners[:-2])
    falling = (corners[None, 2:] - bins[:, None]) / (corners[2:] - corners[1:-1])
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


@cache
def _cosines() -> Floats:
    """Return the matrix of the discrete cosine transform, type II, of the filters to the first coefficients."""
    filters, orders = np.arange(_MELS), np.arange(_COEFFICIENTS)
    matrix = np.cos(np.pi * (filters[:, None] + 0.5) * orders[None, :] / _MELS)
    return matrix.astype(np.float32)


__all__ = ["HOP_S", "RATE_HZ", "Cepstra", "Floats", "cepstra"]
