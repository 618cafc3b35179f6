"""The limiter: a gain, held back wherever a true peak would come out above the ceiling.

It sees everything beforehand, so it is down before a peak arrives and nothing gets through. It works on blocks
(`meter.BLOCK`), so that gains can be tried without touching the sound.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from media_factory.rendering.meter import BLOCK, Blocks, Levels
from media_factory.rendering.model import SAMPLE_RATE_HZ

# 5 ms before a peak it begins to go down, and 60 ms behind it a third is left of what it held back: slowly enough for a
# voice's period not to be shaped by it (0.4 dB at 110 Hz and 3 dB of limiting).
_ATTACK_BLOCKS = round(0.005 * SAMPLE_RATE_HZ / BLOCK)
_RELEASE_BLOCKS = 0.06 * SAMPLE_RATE_HZ / BLOCK
_LEAST_DB = 1e-6
_TRIALS = 12
_CLOSE_LU = 0.01
_LEAST_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class Gain:
    """A gain in dB, and how far it is held back where each block begins (None where it never is)."""

    gain_db: float
    held: Blocks | None

    def at(self, first: int, count: int) -> NDArray[np.float32] | float:
        """Return the factors for so many samples from `first` on, which is where a block begins."""
        factor = 10 ** (self.gain_db / 20)
        if self.held is None:
            return factor
        begin, end = first // BLOCK, -(-(first + count) // BLOCK)
        knots = self.held[begin : end + 1] * np.float32(factor)
        ramp = np.arange(BLOCK, dtype=np.float32) / BLOCK
        return np.asarray((knots[:-1, None] + np.diff(knots)[:, None] * ramp).ravel()[:count], np.float32)

    @property
    def by_block(self) -> Blocks | float:
        """The factor in the middle of each block."""
        factor = 10 ** (self.gain_db / 20)
        return factor if self.held is None else (self.held[:-1] + self.held[1:]) * np.float32(factor / 2)


def limited(levels: Levels, gain_db: float, ceiling_dbtp: float) -> Gain:
    """Return a gain under which no true peak comes out above a ceiling."""
    over = levels.peaks * np.float32(10 ** ((gain_db - ceiling_dbtp) / 20))
    if over.max(initial=0.0) <= 1:
        return Gain(gain_db, None)
    # What is held back dies away exponentially, which is a straight line in the logarithm of the decibels.
    needed = np.log(np.maximum(20 * np.log10(np.maximum(over, 1.0), dtype=np.float64), _LEAST_DB))
    release = np.arange(len(needed)) / _RELEASE_BLOCKS
    held_db = -np.exp(np.maximum.accumulate(needed + release) - release).astype(np.float32)
    # One block further than the smoothing reaches: between two blocks' beginnings the gain is on its way.
    reach = np.ones((1, 2 * _ATTACK_BLOCKS + 1), np.uint8)
    lowest_db = cv2.erode(np.append(held_db, held_db[-1:])[None], reach, borderType=cv2.BORDER_REPLICATE)
    smooth_db = cv2.blur(lowest_db, (2 * _ATTACK_BLOCKS - 1, 1), borderType=cv2.BORDER_REPLICATE)[0]
    return Gain(gain_db, np.power(10.0, smooth_db / 20).astype(np.float32))


def gain_for(levels: Levels, loudness_lufs: float, ceiling_dbtp: float) -> Gain:
    """Return the gain behind whose limiter a sound is as loud as asked, or as near to that as it gets."""
    gain_db, step_db, before = loudness_lufs - levels.lufs(), 0.0, 0.0
    for _ in range(_TRIALS):
        gain = limited(levels, gain_db, ceiling_dbtp)
        missing = loudness_lufs - levels.lufs(gain.by_block)
        if abs(missing) < _CLOSE_LU:
            break
        # The harder a limiter works, the less of a step comes out of it: the last one says how much.
        share = (before - missing) / step_db if step_db else 1.0
        step_db, before = missing / min(1.0, max(share, _LEAST_SHARE)), missing
        gain_db += step_db
    return gain


__all__ = ["Gain", "gain_for", "limited"]
