"""Nothing gets through the limiter, and what needs none is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.rendering.limiting import Gain, gain_for, limited
from media_factory.rendering.meter import BLOCK, Levels, Meter
from tests.rendering.sounds import Sound, chatter, tone


def heard(sound: Sound) -> Levels:
    meter = Meter(1, 2)
    meter.hear(sound.astype(np.float32)[None])
    return meter.levels()


def after(sound: Sound, gain: Gain) -> Sound:
    return np.asarray(sound * gain.at(0, len(sound)))


def test_sound_below_the_ceiling_gets_its_gain_and_nothing_else() -> None:
    gain = limited(heard(tone(1, level=0.1)), 6.0, -1.0)
    assert gain.held is None
    assert gain.at(0, 480) == pytest.approx(10 ** (6 / 20))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000), st.floats(0, 18), st.floats(-9, -1))
def test_no_true_peak_gets_through(seed: int, gain_db: float, ceiling_dbtp: float) -> None:
    sound = chatter(1, seed, 48_000)
    limited_sound = after(sound, limited(heard(sound), gain_db, ceiling_dbtp))
    assert heard(limited_sound).true_peak_dbtp <= ceiling_dbtp + 0.1


def test_it_is_down_before_a_peak_and_comes_back_slowly() -> None:
    sound = tone(1, level=0.05)
    sound[24_000] = 1.0
    gain = limited(heard(sound), 0.0, -12.0)
    course_db = 20 * np.log10(gain.at(0, len(sound)))
    assert course_db[24_000] <= -12
    assert course_db[24_000 - 960] == pytest.approx(0, abs=0.01)  # 20 ms before
    assert -6 < course_db[24_000 + 2880] < -3  # 60 ms after: two thirds are back
    assert course_db[-1] == pytest.approx(0, abs=0.01)
    assert np.abs(np.diff(course_db)).max() < 0.1


def test_pieces_of_a_gain_are_parts_of_it() -> None:
    sound = chatter(1, rate_hz=48_000)
    gain = limited(heard(sound), 12.0, -3.0)
    cut = 100 * BLOCK
    parts = [gain.at(0, cut), gain.at(cut, len(sound) - cut)]
    assert np.array_equal(np.concatenate(parts), gain.at(0, len(sound)))


@pytest.mark.parametrize("target_lufs", [-31, -23, -16, -9])
def test_the_gain_makes_sound_as_loud_as_asked(target_lufs: float) -> None:
    sound = chatter(4, rate_hz=48_000)
    gain = gain_for(heard(sound), target_lufs, -1.9)
    out = heard(after(sound, gain))
    assert out.lufs() == pytest.approx(target_lufs, abs=0.15)
    assert out.true_peak_dbtp <= -1.8
