"""The curve by which music makes room for speech."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.rendering.ducking import ducking_curve, gain_at, speaking_spans

SECOND = 48_000


def test_short_gaps_count_as_speech_and_long_ones_do_not() -> None:
    spans = [(4 * SECOND, 5 * SECOND), (0, SECOND), (int(1.79 * SECOND), 3 * SECOND)]
    assert speaking_spans(spans) == ((0, 3 * SECOND), (4 * SECOND, 5 * SECOND))


def test_music_sinks_before_speech_holds_and_comes_back_slowly() -> None:
    curve = ducking_curve([(2 * SECOND, 3 * SECOND)], 5 * SECOND, 12)
    heard = {at: round(float(curve[at]), 2) for at in (0, 1749, 1850, 1950, 2000, 3000, 3350, 3700, 4500)}
    assert heard == {0: 0, 1749: 0, 1850: -6, 1950: -12, 2000: -12, 3000: -12, 3350: -6, 3700: 0, 4500: 0}


SPANS = st.lists(st.tuples(st.integers(0, 20 * SECOND), st.integers(1, 5 * SECOND)), max_size=6)


@given(raw=SPANS, depth_db=st.floats(0, 12))
def test_music_is_down_wherever_somebody_speaks_and_never_jumps(raw: list[tuple[int, int]], depth_db: float) -> None:
    spans = [(start, start + length) for start, length in raw]
    curve = ducking_curve(spans, 25 * SECOND, depth_db)
    times = np.arange(len(curve)) * (SECOND // 1000)
    for start, end in speaking_spans(spans):
        assert np.allclose(curve[(times >= start) & (times < end)], -depth_db)
    assert curve.min() >= -depth_db - 1e-9
    assert curve.max() <= 0
    assert np.abs(np.diff(curve)).max() <= depth_db / 200 + 1e-9


@given(cut=st.integers(1, 25 * SECOND + 6))
@settings(deadline=None, max_examples=20)
def test_a_curve_has_one_factor_for_each_sample_in_whatever_pieces(cut: int) -> None:
    samples = 25 * SECOND + 7
    curve = ducking_curve([(SECOND, 2 * SECOND)], samples, 20)
    gain = gain_at(curve, 0, samples)
    assert len(gain) == samples
    assert gain[int(1.5 * SECOND)] == pytest.approx(0.1)
    assert gain[-1] == 1
    assert np.array_equal(np.concatenate([gain_at(curve, 0, cut), gain_at(curve, cut, samples - cut)]), gain)
