"""Folding: look-alikes become the letters that they show, and nothing else is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.content.folding import fold, readings

ANY_TEXT = st.text(st.characters(), max_size=80)


@given(ANY_TEXT)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789 .,;-", max_size=80))
def test_plain_text_is_left_as_it_is(text: str) -> None:
    assert fold(text) == " ".join(text.split(" ")) or "  " in text
    assert fold(text).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Ｐоrt", "port"),
        ("ⓟⓞⓡⓣ", "port"),
        ("𝖕𝖔𝖗𝖙", "port"),
        ("🅟🅞🅡🅣", "port"),
        ("ᴘᴏʀᴛ", "port"),
        ("p̶o̶r̶t̶", "port"),
        ("p\u200bo\u00adr\u2060t", "port"),
        ("Straße", "strasse"),
        ("Köln, São Paulo, Łódź", "koln, sao paulo, lodz"),
        ("à\tb\nc\u00a0d", "a b c d"),
    ],
)
def test_letters_are_what_they_look_like(written: str, shown: str) -> None:
    assert fold(written) == shown


def test_every_accented_latin_letter_keeps_its_letter() -> None:
    assert fold("àáâãäåçèéêëìíîïñòóôõöøùúûüýÿ") == "aaaaaaceeeeiiiinoooooouuuuyy"


def test_scripts_without_spaces_are_words_letter_by_letter() -> None:
    reading, *_ = readings("日本の港")
    assert reading.starts == (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("written", "word"),
    [("p0rt", "port"), ("$hip", "ship"), ("h@rbour", "harbour"), ("seeeea", "sea"), ("p*rt", "port")],
)
def test_figures_signs_drawn_out_and_masked_letters_are_read_as_letters(written: str, word: str) -> None:
    assert word in {reading.row for reading in readings(written)}


def test_a_mark_at_the_end_of_a_word_is_no_letter() -> None:
    assert {reading.row for reading in readings("p0rt!")} <= {"p0rt", "port"}


def test_plain_words_have_one_reading() -> None:
    assert len(readings("Rates rose by 3.25% in May: a first!")) == 1
