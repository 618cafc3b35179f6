"""Laws of a way through two sounds."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.captions.cepstra import Floats
from media_factory.captions.warping import warp


def frames(count: int, seed: int) -> Floats:
    return np.cumsum(np.random.default_rng(seed).normal(size=(count, 4)), axis=0).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 99))
def test_a_way_goes_from_both_beginnings_to_both_ends_and_never_back(ours: int, theirs: int, seed: int) -> None:
    way = warp(frames(ours, seed), frames(theirs, seed + 1))
    assert (way.ours[0], way.theirs[0], way.ours[-1], way.theirs[-1]) == (0, 0, ours - 1, theirs - 1)
    steps = np.stack([np.diff(way.ours), np.diff(way.theirs)])
    assert ((steps == 0) | (steps == 1)).all()
    assert (steps.sum(axis=0) >= 1).all()


def test_a_sound_is_its_own_at_no_cost() -> None:
    sound = frames(500, 3)
    way = warp(sound, sound)
    assert (way.ours == way.theirs).all()
    assert way.costs.sum() == 0


def test_a_stretched_sound_is_followed() -> None:
    sound = frames(400, 4)
    places = np.round(np.linspace(0, 399, 900) ** 1.05 / 399**0.05).astype(int).clip(0, 399)
    way = warp(sound[places], sound)
    assert np.abs(places[way.ours] - way.theirs).max() <= 2


def test_short_sounds_take_the_cheapest_way_of_all() -> None:
    ours, theirs = frames(30, 5), frames(26, 6)
    cost = np.linalg.norm(ours[:, None] - theirs[None], axis=2)
    best = np.full((31, 27), np.inf)
    best[0, 0] = 0
    for row in range(1, 31):
        for column in range(1, 27):
            before = min(best[row - 1, column], best[row, column - 1], best[row - 1, column - 1])
            best[row, column] = cost[row - 1, column - 1] + before
    assert np.isclose(warp(ours, theirs).costs.sum(), best[-1, -1], rtol=1e-5)
