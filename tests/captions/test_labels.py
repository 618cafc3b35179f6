from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.captions.labels import Label, label_for, timed_words
from media_factory.captions.measure import line_width_px, room_px
from media_factory.captions.style import caption_style_for
from media_factory.design.themes import THEMES

STYLE = caption_style_for(THEMES["news"], 1080, 1920, "en", "plain")
RATE = Fraction(30)
LONG = "The port reopened this morning after the storm had kept forty vessels waiting offshore for two whole days, " * 2
TEXTS = st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=30).map(" ".join)


def shown(labels: tuple[Label, ...]) -> list[str]:
    return [word for label in labels for line in label.lines for word in line]


def test_a_short_caption_stands_for_the_whole_time_in_the_style_s_own_size() -> None:
    (label,) = label_for("Port reopens", STYLE, 90, RATE)
    assert (label.first, label.end, label.style) == (0, 90, STYLE)


def test_a_caption_that_is_a_little_too_long_is_set_smaller_rather_than_cut() -> None:
    (label,) = label_for("The port reopened after forty vessels had waited", STYLE, 90, RATE)
    assert 0.72 * STYLE.size_px - 1 <= label.style.size_px < STYLE.size_px
    assert len(label.lines) == 2


@settings(deadline=None, max_examples=30)
@given(TEXTS, st.integers(30, 900))
def test_every_word_is_shown_once_in_order_and_something_stands_in_every_frame(text: str, frames: int) -> None:
    labels = label_for(text, STYLE, frames, RATE)
    assert shown(labels) == text.split()
    assert labels[0].first == 0
    assert labels[-1].end == frames
    assert all(before.end == after.first for before, after in itertools.pairwise(labels))
    for label in labels:
        assert len(label.lines) <= 2
        assert all(line_width_px(line, label.style) <= room_px(label.style) for line in label.lines)


def test_a_long_caption_is_shown_in_parts_one_after_the_other() -> None:
    labels = label_for(LONG.strip(), STYLE, 240, RATE)
    assert len(labels) > 1
    assert shown(labels) == LONG.split()


def test_what_a_segment_shows_counts_from_its_own_first_frame() -> None:
    label = label_for("Port reopens", STYLE, 90, RATE)[0]
    assert (label.span(30, 40).first, label.span(30, 40).end, label.span(30, 40).active) == (0, 40, None)
    assert (label.span(60, 40).first, label.span(60, 40).end) == (0, 30)


def test_words_are_spread_over_the_time_that_reading_takes() -> None:
    words = timed_words("Port reopens", "en", 2.0, 4.0)
    assert [word.text for word in words] == ["Port", "reopens"]
    assert (words[0].start_s, words[-1].end_s) == (2.0, pytest.approx(4.0))
    assert timed_words("Port reopens", "en", 0.0, 60.0)[-1].end_s == pytest.approx(6.5)
