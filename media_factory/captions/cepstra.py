"""Cepstra: how a voice sounds every hundredth of a second, in numbers that hardly depend on whose voice it is.

Per frame, thirteen mel-frequency cepstral coefficients, how they change, and how that changes. Each has mean 0 and
deviation 1 over the speech, which takes the microphone and much of the speaker out of them; the higher orders, which
tell voices apart rather than words, weigh less. Silence is one and the same everywhere, whatever its noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
HOP_S = 0.01
_HOP, _WINDOW, _FFT = 160, 400, 512
_MELS, _COEFFICIENTS = 26, 13
_LOW_HZ, _HIGH_HZ = 80.0, 7600.0
_FLOOR = 1e-8
# Measured on three flite voices against espeak: right and wrong texts lie furthest apart with these.
_LIFTER, _CHANGE_REACH, _WEIGHTS = 4.0, 3, (1.0, 1.0, 0.6)
# Between a loud and a soft frame of speech, and as far from all of them.
_SILENCE = -3.0
# Below the loud parts of speech by so much, in dB, is silence; gaps of fewer frames lie within words.
_SILENCE_DB, _SHORTEST_SILENCE, _SHORTEST_SOUND = 38.0, 6, 3
# Where there is noise, speech stands out of it by so much; where nothing is quiet, all but the quietest is speech.
_NOISE_DB, _LEAST_RANGE_DB = 8.0, 20.0
_KEPT_OF_SILENCE = 8
_FRAMES_AT_ONCE = 4096

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Cepstra:
    """The speech of a sound by frames of `HOP_S` seconds, with a little of the silence between, however long that is.

    Args:
        frames: numbers per frame.
        voiced: whether each frame sounds; short gaps in words count as sound.
        at: the place of each frame among all frames of the sound.
    """

    frames: Floats
    voiced: Flags
    at: Ints


def cepstra(samples: Floats) -> Cepstra | None:
    """Return the cepstra of a mono sound of `RATE_HZ`, or None if there is no speech in it."""
    if len(samples) < _WINDOW:
        return None
    energies = _energies(samples)
    voiced = _voiced(10 * np.log10(energies.sum(axis=1) + _FLOOR))
    if not voiced.any():
        return None
    coefficients = np.log(energies + _FLOOR) @ _cosines()
    changes = _change(coefficients)
    lifter = np.exp(-np.arange(_COEFFICIENTS) / _LIFTER)
    orders = (coefficients, changes, _change(changes))
    frames = np.hstack([_even(one, voiced) * lifter * weight for one, weight in zip(orders, _WEIGHTS, strict=True)])
    frames *= np.sqrt(_COEFFICIENTS / np.square(frames[voiced]).sum(axis=1).mean())
    frames[~voiced] = 0
    frames[~voiced, 0] = _SILENCE
    at = np.flatnonzero(voiced | _beside(voiced))
    return Cepstra(frames[at].astype(np.float32), voiced[at], at)


def _energies(samples: Floats) -> Floats:
    """Return the energy of each mel filter in each frame; a frame's time is that of its middle."""
    padded = np.pad(samples.astype(np.float32), _WINDOW // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    shape, filters, parts = np.hamming(_WINDOW).astype(np.float32), _mel_filters(), []
    for first in range(0, len(windows), _FRAMES_AT_ONCE):
        power = np.abs(np.fft.rfft(windows[first : first + _FRAMES_AT_ONCE] * shape, _FFT)) ** 2
        parts.append(power.astype(np.float32) @ filters)
    return np.concatenate(parts)


def _change(frames: Floats) -> Floats:
    """Return how fast each coefficient changes: the slope of a line through the frames around."""
    reach, count = _CHANGE_REACH, len(frames)
    padded = np.pad(frames, ((reach, reach), (0, 0)), mode="edge")
    slopes = sum(
        step * (padded[reach + step : reach + step + count] - padded[reach - step : reach - step + count])
        for step in range(1, reach + 1)
    )
    return np.asarray(slopes, dtype=np.float32)


def _even(frames: Floats, voiced: Flags) -> Floats:
    """Return coefficients with mean 0 and deviation 1 over the speech."""
    spoken = frames[voiced]
    evened: Floats = (frames - spoken.mean(axis=0)) / (spoken.std(axis=0) + 1e-6)
    return evened


def _voiced(loudness_db: Floats) -> Flags:
    quiet, loud = np.percentile(loudness_db, (5, 95))
    if loud < 10 * np.log10(_FLOOR) + _LEAST_RANGE_DB:
        return np.zeros(len(loudness_db), bool)
    sounding = loudness_db > max(loud - _SILENCE_DB, min(quiet + _NOISE_DB, loud - _LEAST_RANGE_DB))
    filled = _without_short_runs(sounding, False, _SHORTEST_SILENCE)
    return _without_short_runs(filled, True, _SHORTEST_SOUND)


def _beside(voiced: Flags) -> Flags:
    """Return which frames lie between speech and close to it: pauses are long or short, and say nothing about words."""
    reach = _KEPT_OF_SILENCE
    near = np.convolve(voiced, np.ones(2 * reach + 1))[reach : reach + len(voiced)] > 0
    sounding = np.flatnonzero(voiced)
    near[: sounding[0]] = near[sounding[-1] + 1 :] = False
    return near


def _without_short_runs(flags: Flags, kind: bool, least: int) -> Flags:
    """Return flags with runs of a kind turned round that are shorter than `least`, but for those at both ends."""
    edges = np.flatnonzero(np.diff(flags)) + 1
    kept = flags.copy()
    for start, end in pairwise(edges):
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
    return np.cos(np.pi * (filters[:, None] + 0.5) * orders[None, :] / _MELS).astype(np.float32)


__all__ = ["HOP_S", "RATE_HZ", "Cepstra", "Flags", "Floats", "Ints", "cepstra"]
