from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.captions.linebreak import break_lines
from tests.captions.texts import TOKENS


def chars(words: Sequence[str]) -> float:
    return len(" ".join(words))


def broken(text: str, width: int, lines: int = 2) -> list[str] | None:
    found = break_lines(text.split(), chars, width, lines)
    return None if found is None else [" ".join(line) for line in found]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("Rates rose today.", 20, ["Rates rose today."]),
        ("The port of Rotterdam reopened this morning", 32, ["The port of Rotterdam", "reopened this morning"]),
        ("On July 20, 1969, Apollo 11 landed", 20, ["On July 20, 1969,", "Apollo 11 landed"]),
        ("says Dr. Smith of the U.S. Treasury.", 24, ["says Dr. Smith", "of the U.S. Treasury."]),
        ("that keeps the payment about $60 higher a month", 30, ["that keeps the payment", "about $60 higher a month"]),
    ],
)
def test_lines_end_where_a_reader_would_pause(text: str, width: int, lines: list[str]) -> None:
    assert broken(text, width) == lines


def test_of_two_equal_breaks_the_lower_line_is_the_longer() -> None:
    assert broken("alpha beta gamma delta omega", 20) == ["alpha beta", "gamma delta omega"]


def test_no_short_word_stands_alone_where_it_can_be_helped() -> None:
    lines = broken("Everything stopped when a storm hit us", 34)
    assert lines is not None
    assert all(len(line.split()) > 1 for line in lines)


def test_text_that_does_not_fit_is_not_broken() -> None:
    assert broken("one two three four five six", 8) is None


def test_a_word_wider_than_the_line_stands_alone() -> None:
    assert broken("see extraordinarily", 8) == ["see", "extraordinarily"]


@given(st.lists(TOKENS, min_size=1, max_size=14), st.integers(5, 40), st.integers(1, 3))
def test_lines_hold_every_word_in_order_within_the_width(words: list[str], width: int, most: int) -> None:
    lines = break_lines(words, chars, width, most)
    if lines is None:
        assert chars(words) > width
        return
    assert [word for line in lines for word in line] == words
    assert 1 <= len(lines) <= most
    assert all(chars(line) <= width or len(line) == 1 for line in lines)
