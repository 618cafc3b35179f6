"""Words have areas that no platform covers and no zoom leaves."""

from hypothesis import given
from hypothesis import strategies as st

from media_factory.drawing.areas import ZOOM, Box, safe_areas, text_areas


def test_the_phone_areas_are_those_that_the_platforms_leave_free() -> None:
    upper, lower = safe_areas(1080, 1920)
    assert upper.holds(Box(120, 288, 960, 840))
    assert lower.holds(Box(120, 288, 780, 930))
    assert not lower.holds(Box(120, 288, 800, 930))


def test_other_shapes_leave_the_lowest_thirty_percent_to_captions() -> None:
    for size in ((1920, 1080), (1080, 1080), (1080, 1350)):
        (area,) = safe_areas(*size)
        assert area.bottom <= 0.7 * size[1] + 0.01
        assert area.left >= 0.082 * size[0]


@given(st.integers(64, 8192), st.integers(64, 8192))
def test_what_stands_in_a_text_area_is_safe_before_and_after_the_zoom(width: int, height: int) -> None:
    for safe, inner in zip(safe_areas(width, height), text_areas(width, height), strict=True):
        assert safe.holds(inner)
        x, y = width / 2, height / 2
        zoomed = Box(
            *(
                c + (edge - c) * ZOOM
                for c, edge in ((x, inner.left), (y, inner.top), (x, inner.right), (y, inner.bottom))
            )
        )
        assert safe.holds(zoomed)
