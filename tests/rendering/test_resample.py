from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.rendering.compose import empty_planes, warp_into
from media_factory.rendering.motion import Rect
from media_factory.rendering.planes import Planes
from media_factory.rendering.resample import TOLERANCE_PX, Resampler, fit_axis


@given(
    start=st.floats(-50, 200),
    step=st.floats(0.9, 1.6),
    samples=st.integers(64, 2160),
    reach=st.integers(0, 300),
)
def test_a_fit_puts_every_sample_in_its_place_and_takes_only_pixels_that_are_there(
    start: float, step: float, samples: int, reach: int
) -> None:
    lowest, highest = -reach, round(start + samples * step) + reach
    fit = fit_axis(start, step, samples, lowest, highest)
    if fit is None:
        return
    assert lowest <= fit.first < fit.first + fit.length <= highest
    assert 0 <= fit.skip <= fit.cells - samples
    scale = fit.length / fit.cells
    for sample in (0, samples // 2, samples - 1):
        place = fit.first + (fit.skip + sample + 0.5) * scale - 0.5
        assert abs(place - (start + sample * step)) <= 1.001 * TOLERANCE_PX * step


def test_a_camera_that_stands_still_over_the_whole_picture_is_one_exact_scaling() -> None:
    fit = fit_axis(1350 / 1080 / 2 - 0.5, 1350 / 1080, 1080, 0, 1350)
    assert fit is not None
    assert (fit.first, fit.length, fit.cells, fit.skip) == (0, 1350, 1080, 0)


def textured(size: tuple[int, int]) -> Planes:
    width, height = size
    down, across = np.mgrid[0:height, 0:width]
    y = (128 + 60 * np.sin(across / 7) * np.cos(down / 9)).astype(np.uint8)
    small = np.ascontiguousarray(y[::2, ::2])
    return y, small, 255 - small


@pytest.mark.parametrize(
    "rect",
    [(0, 0, 540, 960), (20.3, 31.7, 511.2, 908.8), (13.13, 40.41, 501.5, 891.6), (-40, 10, 520, 924.4)],
    ids=["whole", "push", "pan", "beyond the edge"],
)
def test_a_window_is_what_a_warp_would_show(rect: Rect) -> None:
    source, size = textured((540, 960)), (432, 768)
    found, warped = empty_planes(size), empty_planes(size)
    Resampler(source).fill(found, rect)
    warp_into(warped, source, rect)
    for one, other in zip(found, warped, strict=True):
        assert np.abs(one.astype(int) - other).max() <= 2


def test_scaling_is_used_for_most_frames_of_a_push() -> None:
    fits = 0
    for frame in range(100):
        width = 1431 - 81 * frame / 99
        fits += fit_axis((1431 - width) / 2, width / 1080, 1080, -96, 1431 + 96) is not None
    assert fits > 90
