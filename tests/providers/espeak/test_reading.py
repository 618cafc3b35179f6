"""What espeak is told to say for what is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.captions.words import split_words
from media_factory.providers.espeak.reading import spoken_words

READINGS = {
    "It cost $300,000.": "It cost 300,000 dollars.",
    "a $3.5m plan": "a 3.5 million dollars plan",
    "$3.5 million, or €2bn": "3.5 million dollars, or 2 billion euros",
    "$3–5 million": "3 to 5 million dollars",
    "$19.99, £1.05, $0.50, $1": "19 dollars and 99 cents, 1 pound and 5 pence, 50 cents, 1 dollar",
    "-$5 and US$5": "minus 5 dollars and 5 US dollars",
    "rose 3.25%": "rose 3.25%",
    "12 basis points, 25bp": "12 basis points, 25 basis points",
    "In 1969, 1905, 1900, 2005 and 2026.": "In 19 69, 19 oh 5, 19 hundred, 2005 and 20 26.",
    "1969–1972, 2020-21, 5–10%": "19 69 to 19 72, 20 20 to 21, 5 to 10%",
    "the 1960s and '90s": "the 19 sixties and 'nineties",
    "on 2026-11-20": "on November 20 20 26",
    "Dr. Smith met Mrs. Lee": "Doctor Smith met Missus Lee",
    "St. Paul lives on Main St. here": "Saint Paul lives on Main Street here",
    "Jan. 5, May 6": "January 5, May 6",
    "the U.S. Congress": "the U.S Congress",
    "in the U.S. The Fed": "in the U.S. The Fed",
    "made in the U.S.": "made in the U.S.",
    "J. K. Rowling": "J K Rowling",
    "the IMF, ETFs and NATO": "the I.M.F, E.T.F's and NATO",
    "24/7 and/or 3/4": "24 7 and or three quarters",
    "5 km at 1 km/h, 20°C": "5 kilometres at 1 kilometres per hour, 20 degrees Celsius",
    "10k, 2.5x, #1": "10 thousand, 2.5 times, number 1",
    "World War II": "World War 2",
    "COVID-19, e.g. now": "COVID-19, e.g. now",
    "“Quoted” *bold* text": "Quoted bold text",
}


@pytest.mark.parametrize("written", READINGS)
def test_english_is_read_as_a_newsreader_would(written: str) -> None:
    assert " ".join(spoken_words(split_words(written))) == READINGS[written]


def test_other_languages_are_read_as_they_stand() -> None:
    assert spoken_words(("Dr.", "1969", "300", "€"), "de") == ("Dr.", "1969", "300", "€")


def test_pictures_and_control_characters_are_not_said() -> None:
    assert spoken_words(("go\x01\x00", "🎉👍🏽", "❤️", "5°")) == ("go", "", "", "5°")


@given(st.text(max_size=80), st.sampled_from(["en", "en-GB", "fr", "zh"]))
def test_every_written_word_has_one_spoken_form_without_control_characters(text: str, language: str) -> None:
    words = split_words(text, language)
    said = spoken_words(words, language)
    assert len(said) == len(words)
    assert not any(ord(character) < 32 for form in said for character in form)


@given(st.lists(st.sampled_from([*"$£€¥#-–/.,%x()0123456789", "US$", "million", "km", "II", "St.", " "]), max_size=12))
def test_odd_figures_are_read_without_failing(parts: list[str]) -> None:
    words = split_words("".join(parts))
    assert len(spoken_words(words)) == len(words)
