"""The meter: loudness by ITU-R BS.1770-5 and EBU R 128, true peaks, silence; heard once, asked as often as liked.

Sound is kept as two numbers for each block of 32 samples: its K-weighted energy and its true peak. Whatever happens to
the level afterwards (a gain, a limiter, a mask) changes these by multiplication, so nothing is heard twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log10
from pathlib import Path
from threading import Event

import cv2
import numpy as np
from numpy.typing import NDArray

from media_factory.rendering.inspect_model import SILENCE_DBTP, SILENCE_LUFS, Loudness
from media_factory.rendering.model import SAMPLE_RATE_HZ
from media_factory.rendering.waveforms import Chain, Samples, Sound, sound_in

BLOCK = 32
_STEP_BLOCKS = SAMPLE_RATE_HZ // 10 // BLOCK
_STEPS = 4  # gating blocks of 400 ms, every 100 ms
_RELATIVE_GATE = 0.1
_OFFSET_LU = -0.691
# BS.1770-5, tables 1 and 2, at 48 kHz.
_K_WEIGHTING = (
    (
        "biquad",
        "b0=1.53512485958697:b1=-2.69169619840638:b2=1.19839281085285:a0=1:a1=-1.69065929318241:a2=0.73248077421585",
    ),
    ("biquad", "b0=1:b1=-2:b2=1:a0=1:a1=-1.99004745483398:a2=0.99007225036621"),
)
_TAPS = 32
_BEFORE = _TAPS // 2 - 1

Blocks = NDArray[np.float32]
Span = tuple[float, float]


def _between() -> tuple[NDArray[np.float32], ...]:
    """Return what gives the values a quarter, half and three quarters of the way from one sample to the next."""
    kernels = []
    for quarter in (0.25, 0.5, 0.75):
        at = np.arange(_TAPS) - _BEFORE - quarter
        kernel = np.sinc(at) * np.i0(8.0 * np.sqrt(1 - (at / (_TAPS / 2)) ** 2))
        kernels.append((kernel / kernel.sum()).astype(np.float32)[None])
    return tuple(kernels)


_BETWEEN = _between()


@dataclass(frozen=True, eq=False)
class Levels:
    """What was heard: K-weighted energy (summed over channels and samples) and true peak of each block."""

    energy: Blocks
    peaks: Blocks

    def lufs(self, gain: Blocks | float = 1.0) -> float:
        """Return the integrated loudness, after a gain (one factor, or one for each block); -70 for silence."""
        return integrated_lufs(self.energy * np.square(gain))

    @property
    def loudness(self) -> Loudness:
        """Loudness and true peak as they are reported, to a hundredth."""
        return Loudness(integrated_lufs=round(self.lufs(), 2), true_peak_dbtp=round(self.true_peak_dbtp, 2))

    @property
    def true_peak_dbtp(self) -> float:
        """The true peak; -120 for silence."""
        peak = float(self.peaks.max(initial=0.0))
        return max(SILENCE_DBTP, 20 * log10(peak)) if peak > 0 else SILENCE_DBTP

    def silences(self, below_db: float, shortest_s: float) -> Iterator[Span]:
        """Yield the spans in seconds that stay under a level for at least so long."""
        quiet = np.concatenate([[False], self.peaks < 10 ** (below_db / 20), [False]])
        edges = np.flatnonzero(quiet[1:] != quiet[:-1]) * BLOCK / SAMPLE_RATE_HZ
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            if end - start >= shortest_s:
                yield (float(start), float(end))


class Meter:
    """Hears sound piece by piece."""

    def __init__(self, channels: int, speakers: int) -> None:
        """Expect sound of so many channels; one channel that two speakers play counts twice."""
        self._chain = Chain(_K_WEIGHTING, channels)
        self._weight = speakers / channels
        self._ahead = np.zeros((channels, _BEFORE), np.float32)
        self._rest = np.zeros((channels, 0), np.float32)
        self._energy: list[Blocks] = []
        self._peaks: list[Blocks] = []

    def hear(self, samples: Samples) -> None:
        """Take the next samples."""
        weighted = np.concatenate([self._rest, self._chain.filtered(samples)], axis=1)
        whole = weighted.shape[1] // BLOCK * BLOCK
        blocks = weighted[:, :whole].reshape(len(weighted), -1, BLOCK)
        self._energy.append(np.einsum("cbi,cbi->b", blocks, blocks) * np.float32(self._weight))
        self._rest = weighted[:, whole:]
        self._see(np.concatenate([self._ahead, samples], axis=1))

    def _see(self, samples: Samples) -> None:
        """Take the peaks of all blocks whose samples have enough others behind them."""
        whole = max(0, samples.shape[1] - _TAPS + 1) // BLOCK * BLOCK
        if whole:
            padded = np.ascontiguousarray(samples[:, : whole + _TAPS - 1])
            highest = np.abs(padded[:, _BEFORE : _BEFORE + whole])
            for kernel in _BETWEEN:
                between = cv2.filter2D(padded, -1, kernel, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)[:, :whole]
                np.maximum(highest, np.abs(between), out=highest)
            self._peaks.append(highest.reshape(len(highest), -1, BLOCK).max(axis=(0, 2)))
        self._ahead = samples[:, whole:]

    def levels(self) -> Levels:
        """Return what was heard; nothing more can be heard afterwards."""
        # Silence until the last block is whole and has been seen.
        held = self._ahead.shape[1] - _BEFORE
        missing = -(-held // BLOCK) * BLOCK - held
        if held:
            self.hear(np.zeros((len(self._rest), missing + _TAPS), np.float32))
        blocks = sum(map(len, self._peaks))
        energy = np.concatenate([*self._energy, np.zeros(0, np.float32)])[:blocks]
        return Levels(energy, np.concatenate([*self._peaks, np.zeros(0, np.float32)]))


def integrated_lufs(energy: NDArray[np.floating]) -> float:
    """Return the loudness of blocks by their K-weighted energy; -70 for silence and for less than 400 ms."""
    steps = energy[: len(energy) // _STEP_BLOCKS * _STEP_BLOCKS].reshape(-1, _STEP_BLOCKS).sum(axis=1, dtype=np.float64)
    if len(steps) < _STEPS:
        return SILENCE_LUFS
    gated = np.convolve(steps, np.ones(_STEPS), "valid") / (_STEPS * _STEP_BLOCKS * BLOCK)
    loud = gated[gated > 10 ** ((SILENCE_LUFS - _OFFSET_LU) / 10)]
    if not len(loud):
        return SILENCE_LUFS
    loud = loud[loud > loud.mean() * _RELATIVE_GATE]
    return _OFFSET_LU + 10 * log10(float(loud.mean()))


def brief_lufs(energy: NDArray[np.floating]) -> float:
    """Return the loudness of a sound that may be shorter than the 400 ms which a meter needs: as if it went on."""
    least = _STEPS * _STEP_BLOCKS + _STEP_BLOCKS
    return integrated_lufs(np.tile(energy, -(-least // len(energy))) if 0 < len(energy) < least else energy)


def levels_of(sound: Sound) -> Levels:
    """Return the levels of sound that two speakers will play."""
    return _heard(sound.pieces(), sound.channels, 2)


def levels_in(path: Path, stop: Event | None = None) -> Levels:
    """Return the levels of a file's first sound track, decoded to its end.

    Raises:
        RenderError: there is no sound in it, it does not decode, or `stop` was set.
    """
    pieces = sound_in(path, stop=stop)
    first = next(pieces, np.zeros((1, 0), np.float32))
    return _heard(_again(first, pieces), len(first), len(first))


def _again(first: Samples, others: Iterator[Samples]) -> Iterator[Samples]:
    yield first
    yield from others


def _heard(pieces: Iterable[Samples], channels: int, speakers: int) -> Levels:
    meter = Meter(channels, speakers)
    for piece in pieces:
        meter.hear(piece)
    return meter.levels()


__all__ = [
    "BLOCK",
    "Blocks",
    "Levels",
    "Meter",
    "brief_lufs",
    "integrated_lufs",
    "levels_in",
    "levels_of",
]
