"""Word times from events: laws that hold for whatever the library reports."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from media_factory.providers.espeak.times import Event, SpokenText, timed_words, word_spans


def spoken(*parts: str) -> SpokenText:
    """Return parts joined by spaces, and where each lies."""
    spans, at = [], 0
    for part in parts:
        spans.append((at, at + len(part)))
        at += len(part) + 1
    return SpokenText(" ".join(parts), tuple(spans))


def test_a_word_ends_where_its_last_phoneme_does_and_the_pause_belongs_to_nobody() -> None:
    events = [
        *(Event("word", 0, 0), Event("phoneme", 0, 0, "a"), Event("phoneme", 0, 40, "_:"), Event("phoneme", 0, 50, "")),
        *(Event("word", 3, 100), Event("phoneme", 3, 110, "b")),
    ]
    assert word_spans(("a.", "b"), spoken("a.", "b"), events, 200) == [(0, 40), (110, 200)]


def test_words_that_the_library_merges_share_their_time_by_letters() -> None:
    events = [Event("word", 0, 0), Event("phoneme", 0, 0, "in"), Event("word", 7, 500), Event("phoneme", 7, 500, "sea")]
    assert word_spans(("in", "the", "sea"), spoken("in", "the", "sea"), events, 800) == [
        (0, 200),
        (200, 500),
        (500, 800),
    ]


def test_a_number_with_several_events_is_one_word() -> None:
    events = [Event("word", at, at * 100) for at in (0, 1, 1, 5)]
    assert word_spans(("2026", "ends"), spoken("2026", "ends"), events, 900) == [(0, 500), (500, 900)]


def test_an_event_on_the_space_before_a_word_is_the_words() -> None:
    events = [Event("word", 0, 0), Event("word", 2, 300)]
    assert word_spans(("co", "go"), spoken("co", "go"), events, 600) == [(0, 300), (300, 600)]


def test_a_word_for_which_nothing_is_said_shares_the_time_of_the_word_before_it() -> None:
    said = SpokenText("so on", ((0, 2), (3, 3), (3, 5)))
    spans = word_spans(("so", "🎉", "on"), said, [Event("word", 0, 0), Event("word", 3, 300)], 600)
    assert spans == [(0, 200), (200, 300), (300, 600)]


PARTS = st.lists(st.text("abc19,", min_size=0, max_size=6), min_size=1, max_size=12)
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["word", "phoneme"]),
        st.integers(-2, 60),
        st.integers(0, 5000),
        st.sampled_from(["", "_", "a", "(en)"]),
    ),
    max_size=40,
)


@given(parts=PARTS, raw=EVENTS)
def test_times_rise_within_the_sound_whatever_the_events_are(
    parts: list[str], raw: list[tuple[str, int, int, str]]
) -> None:
    events = sorted((Event(*one) for one in raw), key=lambda event: event.sample)
    words = [part or "—" for part in parts]
    timed = timed_words(words, spoken(*parts), events, 5000, 22050)
    assert [word.text for word in timed] == words
    assert all(word.start_s <= word.end_s for word in timed)
    assert all(one.end_s <= following.start_s for one, following in pairwise(timed))
    assert timed[-1].end_s <= 5000 / 22050
