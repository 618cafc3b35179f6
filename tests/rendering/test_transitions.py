from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from media_factory.rendering.compose import Composer, empty_planes
from media_factory.rendering.model import SegmentRequest, Transition
from media_factory.rendering.planes import PlaneCache, Planes
from media_factory.rendering.transitions import Place, colour_codes, fade_share, mix_into, placed, places, smooth
from tests.rendering.films import SIZE, STILL, Gallery, card, segment

Kind = Literal["dissolve", "fade", "slide", "wipe", "zoom"]
Way = Literal["left", "right", "up", "down"]
KINDS: tuple[Kind, ...] = ("dissolve", "fade", "slide", "wipe", "zoom")
WAYS: tuple[Way, ...] = ("left", "right", "up", "down")
RED, BLUE, GREY = (63, 102, 240), (32, 240, 118), (126, 128, 128)


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    return Gallery(tmp_path)


def red_to_blue(gallery: Gallery, transition: Transition | None, frames: int = 9) -> SegmentRequest:
    request = segment(
        (gallery.flat("#ff0000"), STILL, 20, 20 + frames), (gallery.flat("#0000ff"), STILL, 0, 90), frames=frames
    )
    return request.model_copy(update={"transition": transition})


def drawn(request: SegmentRequest, gallery: Gallery, frame: int) -> Planes:
    out = empty_planes((request.width_px, request.height_px))
    Composer(request, gallery.paths, PlaneCache()).draw(frame, out)
    return out


def codes_at(planes: Planes, x: int, y: int) -> tuple[int, int, int]:
    return int(planes[0][y, x]), int(planes[1][y // 2, x // 2]), int(planes[2][y // 2, x // 2])


def share_of_blue(planes: Planes) -> float:
    """Return how much of a frame of red and blue is blue."""
    return float((RED[0] - planes[0].astype(float)).mean() / (RED[0] - BLUE[0]))


def test_without_a_word_two_shots_dissolve(gallery: Gallery) -> None:
    plain = red_to_blue(gallery, None)
    said = plain.model_copy(update={"transition": Transition()})
    assert all(np.array_equal(a, b) for a, b in zip(drawn(plain, gallery, 3), drawn(said, gallery, 3), strict=True))


def test_a_dissolve_shows_half_of_each_picture_in_its_middle(gallery: Gallery) -> None:
    planes = drawn(red_to_blue(gallery, Transition()), gallery, 4)
    for plane, red, blue in zip(planes, RED, BLUE, strict=True):
        assert np.abs(plane.astype(float) - (red + blue) / 2).max() <= 0.5


def test_a_fade_goes_through_its_colour_and_shows_one_picture_at_a_time(gallery: Gallery) -> None:
    request = red_to_blue(gallery, Transition(kind="fade", colour="#808080"))
    assert codes_at(drawn(request, gallery, 4), 50, 50) == GREY
    early, late = (codes_at(drawn(request, gallery, frame), 50, 50) for frame in (1, 7))
    assert early == pytest.approx([0.6 * a + 0.4 * b for a, b in zip(RED, GREY, strict=True)], abs=0.6)
    assert late == pytest.approx([0.6 * a + 0.4 * b for a, b in zip(BLUE, GREY, strict=True)], abs=0.6)


def test_the_first_shot_of_a_film_comes_out_of_the_colour_by_even_steps(gallery: Gallery) -> None:
    request = segment((gallery.flat("white"), STILL, 0, 30), frames=9)
    request = request.model_copy(update={"transition": Transition(kind="fade", colour="#000000")})
    levels = [codes_at(drawn(request, gallery, frame), 9, 9)[0] for frame in range(9)]
    assert levels == [round(16 + 219 * (frame + 1) / 10) for frame in range(9)]


@pytest.mark.parametrize("kind", ["slide", "wipe"])
@pytest.mark.parametrize("towards", WAYS)
def test_an_edge_that_moves_brings_the_second_picture_in_from_its_side(
    gallery: Gallery, kind: Kind, towards: Way
) -> None:
    request = red_to_blue(gallery, Transition(kind=kind, towards=towards))
    middle = drawn(request, gallery, 4)
    width, height = SIZE
    first, last = {
        "left": ((4, height // 2), (width - 4, height // 2)),
        "right": ((width - 4, height // 2), (4, height // 2)),
        "up": ((width // 2, 4), (width // 2, height - 4)),
        "down": ((width // 2, height - 4), (width // 2, 4)),
    }[towards]
    assert codes_at(middle, *first) == RED
    assert codes_at(middle, *last) == BLUE
    assert share_of_blue(middle) == pytest.approx(0.5, abs=0.005)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("towards", WAYS)
def test_a_transition_begins_with_the_first_picture_and_ends_with_the_second(
    gallery: Gallery, kind: Kind, towards: Way
) -> None:
    request = red_to_blue(gallery, Transition(kind=kind, towards=towards, colour="#ff0000"), frames=59)
    shares = [share_of_blue(drawn(request, gallery, frame)) for frame in (0, 14, 29, 44, 58)]
    assert shares[0] <= 0.035  # one code of the thirty-one between the two
    assert shares[-1] >= 0.95
    assert all(before <= after + 0.002 for before, after in pairwise(shares))


@pytest.mark.parametrize("kind", KINDS)
def test_no_frame_of_a_transition_flashes(gallery: Gallery, kind: Kind) -> None:
    """Between two greys, every frame's mean lies between theirs and moves one way."""
    request = segment((gallery.flat("#606060"), STILL, 0, 30), (gallery.flat("#a0a0a0"), STILL, 0, 30), frames=30)
    request = request.model_copy(update={"transition": Transition(kind=kind, colour="#606060")})
    composer, out, means = Composer(request, gallery.paths), empty_planes(SIZE), []
    for frame in range(30):
        composer.draw(frame, out)
        means.append(float(out[0].mean()))
    steps = [after - before for before, after in pairwise(means)]
    assert min(steps) >= -0.6  # rounding of flat codes
    assert max(steps) <= 8


def test_a_slide_is_smooth_to_a_fiftieth_of_a_pixel(gallery: Gallery) -> None:
    """Waves of 24 pixels slide out of the frame; their phase says where they are."""
    waves = np.rint(128 + 90 * np.sin(2 * np.pi * np.arange(216) / 24)).astype(np.uint8)
    picture = gallery.hang(Image.fromarray(np.broadcast_to(waves, (384, 216)).copy()))
    request = segment((picture, STILL, 0, 40), (gallery.flat("white"), STILL, 0, 40), frames=40)
    request = request.model_copy(update={"transition": Transition(kind="slide", towards="left")})
    composer, out, wave = Composer(request, gallery.paths), empty_planes(SIZE), np.exp(-2j * np.pi * np.arange(96) / 24)
    errors = []
    for frame in range(18):
        composer.draw(frame, out)
        phase = float(np.angle((out[0][200, :96] * wave).sum())) - np.angle(-1j)
        missed = phase * 24 / (2 * np.pi) - smooth(fade_share(frame, 40)) * SIZE[0]
        errors.append((missed + 12) % 24 - 12)
    assert np.sqrt(np.mean(np.diff(errors) ** 2)) <= 0.02
    assert max(map(abs, errors)) <= 0.1


def test_the_first_picture_of_a_zoom_grows_about_the_middle(gallery: Gallery) -> None:
    dot = Image.new("RGB", (432, 768), "black")
    dot.paste("white", (166, 334, 266, 434))
    request = segment((gallery.hang(dot), STILL, 0, 40), (gallery.flat("black"), STILL, 0, 40), frames=40)
    request = request.model_copy(update={"transition": Transition(kind="zoom")})
    widths = []
    for frame in (0, 6, 10):
        rows, columns = np.nonzero(drawn(request, gallery, frame)[0] > 100)
        widths.append(int(columns.max() - columns.min()))
        assert (columns.max() + columns.min()) / 2 == pytest.approx(107.5, abs=1)
        assert (rows.max() + rows.min()) / 2 == pytest.approx(191.5, abs=1)
    assert widths[0] < widths[1] < widths[2]


def test_a_soft_edge_is_soft_and_a_hard_one_is_one_pixel_wide(gallery: Gallery) -> None:
    between = {}
    request = red_to_blue(gallery, None)
    for kind in ("slide", "wipe"):
        row = drawn(request.model_copy(update={"transition": Transition(kind=kind)}), gallery, 3)[0][100]
        between[kind] = int(((row < RED[0]) & (row > BLUE[0])).sum())
    assert between["slide"] <= 1
    assert 8 <= between["wipe"] <= 14


@given(st.sampled_from(KINDS), st.sampled_from(WAYS), st.integers(1, 60), st.integers(1, 60), st.floats(0.01, 0.99))
def test_frames_of_any_size_are_filled_and_nothing_wraps_around(
    kind: Kind, towards: Way, half_w: int, half_h: int, share: float
) -> None:
    size = (2 * half_w, 2 * half_h)
    first, second = empty_planes(size), empty_planes(size)
    for planes, codes in ((first, (60, 100, 150)), (second, (200, 140, 110))):
        for plane, code in zip(planes, codes, strict=True):
            plane[:] = code
    mix_into(first, second, Transition(kind=kind, towards=towards, colour="#606060"), share)
    low_high = ((60, 200), (100, 140), (110, 150))
    for plane, (low, high) in zip(first, low_high, strict=True):
        assert low <= plane.min()
        assert plane.max() <= high


@given(st.sampled_from(WAYS), st.floats(0, 1))
def test_slid_pictures_always_lie_side_by_side(towards: Way, share: float) -> None:
    first, second = places(Transition(kind="slide", towards=towards), share, (1080, 1920))
    apart = (second.x_px - first.x_px, second.y_px - first.y_px)
    assert apart == pytest.approx(
        {"left": (1080, 0), "right": (-1080, 0), "up": (0, 1920), "down": (0, -1920)}[towards]
    )


def test_a_place_moves_and_grows_the_part_that_is_seen() -> None:
    assert placed((10, 20, 100, 200), Place(), (50, 100)) == (10, 20, 100, 200)
    assert placed((10, 20, 100, 200), Place(x_px=5, y_px=-10), (50, 100)) == (0, 40, 100, 200)
    assert placed((10, 20, 100, 200), Place(growth=2), (50, 100)) == (35, 70, 50, 100)


def test_colours_are_bt709() -> None:
    assert [colour_codes(colour) for colour in ("#ff0000", "#0000ff", "#000000")] == [RED, BLUE, (16, 128, 128)]


def test_a_picture_that_leaves_keeps_its_own_edge(gallery: Gallery) -> None:
    """What lies beyond the window of a wide picture never shows beside it."""
    wide = Image.new("RGB", (1200, 384), "#00ff00")
    wide.paste(card(1, (216, 384)), (492, 0))
    request = segment((gallery.hang(wide), STILL, 0, 40), (gallery.flat("#0000ff"), STILL, 0, 40), frames=9)
    request = request.model_copy(update={"transition": Transition(kind="slide", towards="left")})
    for frame in range(9):
        y, u, _ = drawn(request, gallery, frame)
        edge = round(SIZE[0] * (1 - smooth(fade_share(frame, 9))))
        assert (y[:, edge + 2 :] == BLUE[0]).all()
        assert (u[:, edge // 2 + 2 :] == BLUE[1]).all()
