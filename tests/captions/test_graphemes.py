import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.captions.graphemes import clusters


@pytest.mark.parametrize(
    "one",
    ["e\u0301", "👍🏽", "🇳🇱", "👩‍🚀", "ที่", "क्ष", "\u1112\u1161\u11ab", "☀\ufe0f"],
)
def test_what_a_reader_takes_for_one_character_stays_whole(one: str) -> None:
    assert clusters(f"x{one}x") == ("x", one, "x")


def test_two_flags_are_two() -> None:
    assert clusters("🇳🇱🇯🇵") == ("🇳🇱", "🇯🇵")


@given(st.text())
def test_clusters_join_to_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text
