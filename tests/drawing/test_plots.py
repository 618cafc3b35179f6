"""Charts are to scale, labelled, and lit in one place."""

import pytest

from media_factory.design.colour import inks_of
from media_factory.design.themes import THEMES
from media_factory.drawing.areas import Box
from media_factory.drawing.chart import chart
from media_factory.drawing.composition import Composition, Desk
from media_factory.drawing.looks import LOOKS
from media_factory.drawing.plots import is_timeline
from media_factory.drawing.shapes import Bar, Stroke
from media_factory.requests import Card, DataPoint

NEWS = THEMES["news"]
DESK = Desk(1080, 1920, inks_of(NEWS.palette.as_tuple()), NEWS, LOOKS["news"], "en")


def points(*marks: tuple[str, float]) -> tuple[DataPoint, ...]:
    return tuple(DataPoint(label=label, value=value, shown=f"{value:g}%") for label, value in marks)


def composed(*marks: tuple[str, float]) -> Composition:
    found = chart(Card(layout="chart", headline="A claim", points=points(*marks)), DESK)
    assert found is not None
    return found


def bars(composition: Composition) -> list[Bar]:
    found = [shape for shape in composition.shapes if isinstance(shape, Bar)]
    return [bar for bar in found if min(bar.right - bar.left, bar.bottom - bar.top) > 12]


def test_columns_are_as_high_as_their_values() -> None:
    heights = [bar.bottom - bar.top for bar in bars(composed(("Wind", 30), ("Gas", 20), ("Coal", 10)))]
    assert heights[0] == pytest.approx(3 * heights[2], rel=0.01)
    assert heights[1] == pytest.approx(2 * heights[2], rel=0.01)


def test_columns_below_zero_hang_from_the_axis() -> None:
    up, down = bars(composed(("Gain", 4), ("Loss", -2)))
    assert up.bottom == pytest.approx(down.top)
    assert up.bottom - up.top == pytest.approx(2 * (down.bottom - down.top), rel=0.01)


def test_long_names_turn_columns_into_bars_that_are_to_scale() -> None:
    found = bars(composed(("San Francisco Bay", 30), ("New York City", 60), ("Philadelphia", 15), ("Los Angeles", 45)))
    widths = [bar.right - bar.left for bar in found]
    assert widths[1] == pytest.approx(2 * widths[0], rel=0.01)
    assert widths[0] == pytest.approx(2 * widths[2], rel=0.01)


def test_years_make_a_line_that_is_to_scale() -> None:
    composition = composed(("2021", 4.0), ("2022", 8.0), ("2023", 6.0), ("2024", 5.0))
    line = next(shape for shape in composition.shapes if isinstance(shape, Stroke))
    ys = [y for _, y in line.points]
    assert ys[0] - ys[2] == pytest.approx((ys[0] - ys[1]) / 2, rel=0.01)


@pytest.mark.parametrize(
    "labels", [("2021", "2022", "2023"), ("Q1", "Q2", "Q3"), ("Jan", "Feb", "March"), ("Mon", "Tue", "Wed")]
)
def test_moments_in_time_are_known(labels: tuple[str, ...]) -> None:
    assert is_timeline(points(*((label, 1.0) for label in labels)))


def test_names_are_no_moments_in_time() -> None:
    assert not is_timeline(points(("Wind", 1), ("Gas", 2), ("Coal", 3)))


def test_every_mark_of_a_short_chart_shows_its_name_and_its_value_and_no_labels_meet() -> None:
    marks = (("2021", 4.7), ("2022", 8.0), ("2023", 4.1), ("2024", 2.9), ("2025", 2.4))
    texts = composed(*marks).texts
    shown = {placed.text for placed in texts}
    assert {label for label, _ in marks} <= shown
    assert {f"{value:g}%" for _, value in marks} <= shown
    for index, one in enumerate(texts):
        for other in texts[index + 1 :]:
            assert not _meet(one.box, other.box), (one.text, other.text)


def test_one_mark_is_nothing_to_compare() -> None:
    assert chart(Card(layout="chart", points=points(("Wind", 3))), DESK) is None


def test_equal_values_still_make_a_chart() -> None:
    assert composed(("2021", 3), ("2022", 3), ("2023", 3)).texts
    assert composed(("Wind", 0), ("Gas", 0)).texts


def _meet(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom
