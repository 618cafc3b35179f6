"""Warping: which moment of one sound is which moment of another that says the same, by dynamic time warping.

Both are cepstra. A coarse pass over every fourth frame keeps within a band around the straight line; a fine pass keeps
near what the coarse one found. Time and memory grow with the length, not with its square.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_factory.captions.cepstra import Floats, Ints

_COARSE = 4
# Speech runs at most so far ahead of, or behind, an even pace; the same for short sounds, in coarse frames.
_BAND, _LEAST_BAND = 0.12, 40
_CORRIDOR = 30
_FAR = 1e18
_STAY, _STEP, _SKIP = 0, 1, 2


@dataclass(frozen=True)
class Warp:
    """The cheapest way through two sounds.

    Args:
        ours, theirs: frames of both, step by step, neither ever falling.
        costs: how unlike the frames of each step are.
    """

    ours: Ints
    theirs: Ints
    costs: Floats


def warp(ours: Floats, theirs: Floats) -> Warp:
    """Return which frames of one sound are which of another."""
    coarse_ours, coarse_theirs = _thinned(ours), _thinned(theirs)
    even = np.linspace(0, len(coarse_theirs) - 1, len(coarse_ours)).astype(int)
    band = max(_LEAST_BAND, int(_BAND * max(len(coarse_ours), len(coarse_theirs))))
    coarse = _cheapest(coarse_ours, coarse_theirs, _Corridor.around(even, even, band, len(coarse_theirs)))
    rows = np.minimum(np.arange(len(ours)) // _COARSE, len(coarse_ours) - 1)
    first = coarse.theirs[np.searchsorted(coarse.ours, rows, "left")]
    last = coarse.theirs[np.searchsorted(coarse.ours, rows, "right") - 1]
    return _cheapest(ours, theirs, _Corridor.around(first * _COARSE, last * _COARSE, _CORRIDOR, len(theirs)))


@dataclass(frozen=True)
class _Corridor:
    """Where a way may go: of each of our frames, the first of theirs and the one after the last; neither falls."""

    lows: Ints
    highs: Ints

    @classmethod
    def around(cls, first: Ints, last: Ints, reach: int, count: int) -> _Corridor:
        """Return the corridor of so many frames on both sides of a line, open at both ends."""
        lows = np.maximum.accumulate(np.clip(first - reach, 0, count - 1))
        highs = np.maximum.accumulate(np.clip(last + reach + 1, 1, count))
        lows[0], highs[-1] = 0, count
        return cls(lows, highs)


def _thinned(frames: Floats) -> Floats:
    """Return the means of every four frames."""
    whole = len(frames) // _COARSE * _COARSE
    if not whole:
        return frames
    means: Floats = frames[:whole].reshape(-1, _COARSE, frames.shape[1]).mean(axis=1)
    return means


def _cheapest(ours: Floats, theirs: Floats, corridor: _Corridor) -> Warp:
    """Return the cheapest way through a corridor, from both beginnings to both ends."""
    moves, row, earlier = [], np.full(len(theirs) + 1, _FAR), 0
    for index, (low, high) in enumerate(zip(corridor.lows, corridor.highs, strict=True)):
        cost = _unlike(ours[index], theirs[low:high])
        if index:
            row[earlier:low] = _FAR
            stay, step = row[low + 1 : high + 1], row[low:high]
            before = np.minimum(stay, step)
            move = np.where(step <= stay, _STEP, _STAY).astype(np.int8)
        else:
            before, move = np.full(high - low, _FAR), np.zeros(high - low, np.int8)
            before[0] = 0.0
        # Runs along `theirs` in one go: the cheapest place to have entered the run, plus what the run costs since.
        since = np.cumsum(cost)
        entered = before - (since - cost)
        cheapest = np.minimum.accumulate(entered)
        move[entered > cheapest] = _SKIP
        row[low + 1 : high + 1] = cheapest + since
        row[low], earlier = _FAR, low
        moves.append(move)
    return _followed_back(ours, theirs, moves, corridor.lows)


def _followed_back(ours: Floats, theirs: Floats, moves: list[NDArray[np.int8]], lows: Ints) -> Warp:
    index, at = len(ours) - 1, len(theirs) - 1
    way = [(index, at)]
    while index or at:
        move = moves[index][at - lows[index]] if index else _SKIP
        if move != _SKIP:
            index -= 1
        if move != _STAY:
            at -= 1
        way.append((index, at))
    steps = np.array(way[::-1])
    costs = np.sqrt(((ours[steps[:, 0]] - theirs[steps[:, 1]]) ** 2).sum(axis=1))
    return Warp(steps[:, 0], steps[:, 1], costs)


def _unlike(frame: Floats, others: Floats) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.sqrt(np.square(others - frame).sum(axis=1, dtype=np.float64))
    return lengths


__all__ = ["Warp", "warp"]
