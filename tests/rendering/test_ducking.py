"""The curve by which music makes room for speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.rendering.ducking import ducking_curve, speaking_mask, speaking_spans, write_gain

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
    speaking = speaking_mask(spans, 25 * SECOND) == 0
    assert np.allclose(curve[speaking], -depth_db)
    assert curve.min() >= -depth_db - 1e-9
    assert curve.max() <= 0
    assert np.abs(np.diff(curve)).max() <= depth_db / 200 + 1e-9


def test_a_written_curve_has_one_factor_for_each_sample(tmp_path: Path) -> None:
    write_gain(ducking_curve([(SECOND, 2 * SECOND)], 25 * SECOND + 7, 20), 25 * SECOND + 7, tmp_path / "gain")
    gain = np.fromfile(tmp_path / "gain", "<f4")
    assert len(gain) == 25 * SECOND + 7
    assert gain[int(1.5 * SECOND)] == pytest.approx(0.1)
    assert gain[-1] == 1
