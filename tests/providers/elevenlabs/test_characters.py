"""Characters in time become words in time, whatever the pieces, the white space and the spelling."""

from __future__ import annotations

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from media_factory.captions.alignment import check_words
from media_factory.captions.words import split_words
from media_factory.errors import BadReply
from media_factory.providers.elevenlabs.characters import timed_characters, words_of
from media_factory.timing import Word

TEXTS = st.lists(
    st.one_of(
        st.text(min_size=1, max_size=8),
        st.sampled_from(["3.25%", "–", "“quoted”", "naïve", "$300,000", "U.S.", "Straße", "ﬁnal", "🎉", "日本語", "…"]),
    ),
    min_size=1,
    max_size=12,
).map(" ".join)


def characters_of(text: str, step_s: float = 0.1) -> list[Word]:
    return [Word(text=one, start_s=at * step_s, end_s=(at + 1) * step_s) for at, one in enumerate(text)]


@given(TEXTS, st.data(), st.sampled_from(["en", "ja", "th"]))
@example("\U00011080 \u0301a", None, "en")
def test_any_text_in_any_pieces_gives_its_words_in_order(text: str, data: st.DataObject | None, language: str) -> None:
    if not any(character.isalnum() for character in text):
        return
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(text)))))) if data else []
    edges = [0, *(cut for cut in cuts if cut < len(text)), len(text)]
    pieces = [Word(text=text[left:right], start_s=left * 0.1, end_s=right * 0.1) for left, right in pairwise(edges)]
    words = words_of(text, language, pieces, "vendor")
    check_words(words, text, language, len(text) * 0.1)


@given(TEXTS, st.data())
def test_pieces_that_are_missing_or_too_many_never_bring_times_out_of_order(text: str, data: st.DataObject) -> None:
    pieces = characters_of(text, 0.1)
    kept = [piece for piece in pieces if data.draw(st.integers(0, 9))]
    wide = [Word(text=one.text + two.text, start_s=one.start_s, end_s=two.end_s) for one, two in pairwise(kept)][::2]
    added = [Word(text="xyz", start_s=piece.end_s, end_s=piece.end_s) for piece in wide[:1]]
    try:
        words = words_of(text, "en", [*wide[:1], *added, *wide[1:]], "vendor")
    except BadReply:
        return
    check_words(words, text, "en", len(text) * 0.1)


@given(TEXTS)
def test_white_space_case_and_composition_do_not_matter(text: str) -> None:
    if not any(character.isalnum() for character in text):
        return
    plain = words_of(text, "en", characters_of(text), "vendor")
    changed = [
        Word(text=unicodedata.normalize("NFC", piece.text).upper(), start_s=piece.start_s, end_s=piece.end_s)
        for piece in characters_of(text)
        if not piece.text.isspace()
    ]
    assert [word.start_s for word in words_of(text, "en", changed, "vendor")] == [word.start_s for word in plain]


def test_a_word_ends_with_its_last_letter_and_not_with_the_pause_behind_its_mark() -> None:
    pieces = [
        Word(text="a", start_s=0.0, end_s=0.2),
        Word(text=".", start_s=0.2, end_s=0.9),
        Word(text=" ", start_s=0.9, end_s=1.0),
        Word(text="5", start_s=1.0, end_s=1.3),
        Word(text="%", start_s=1.3, end_s=1.7),
    ]
    assert [(w.text, w.start_s, w.end_s) for w in words_of("a. 5%", "en", pieces, "vendor")] == [
        ("a.", 0.0, 0.2),
        ("5%", 1.0, 1.7),
    ]


def test_words_without_a_time_share_what_lies_between_their_neighbours() -> None:
    text = "The long winter of our discontent by May is over"
    heard = [piece for piece in characters_of(text) if not 3.35 < piece.start_s < 3.95]
    words = {word.text: word for word in words_of(text, "en", heard, "vendor")}
    spans = [(words[word].start_s, words[word].end_s) for word in ("discontent", "by", "May", "is")]
    assert [(round(start, 2), round(end, 2)) for start, end in spans] == [
        (2.3, 3.3),
        (3.3, 3.7),
        (3.7, 4.1),
        (4.1, 4.3),
    ]


@pytest.mark.parametrize("kept", [slice(4, None), slice(None, -6)])
def test_words_at_the_ends_that_were_left_out_still_lie_in_the_sound(kept: slice) -> None:
    text = "Oh, the winter of our discontent and of all the others is long and over"
    words = words_of(text, "en", characters_of(text)[kept], "vendor")
    check_words(words, text, "en", len(text) * 0.1)


def test_a_figure_that_was_spelt_out_costs_no_other_word_its_time() -> None:
    text = "It cost the company and all of its many owners $9 and nobody asked any of them why that was so"
    said = text.replace("$9", "nine dollars")
    words = {word.text: word for word in words_of(text, "en", characters_of(said), "vendor")}
    assert words["owners"].end_s == pytest.approx((said.index(" nine")) * 0.1)
    assert words["nobody"].start_s == pytest.approx(said.index("nobody") * 0.1)
    assert (
        words["owners"].end_s <= words["$9"].start_s <= words["and"].start_s
        or words["$9"].end_s <= words["nobody"].start_s
    )


def test_directions_in_front_are_no_words_of_the_text() -> None:
    sent = "[sadly] It was sad."
    words = words_of("It was sad.", "en", characters_of(sent), "vendor", sent)
    assert words[0].start_s == pytest.approx(0.8)
    assert tuple(word.text for word in words) == split_words("It was sad.")


def test_an_emoji_that_is_not_in_the_answer_refuses_nothing() -> None:
    words = words_of("Yes 🎉 we did", "en", characters_of("Yes we did"), "vendor")
    assert [(word.start_s, word.end_s) for word in words] == [(0.0, 0.3), (0.3, 0.4), (0.4, 0.6), (0.7, 1.0)]


@pytest.mark.parametrize("said", ["Something else was said here.", "", "Rates"])
def test_another_text_is_a_bad_reply(said: str) -> None:
    with pytest.raises(BadReply, match="letters"):
        words_of("Rates rose again this year, and nobody knew why.", "en", characters_of(said), "vendor")


def test_ten_thousand_characters_are_worked_out_within_a_second_also_when_none_of_them_fit() -> None:
    text = "abcdefgh " * 1200
    began = time.process_time()
    assert len(words_of(text, "en", characters_of(text), "vendor")) == 1200
    with pytest.raises(BadReply):
        words_of(text, "en", characters_of("zyxwvuts " * 1200), "vendor")
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("texts", "starts", "ends"),
    [
        (["a", "b"], [0.0], [0.1, 0.2]),
        (["a", "b"], [0.5, 0.1], [0.6, 0.2]),
        (["a"], [0.5], [0.1]),
        (["a"], [float("nan")], [0.1]),
        (["a"], ["0"], [0.1]),
        (["a"], [-1.0], [0.1]),
        ([1], [0.0], [0.1]),
        (None, None, None),
        ("a", [0.0], [0.1]),
    ],
)
def test_times_that_can_not_be_are_a_bad_reply(texts: object, starts: object, ends: object) -> None:
    with pytest.raises(BadReply):
        timed_characters(texts, starts, ends, vendor="vendor")


def test_a_hair_backwards_is_straightened() -> None:
    found = timed_characters(["a", "b"], [0.5, 0.48], [0.6, 0.7], vendor="vendor")
    assert [one.start_s for one in found] == [0.5, 0.5]
