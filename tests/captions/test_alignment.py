from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.captions.alignment import align, check_words, proportional, shifted
from media_factory.captions.words import split_words
from media_factory.errors import BadReply
from media_factory.timing import Word
from tests.captions.texts import JAPANESE, MOON, RATES, spoken


@given(st.text(max_size=200), st.floats(0.05, 600), st.sampled_from(["en", "ja", "th", "ar"]))
def test_proportional_words_are_those_of_the_text_and_pass_the_check(
    text: str, duration_s: float, language: str
) -> None:
    words = proportional(text, language, duration_s)
    check_words(words, text, language, duration_s)
    assert all(word.end_s <= duration_s for word in words)
    assert all(before.end_s <= after.start_s for before, after in pairwise(words))


def test_proportional_speech_fills_the_sound_and_pauses_at_marks() -> None:
    words = proportional(MOON, "en", 12.0)
    assert (words[0].start_s, words[-1].end_s) == (0.0, 12.0)
    gaps = {before.text: after.start_s - before.end_s for before, after in pairwise(words)}
    assert gaps["Moon."] > gaps["surface,"] > gaps["Armstrong"] == pytest.approx(0, abs=0.002)


def test_figures_take_as_long_as_they_are_read_out() -> None:
    lengths = {word.text: word.end_s - word.start_s for word in proportional(RATES, "en", 15.0)}
    assert lengths["$300,000"] > lengths["mortgage,"] > lengths["a"]


def test_fast_speech_keeps_its_words_when_pauses_would_fill_the_sound() -> None:
    words = proportional("Yes. No. Yes. No.", "en", 1.0)
    assert sum(word.end_s - word.start_s for word in words) >= 0.69


def test_a_text_of_white_space_has_no_words() -> None:
    assert proportional(" \n", "en", 1.0) == ()


def test_a_providers_words_are_kept_and_end_with_the_sound() -> None:
    words = (Word(text="Good", start_s=0, end_s=0.4), Word(text="day.", start_s=0.4, end_s=1.04))
    alignment = align("Good day.", "en", 1.0, words)
    assert alignment.method == "provider"
    assert alignment.words == (words[0], Word(text="day.", start_s=0.4, end_s=1.0))


def test_without_a_providers_words_they_are_spread_and_it_says_so() -> None:
    alignment = align(JAPANESE, "ja", 8.0, None)
    assert alignment.method == "proportional"
    assert tuple(word.text for word in alignment.words) == split_words(JAPANESE, "ja")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((Word(text="Good", start_s=0, end_s=0.4),), "times 1 words, but the text has 2"),
        ((Word(text="Good", start_s=0, end_s=0.4), Word(text="night.", start_s=0.4, end_s=1)), "word 1 .* 'night.'"),
        ((Word(text="Good", start_s=0.5, end_s=0.6), Word(text="day.", start_s=0.4, end_s=1)), "word 1 .* after"),
        ((Word(text="Good", start_s=0.3, end_s=0.2), Word(text="day.", start_s=0.4, end_s=1)), "word 0"),
        ((Word(text="Good", start_s=0, end_s=0.4), Word(text="day.", start_s=0.4, end_s=1.2)), "ends at 1.2 s"),
    ],
)
def test_words_that_are_not_those_of_the_sound_are_a_bad_reply(words: tuple[Word, ...], complaint: str) -> None:
    with pytest.raises(BadReply, match=complaint):
        align("Good day.", "en", 1.0, words)


def test_shifted_words_keep_their_text_and_length() -> None:
    words = spoken(MOON)
    for before, after in zip(words, shifted(words, Fraction(1, 3)), strict=True):
        assert after.text == before.text
        assert after.start_s == pytest.approx(before.start_s + 1 / 3, abs=1e-6)
        assert after.end_s - after.start_s == pytest.approx(before.end_s - before.start_s, abs=2e-6)
