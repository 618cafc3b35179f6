from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.briefs.fields import Destination
from media_factory.captions.cards import CaptionBox
from media_factory.captions.safe_areas import safe_box

NAMES: tuple[Destination, ...] = get_args(Destination)
STRICT = (120, 288, 780, 1248)


def corners(box: CaptionBox) -> tuple[int, int, int, int]:
    return box.x_px, box.y_px, box.x_px + box.width_px, box.y_px + box.height_px


def inside(inner: tuple[int, int, int, int], outer: tuple[int, int, int, int]) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


@pytest.mark.parametrize(
    ("destinations", "box"),
    [
        ((), STRICT),
        (("x",), STRICT),
        (("web",), STRICT),
        (("tiktok", "reels"), STRICT),
        (("reels", "podcast"), STRICT),
        (("tiktok",), (120, 240, 780, 1260)),
        (("reels",), (65, 269, 1015, 1248)),
        (("reels", "reels"), (65, 269, 1015, 1248)),
        (("shorts",), (48, 288, 888, 1248)),
        (("youtube",), (48, 288, 888, 1248)),
    ],
)
def test_one_known_platform_relaxes_what_is_left_free(
    destinations: tuple[Destination, ...], box: tuple[int, int, int, int]
) -> None:
    assert corners(safe_box(destinations, 1080, 1920)) == box


@pytest.mark.parametrize("name", NAMES)
def test_what_is_free_everywhere_is_free_on_each_platform(name: Destination) -> None:
    assert inside(STRICT, corners(safe_box((name,), 1080, 1920)))


@given(st.lists(st.sampled_from(NAMES)), st.integers(32, 4320), st.integers(32, 4320))
def test_the_box_lies_in_frames_of_every_size(names: list[Destination], width_px: int, height_px: int) -> None:
    left, top, right, bottom = corners(safe_box(names, width_px, height_px))
    assert 0 <= left < right <= width_px
    assert 0 <= top < bottom <= height_px


@pytest.mark.parametrize(("size", "box"), [((1920, 1080), (240, 54, 1680, 1026)), ((1080, 1080), (54, 54, 1026, 1026))])
def test_frames_that_are_not_tall_take_the_safe_area_of_captions(
    size: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    assert corners(safe_box(("tiktok",), *size)) == box
