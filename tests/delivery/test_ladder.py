from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.delivery.ladder import cuts, rungs_below
from media_factory.errors import RenderError

SIDES = st.integers(32, 4320).map(lambda half: half * 2)


@given(width=SIDES, height=SIDES)
def test_no_rung_is_larger_than_the_master_and_each_has_its_shape(width: int, height: int) -> None:
    rungs = rungs_below(width, height)
    for rung in rungs:
        assert rung.width_px < width
        assert rung.height_px < height
        assert rung.width_px % 2 == rung.height_px % 2 == 0
        scale = rung.height_px / height
        assert abs(rung.width_px - width * scale) <= 1 + width / height
    for larger, smaller in pairwise(rungs):
        assert larger.width_px > smaller.width_px
        assert larger.height_px > smaller.height_px
        assert larger.max_bitrate_bps > smaller.max_bitrate_bps


def test_a_vertical_film_of_1080_has_the_rows_turned() -> None:
    sizes = [(rung.width_px, rung.height_px) for rung in rungs_below(1080, 1920)]
    assert sizes == [(720, 1280), (540, 960), (360, 640), (234, 416)]
    assert [(rung.height_px, rung.width_px) for rung in rungs_below(1920, 1080)] == sizes
    assert rungs_below(216, 384) == ()


KEYS = st.lists(st.integers(1, 60), min_size=1, max_size=60)


@given(gaps=KEYS)
def test_segments_cover_the_film_begin_with_key_frames_and_stay_short(gaps: list[int]) -> None:
    frames = [0]
    for gap in gaps:
        frames.append(frames[-1] + gap)
    keys, end = [Fraction(frame, 30) for frame in frames[:-1]], Fraction(frames[-1], 30)
    chosen = cuts(keys, end)
    assert chosen[0] == 0
    assert all(before < after for before, after in pairwise(chosen))
    times = [*(keys[index] for index in chosen), end]
    assert all(after - before <= Fraction(645, 100) for before, after in pairwise(times))


def test_segments_are_near_six_seconds_and_no_crumb_is_left_at_the_end() -> None:
    keys = [Fraction(second) for second in range(0, 26, 2)]
    times = [*(keys[index] for index in cuts(keys, Fraction(25))), Fraction(25)]
    assert sorted(after - before for before, after in pairwise(times)) == [4, 4, 5, 6, 6]


def test_key_frames_far_apart_are_taken_as_they_are() -> None:
    assert cuts([Fraction(0), Fraction(20)], Fraction(21)) == (0, 1)


def test_a_film_must_begin_with_a_key_frame() -> None:
    with pytest.raises(RenderError, match="begin with a key frame"):
        cuts([Fraction(1)], Fraction(2))
