"""Lines hold every word once and are as few as can be."""

from hypothesis import given
from hypothesis import strategies as st

from media_factory.design.linebreaking import broken


@given(widths=st.lists(st.floats(1, 100), min_size=1, max_size=30), room=st.floats(100, 400))
def test_lines_hold_every_word_once_in_order_and_are_as_few_as_can_be(widths: list[float], room: float) -> None:
    lines = broken(["word"] * len(widths), widths, 5, room)
    assert lines is not None
    assert [index for first, end in lines for index in range(first, end)] == list(range(len(widths)))
    assert all(sum(widths[first:end]) + 5 * (end - first - 1) <= room + len(widths) / 64 for first, end in lines)
    greedy, used = 1, -5 * 64
    for width in (round(64 * width) for width in widths):
        if used + 5 * 64 + width > round(64 * room):
            greedy, used = greedy + 1, -5 * 64
        used += 5 * 64 + width
    assert len(lines) == greedy


def test_no_words_and_words_that_are_too_wide_have_no_lines() -> None:
    assert broken([], [], 5, 100) is None
    assert broken(["wide"], [101], 5, 100) is None
