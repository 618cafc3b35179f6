from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.errors import InputError
from media_factory.rendering.model import Camera, Window
from media_factory.rendering.motion import NamedMove, camera_for, move_for, named_camera, window_at, window_rect

SEEDS = st.integers(min_value=0, max_value=2**32)
SIZES = st.tuples(st.integers(min_value=64, max_value=8192), st.integers(min_value=64, max_value=8192))
WINDOWS = st.builds(Window, zoom=st.floats(1, 4), x=st.floats(0, 1), y=st.floats(0, 1))
PORTRAIT = (1080, 1920)


def camera(index: int, seed: int = 0, *, duration_s: float = 5, image: tuple[int, int] = PORTRAIT) -> Camera:
    return camera_for(index, seed=seed, zoom_per_s=0.02, duration_s=duration_s, image=image, frame=PORTRAIT)


@given(SEEDS)
def test_no_move_comes_twice_running(seed: int) -> None:
    moves = [move_for(index, seed) for index in range(12)]
    assert all(move != following for move, following in pairwise(moves))


def test_push_pull_and_pan_come_as_five_to_two_to_three() -> None:
    moves = Counter(move_for(index, seed) for seed in range(50) for index in range(20))
    assert moves["push"] == pytest.approx(500, abs=20)
    assert moves["pull"] == pytest.approx(200, abs=20)
    assert moves["pan"] == pytest.approx(300, abs=20)


def test_seeds_order_the_moves_differently() -> None:
    assert len({tuple(move_for(index, seed) for index in range(8)) for seed in range(20)}) > 5


@given(st.integers(0, 20), SEEDS, st.floats(0, 0.05), st.floats(0, 60), SIZES, SIZES, st.floats(1, 1.5))
def test_a_camera_never_comes_closer_than_it_may(
    index: int,
    seed: int,
    zoom_per_s: float,
    duration_s: float,
    image: tuple[int, int],
    frame: tuple[int, int],
    max_zoom: float,
) -> None:
    made = camera_for(
        index, seed=seed, zoom_per_s=zoom_per_s, duration_s=duration_s, image=image, frame=frame, max_zoom=max_zoom
    )
    for at in range(0, 50, 7):
        assert 1 <= window_at(made, at, 50).zoom <= max_zoom * (1 + 1e-12)


def test_the_same_arguments_give_the_same_camera_and_others_another() -> None:
    assert camera(3, 7) == camera(3, 7)
    assert camera(3, 7) != camera(4, 7)
    assert camera(3, 7) != camera(3, 8)


def test_a_zoom_of_nothing_keeps_the_camera_still() -> None:
    still = camera_for(0, seed=1, zoom_per_s=0, duration_s=5, image=PORTRAIT, frame=PORTRAIT)
    assert still.start == still.end == Window(zoom=1)


def test_a_pan_over_a_wide_picture_goes_sideways_only_and_at_most_three_percent_a_second() -> None:
    index = next(index for index in range(9) if move_for(index, 0) == "pan")
    pan = camera(index, duration_s=4, image=(1920, 1080))
    left, top, width, _ = window_rect(pan.start, 1920, 1080, *PORTRAIT)
    end_left, end_top, *_ = window_rect(pan.end, 1920, 1080, *PORTRAIT)
    assert top == end_top
    assert 0 < abs(end_left - left) <= 4 * 0.03 * width * 1.0001


@given(WINDOWS, SIZES, SIZES)
def test_a_window_lies_inside_the_picture_and_has_the_frame_s_shape(
    window: Window, image: tuple[int, int], frame: tuple[int, int]
) -> None:
    left, top, width, height = window_rect(window, *image, *frame)
    assert left >= 0
    assert top >= 0
    assert left + width <= image[0] * (1 + 1e-12)
    assert top + height <= image[1] * (1 + 1e-12)
    assert width / height == pytest.approx(frame[0] / frame[1])
    assert max(width / image[0], height / image[1]) == pytest.approx(1 / window.zoom)


@given(WINDOWS, WINDOWS, st.integers(min_value=2, max_value=400))
def test_a_move_begins_and_ends_at_its_windows(start: Window, end: Window, frames: int) -> None:
    made = Camera(start=start, end=end)
    for at, window in ((0, start), (frames - 1, end)):
        found = window_at(made, at, frames)
        assert (found.zoom, found.x, found.y) == pytest.approx((window.zoom, window.x, window.y), abs=1e-6)


@given(SEEDS, st.integers(min_value=0, max_value=9))
def test_a_move_never_turns_back_and_never_stops_dead(seed: int, index: int) -> None:
    made, frames = camera(index, seed), 150
    edges = [window_rect(window_at(made, at, frames), *PORTRAIT, *PORTRAIT) for at in range(frames)]
    lefts = [rect[0] + rect[2] for rect in edges] if made.start.zoom != made.end.zoom else [rect[0] for rect in edges]
    steps = [after - before for before, after in pairwise(lefts)]
    mean = sum(steps) / len(steps)
    if abs(mean) < 1e-3:  # a push towards the right edge keeps that edge where it is
        return
    assert all(step / mean > 0.1 for step in steps)
    assert steps[0] / mean == pytest.approx(0.15, abs=0.06)


def test_one_point_of_the_picture_stands_still_while_the_camera_comes_closer() -> None:
    made = Camera(start=Window(zoom=1), end=Window(zoom=1.06, x=0.52, y=0.49))
    left, _, width, _ = window_rect(made.end, *PORTRAIT, *PORTRAIT)
    fixed = left / (PORTRAIT[0] - width)  # as a share of every window's width
    for at in range(0, 150, 10):
        left, _, width, _ = window_rect(window_at(made, at, 150), *PORTRAIT, *PORTRAIT)
        assert left + fixed * width == pytest.approx(fixed * PORTRAIT[0], abs=1e-6)


def test_a_linear_pan_moves_by_even_steps() -> None:
    made = Camera(start=Window(zoom=1.1, x=0.46), end=Window(zoom=1.1, x=0.54), ease="linear")
    steps = [after - before for before, after in pairwise(window_at(made, at, 30).x for at in range(30))]
    assert steps == pytest.approx([0.08 / 29] * 29)


@pytest.mark.parametrize(("frame", "of"), [(-1, 10), (10, 10)])
def test_a_frame_that_a_shot_does_not_have_is_refused(frame: int, of: int) -> None:
    with pytest.raises(InputError, match="frame"):
        window_at(camera(0), frame, of)


NAMED: tuple[NamedMove, ...] = ("push", "pull", "pan-left", "pan-right", "tilt-up", "tilt-down")


@given(st.sampled_from(NAMED), st.floats(0, 0.05), st.floats(0.2, 120), SIZES, SIZES)
def test_a_named_move_goes_its_way_and_is_neither_hidden_nor_hasty(
    move: NamedMove, zoom_per_s: float, duration_s: float, image: tuple[int, int], frame: tuple[int, int]
) -> None:
    made = named_camera(move, zoom_per_s=zoom_per_s, duration_s=duration_s, image=image, frame=frame)
    left, top, width, height = window_rect(made.start, *image, *frame)
    end_left, end_top, end_width, _ = window_rect(made.end, *image, *frame)
    across, down = (end_left - left) / width, (end_top - top) / height
    if move in ("push", "pull"):
        assert 1.03 <= max(made.start.zoom, made.end.zoom) <= 1.10
        assert (end_width < width) == (move == "push")
        return
    assert 1 <= made.start.zoom == made.end.zoom <= 1.10
    travelled, other = (across, down) if move.startswith("pan") else (down, across)
    assert other == pytest.approx(0, abs=1e-9)
    assert (travelled < 0) == (move in ("pan-left", "tilt-up"))
    assert 0.0299 <= abs(travelled) <= max(0.03, 0.035 * duration_s) * 1.0001


def test_a_still_camera_stays_where_it_is() -> None:
    made = named_camera("still", zoom_per_s=0.05, duration_s=9, image=(1920, 1080), frame=PORTRAIT)
    assert made.start == made.end == Window(zoom=1)


def test_a_pan_over_a_wide_picture_needs_no_zoom() -> None:
    made = named_camera("pan-right", zoom_per_s=0.02, duration_s=6, image=(1920, 1080), frame=PORTRAIT)
    assert made.start.zoom == 1


def test_impossible_cameras_are_refused() -> None:
    with pytest.raises(InputError, match="max_zoom"):
        camera_for(0, seed=0, zoom_per_s=0.02, duration_s=5, image=PORTRAIT, frame=PORTRAIT, max_zoom=0.9)
    with pytest.raises(InputError, match="sizes"):
        camera_for(0, seed=0, zoom_per_s=0.02, duration_s=5, image=(0, 1), frame=PORTRAIT)
    with pytest.raises(InputError, match="shot"):
        move_for(-1, 0)
