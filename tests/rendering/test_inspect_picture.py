"""Black, still and flashing pictures, on records of what was seen."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from media_factory.rendering.inspect_picture import (
    black_spans,
    flashes_per_second,
    longest_s,
    picture_findings,
    runs_of,
    still_spans,
)

RATE = Fraction(30)
PARTS = (32, 18)
DARK, BRIGHT = 40, 180


def waves(flashes: int, seconds: int = 2, share: float = 1.0) -> NDArray[np.uint8]:
    """Return frames whose upper `share` goes bright and dark again so many times in every second."""
    luma = np.full((seconds * 30, *PARTS), DARK, np.uint8)
    rows = round(share * PARTS[0])
    for index in range(len(luma)):
        if flashes and int(index * 2 * flashes / 30) % 2:
            luma[index, :rows] = BRIGHT
    return luma


@given(flashes=st.integers(0, 12))
def test_flashes_are_counted_as_they_come(flashes: int) -> None:
    assert flashes_per_second(waves(flashes), RATE).max() == pytest.approx(flashes, abs=0.5)


@given(flashes=st.integers(0, 12))
def test_more_than_three_flashes_in_a_second_fail(flashes: int) -> None:
    verdicts = {finding.check: finding.verdict for finding in picture_findings(waves(flashes), RATE, None)}
    assert verdicts["flashes"] == ("failed" if flashes > 3 else "passed")


def test_flashes_that_fill_little_do_not_count() -> None:
    """A caption's two lines are less than a quarter of any third of the picture."""
    assert flashes_per_second(waves(8, share=2 / 32), RATE).max() == 0
    assert flashes_per_second(waves(8, share=4 / 32), RATE).max() > 3


def test_light_among_brights_and_slow_light_are_no_flashes() -> None:
    bright = np.where(waves(8) == BRIGHT, 235, 216).astype(np.uint8)
    assert flashes_per_second(bright, RATE).max() == 0
    ramp = np.linspace(16, 235, 60).astype(np.uint8)
    slow = np.broadcast_to(ramp[:, None, None], (60, *PARTS)).copy()
    assert flashes_per_second(slow, RATE).max() <= 0.5


def test_flashes_across_a_second_count_wherever_the_second_begins() -> None:
    dark = np.full((22, *PARTS), DARK, np.uint8)
    assert flashes_per_second(np.concatenate([dark, waves(5, 1), dark]), RATE).max() > 3


@given(st.lists(st.booleans(), max_size=40))
def test_runs_cover_what_is_true_and_nothing_else(flags: list[bool]) -> None:
    runs = runs_of(np.array(flags, bool))
    assert [index for first, end in runs for index in range(first, end)] == [i for i, flag in enumerate(flags) if flag]
    assert all(first < end for first, end in runs)


def test_a_dark_picture_with_a_star_is_not_black() -> None:
    luma = np.full((30, *PARTS), 16, np.uint8)
    assert black_spans(luma) == [(0, 30)]
    luma[:, 3, 4] = 45
    assert black_spans(luma) == []


def test_a_film_of_black_alone_fails_however_short() -> None:
    verdicts = {
        finding.check: finding.verdict for finding in picture_findings(np.full((5, *PARTS), 16, np.uint8), RATE, 5.0)
    }
    assert verdicts["black"] == "failed"


@pytest.mark.parametrize("step", [0, 1])
def test_stillness_is_judged_over_a_second_and_forgives_rounding(step: int) -> None:
    luma = np.full((120, *PARTS), DARK, np.uint8)
    luma[::2, 5, 5] += step
    luma[100:, 6, 6] += 40
    assert longest_s(still_spans(luma, RATE), RATE) == pytest.approx(100 / 30)


def test_one_part_that_moves_slowly_is_enough() -> None:
    luma = np.full((150, *PARTS), DARK, np.uint8)
    luma[:, 5, 5] += (np.arange(150) // 10).astype(np.uint8)
    assert still_spans(luma, RATE) == []


def test_a_film_shorter_than_a_second_is_never_called_still() -> None:
    assert still_spans(np.full((20, *PARTS), DARK, np.uint8), RATE) == []
