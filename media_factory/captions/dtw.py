"""When each word is spoken in a sound, found by warping a reference that says the same text onto it.

The reference is another voice whose word times are known, such as espeak's. Only how the two sound is compared, so any
language works that the reference voice speaks. Pauses may be anywhere, and of any length, in either of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from media_factory.captions.cepstra import HOP_S, RATE_HZ, Cepstra, Flags, Floats, cepstra
from media_factory.captions.warping import Warp, warp
from media_factory.model import Model
from media_factory.timing import Word

# Measured on three flite voices: the same text costs 0.35 to 0.42 (0.52 in noise of -40 dB), another from 0.60;
# another text in a voice of the reference's own engine from 0.53.
HIGHEST_COST = 0.52
# A word's share of chance at which nothing, and at which everything, speaks for where it was found.
_NO_LIKENESS, _FULL_LIKENESS = 0.95, 0.4
_CHANCES = 4000
# No word is over within so many frames of its start: what starts so late before a pause starts after it.
_SHORTEST_WORD = 4

Seconds = NDArray[np.float64]


class MatchedWords(Model):
    """The words of a reference at their times in a sound.

    Above `HIGHEST_COST` the sound most likely says something else, and the times mean nothing.
    """

    words: tuple[Word, ...] = Field(description="in order; seconds of the sound, to the millisecond")
    confidence: tuple[float, ...] = Field(description="of each word, 0 to 1")
    cost: float = Field(ge=0, description="how unlike the sounds are: 0 for the same, about 1 for chance")


def align_by_dtw(sound: Floats, reference: Floats, reference_words: Sequence[Word]) -> MatchedWords | None:
    """Return when each word of a reference is spoken in a sound; None if one of them is silent.

    Both are mono at `RATE_HZ`. It takes about 10 ms of processor time for a second of sound.
    """
    ours, theirs = cepstra(sound), cepstra(reference)
    if ours is None or theirs is None or not reference_words:
        return None
    way = warp(ours.frames, theirs.frames)
    chance = _chance(ours, theirs)
    turned = Cepstra(theirs.frames[::-1], theirs.voiced[::-1], theirs.at)
    likeness = _spoken_cost(way, ours, theirs)
    backwards = _spoken_cost(warp(ours.frames, turned.frames), ours, turned)
    words = _words(way, ours, theirs, reference_words, len(sound) / RATE_HZ)
    return MatchedWords(
        words=words,
        confidence=_confidence(way, words, ours, chance),
        cost=round(float(likeness / chance * likeness / max(backwards, 1e-6)), 3),
    )


def _spoken_cost(way: Warp, ours: Cepstra, theirs: Cepstra) -> float:
    """Return the mean cost of the steps where either sound speaks: silences are alike in every pair."""
    spoken = ours.voiced[way.ours] | theirs.voiced[way.theirs]
    return float(way.costs[spoken].mean())


def _chance(ours: Cepstra, theirs: Cepstra) -> float:
    """Return how unlike two frames of speech are on average, one of each sound."""
    draw = np.random.default_rng(0)
    pairs = [draw.choice(np.flatnonzero(one.voiced), _CHANCES) for one in (ours, theirs)]
    return float(np.linalg.norm(ours.frames[pairs[0]] - theirs.frames[pairs[1]], axis=1).mean())


def _words(way: Warp, ours: Cepstra, theirs: Cepstra, known: Sequence[Word], duration_s: float) -> tuple[Word, ...]:
    frames, first = np.unique(way.theirs, return_index=True)
    last = np.append(first[1:], len(way.theirs)) - 1
    starts = np.interp(_frame([word.start_s for word in known], theirs), frames, way.ours[last])
    ends = np.interp(_frame([word.end_s for word in known], theirs), frames, way.ours[first])
    begins = _out_of_silence(starts, ours.voiced, 1)
    stops = np.maximum(_out_of_silence(ends, ours.voiced, -1), begins)
    times = [_seconds(np.maximum.accumulate(one), ours) for one in (begins, stops)]
    limits = [*times[0][1:], duration_s]
    return tuple(
        Word(
            text=word.text,
            start_s=round(min(float(start), duration_s), 3),
            end_s=round(max(float(start), min(float(end), float(limit), duration_s)), 3),
        )
        for word, start, end, limit in zip(known, times[0], times[1], limits, strict=True)
    )


def _frame(times_s: list[float], sound: Cepstra) -> Seconds:
    """Return where times lie among the kept frames of a sound."""
    return np.interp(np.asarray(times_s) / HOP_S, sound.at, np.arange(len(sound.at)))


def _seconds(frames: Seconds, sound: Cepstra) -> Seconds:
    return np.interp(frames, np.arange(len(sound.at)), sound.at) * HOP_S


def _out_of_silence(frames: Seconds, voiced: Flags, towards: int) -> Seconds:
    """Return frames with those in silence, or just before it, moved to the next edge of sound in a direction."""
    sounding = np.flatnonzero(voiced)
    at = np.clip(np.rint(frames).astype(int) + towards * _SHORTEST_WORD, 0, len(voiced) - 1)
    found = np.searchsorted(sounding, at, "left" if towards > 0 else "right") - (towards < 0)
    edges = sounding[np.clip(found, 0, len(sounding) - 1)]
    return np.where(voiced[at], frames, edges.astype(float))


def _confidence(way: Warp, words: Sequence[Word], ours: Cepstra, chance: float) -> tuple[float, ...]:
    """Return how much more alike than chance the frames of each word are."""
    times = ours.at[way.ours] * HOP_S
    found = []
    for word in words:
        low, high = np.searchsorted(times, word.start_s), np.searchsorted(times, word.end_s, "right")
        share = float(way.costs[low : max(high, low + 1)].mean()) / chance
        found.append(round(float(np.clip((_NO_LIKENESS - share) / (_NO_LIKENESS - _FULL_LIKENESS), 0, 1)), 2))
    return tuple(found)


__all__ = ["HIGHEST_COST", "MatchedWords", "align_by_dtw"]
