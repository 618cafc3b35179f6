from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.captions.cards import CaptionCard, CaptionStyle
from media_factory.captions.cueing import (
    FLOOR_PX,
    cards_from_words,
    fitted_style,
    line_chars,
    phrase_cues,
    spans_for,
)
from media_factory.captions.measure import line_width_px, room_px
from media_factory.captions.style import BurnedIn
from media_factory.captions.words import join_words, split_words
from media_factory.timing import Word, frame_at
from tests.captions.texts import ARABIC, CHINESE, HEBREW, JAPANESE, MOON, RATES, THAI, spoken, style, timed_words

RATE = Fraction(30)
RATES_OF_FRAMES = st.sampled_from([Fraction(24), Fraction(25), Fraction(30), Fraction(30000, 1001), Fraction(60)])


def shown(cards: tuple[CaptionCard, ...]) -> list[list[str]]:
    return [[" ".join(word.text for word in line) for line in card.lines] for card in cards]


def word(text: str, start_s: float, end_s: float) -> Word:
    return Word(text=text, start_s=start_s, end_s=end_s)


def test_cards_end_with_sentences_and_phrases() -> None:
    cards = shown(cards_from_words(spoken(MOON), style()))
    assert ["on the Moon."] in cards
    assert ["joining him", "19 minutes later."] in cards
    assert all(not card[-1].endswith((" the", " a", " of", " to")) for card in cards)


@pytest.mark.parametrize("text", [MOON, RATES])
@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (1080, 1080)])
def test_every_word_of_the_script_is_on_a_card_as_written(text: str, size: tuple[int, int]) -> None:
    cards = cards_from_words(spoken(text), style(*size))
    assert " ".join(line for card in shown(cards) for line in card) == text


@pytest.mark.parametrize(("text", "language"), [(ARABIC, "ar"), (HEBREW, "he"), (MOON, "en")])
def test_lines_fit_the_box_in_every_script(text: str, language: str) -> None:
    look = style(language=language)
    cards = cards_from_words(spoken(text, language), look)
    assert tuple(w.text for card in cards for w in card.words) == split_words(text, language)
    for card in cards:
        assert len(card.lines) <= 2
        for line in card.lines:
            assert line_width_px([w.text for w in line], look) <= room_px(look)


@given(timed_words(max_size=24), st.sampled_from([(1080, 1920), (1920, 1080), (360, 640)]))
@settings(max_examples=60, deadline=None)
def test_cards_hold_every_word_once_in_order_in_two_lines_that_fit(
    words: tuple[Word, ...], size: tuple[int, int]
) -> None:
    look = style(*size)
    cards = cards_from_words(words, look)
    assert "".join(w.text for card in cards for w in card.words) == "".join(w.text for w in words)
    for card in cards:
        assert 1 <= len(card.lines) <= 2
        assert all(line_width_px([w.text for w in line], look) <= room_px(look) for line in card.lines)
    assert all(card.start_s < card.end_s for card in cards)
    assert all(before.end_s <= after.start_s for before, after in pairwise(cards))
    gaps = [after.start_s - before.end_s for before, after in pairwise(cards)]
    assert all(gap == 0 or gap >= 0.3 - 1e-9 for gap in gaps)


@pytest.mark.parametrize("text", ["Apollo 11 landed on the Moon.", "We saw how flight 370 turned back."])
@pytest.mark.parametrize("preset", ["pop", "karaoke"])
def test_a_number_stands_on_a_line_with_the_word_before_it(text: str, preset: BurnedIn) -> None:
    cards = cards_from_words(spoken(text), style(preset=preset))
    lines = [" ".join(word.text for word in line) for card in cards for line in card.lines]
    assert any("Apollo 11" in line or "flight 370" in line for line in lines), lines


def test_a_word_of_500_letters_is_cut_into_lines_that_fit_and_lit_piece_by_piece() -> None:
    look = fitted_style(("a" * 500,), style())
    cards = cards_from_words((word("a" * 500, 1.0, 3.0), word("end.", 3.0, 3.5)), look)
    pieces = [w for card in cards for w in card.words]
    assert "".join(piece.text for piece in pieces) == "a" * 500 + "end."
    assert all(line_width_px([w.text for w in line], look) <= room_px(look) for card in cards for line in card.lines)
    assert pieces[0].start_s == 1.0
    assert all(before.end_s == pytest.approx(after.start_s) for before, after in pairwise(pieces))


def test_an_address_is_cut_after_its_slashes() -> None:
    cards = cards_from_words((word("https://example.com/annual/reports/2026/summary", 0, 2),), style())
    pieces = [w.text for card in cards for w in card.words]
    assert len(pieces) > 1
    assert all(piece[-1] in "/." for piece in pieces[:-1])


def test_type_shrinks_until_the_widest_word_fits_and_no_further() -> None:
    look = style()
    fitted = fitted_style(("The", "Bundesverfassungsgerichtsentscheidung"), look)
    assert FLOOR_PX < fitted.size_px < look.size_px
    assert line_width_px(("Bundesverfassungsgerichtsentscheidung",), fitted) <= room_px(fitted)
    larger = look.model_copy(update={"size_px": fitted.size_px + 2, "outline_px": fitted.outline_px})
    assert line_width_px(("Bundesverfassungsgerichtsentscheidung",), larger) > room_px(larger)


def test_a_word_that_fits_at_no_size_leaves_the_type_as_it_is() -> None:
    assert fitted_style(("Short", "x" * 500), style()) == style()


def test_a_card_stays_for_half_a_second_of_silence_and_then_clears() -> None:
    cards = cards_from_words((word("Stop.", 0, 1), word("Listen.", 4, 5)), style())
    assert [(card.start_s, card.end_s) for card in cards] == [(0, 1.5), (4, 5.5)]


def test_a_short_gap_between_cards_is_bridged() -> None:
    cards = cards_from_words((word("Stop.", 0, 1), word("Listen.", 1.75, 3)), style())
    assert cards[0].end_s == cards[1].start_s == 1.75


def test_cards_of_fast_short_sentences_still_last_long_enough_to_be_seen() -> None:
    words = tuple(
        word(text, at / 4, at / 4 + 0.25) for at, text in enumerate(["Go.", "Now.", "Run.", "Jump.", "Stop.", "Rest."])
    )
    assert all(card.end_s - card.start_s >= 0.5 for card in cards_from_words(words, style()))


@given(timed_words(max_size=16, shortest_s=0.1), RATES_OF_FRAMES)
@settings(max_examples=80, deadline=None)
def test_words_light_one_by_one_each_from_the_frame_of_its_onset(words: tuple[Word, ...], rate: Fraction) -> None:
    spans = spans_for(cards_from_words(words, style(1920, 1080)), rate, 0, 100_000)
    lit = [span for span in spans if span.active is not None]
    assert [span.first for span in lit] == [frame_at(word.start_s, rate) for word in words]
    texts = ([text for line in span.lines for text in line] for span in lit)
    assert [text[span.active or 0] for text, span in zip(texts, lit, strict=True)] == [word.text for word in words]


@given(timed_words(max_size=24))
@settings(max_examples=60, deadline=None)
def test_pop_cards_hold_at_most_four_words_and_every_word_once(words: tuple[Word, ...]) -> None:
    cards = cards_from_words(words, style(preset="pop"))
    assert "".join(w.text for card in cards for w in card.words) == "".join(w.text for w in words)
    assert all(1 <= len(card.words) <= 4 for card in cards)


def test_pop_cards_seldom_leave_a_word_alone() -> None:
    cards = cards_from_words(spoken(f"{MOON} {RATES}"), style(preset="pop"))
    assert sum(len(card.words) == 1 for card in cards) <= len(cards) / 5
    assert max(len(card.words) for card in cards) == 4


def test_a_card_that_lights_no_word_is_one_span() -> None:
    cards = cards_from_words(spoken(MOON), style(preset="plain"))
    spans = spans_for(cards, RATE, 0, 10_000, lit=False)
    assert len(spans) == len(cards)
    assert {span.active for span in spans} == {None}
    lit = spans_for(cards, RATE, 0, 10_000)
    assert (spans[0].first, spans[-1].end) == (lit[0].first, lit[-1].end)


def test_a_panel_shrinks_with_its_type() -> None:
    look = style(preset="lower-third")
    fitted = fitted_style(("Donaudampfschifffahrtsgesellschaft",), look)
    assert look.panel is not None
    assert fitted.panel is not None
    assert fitted.size_px < look.size_px
    assert fitted.panel.pad_px / fitted.size_px == pytest.approx(look.panel.pad_px / look.size_px, abs=0.03)
    assert 0 < fitted.panel.bar_px < look.panel.bar_px


@given(timed_words(max_size=16), RATES_OF_FRAMES)
@settings(max_examples=80, deadline=None)
def test_spans_follow_each_other_and_never_overlap(words: tuple[Word, ...], rate: Fraction) -> None:
    cards = cards_from_words(words, style(1920, 1080))
    spans = spans_for(cards, rate, 0, 100_000)
    assert all(span.first < span.end for span in spans)
    assert all(before.end <= after.first for before, after in pairwise(spans))
    assert {span.lines for span in spans} == {
        tuple(tuple(w.text for w in line) for line in card.lines) for card in cards
    }


@given(timed_words(max_size=12), RATES_OF_FRAMES, st.integers(0, 200), st.integers(1, 90))
@settings(max_examples=60, deadline=None)
def test_a_segment_shows_what_its_frames_of_the_shot_show(
    words: tuple[Word, ...], rate: Fraction, first: int, frames: int
) -> None:
    cards = cards_from_words(words, style(1920, 1080))

    def at(frame: int, spans: Sequence[tuple[int, int, object]]) -> object:
        return next((state for start, end, state in spans if start <= frame < end), None)

    whole = [(s.first, s.end, (s.lines, s.active)) for s in spans_for(cards, rate, 0, first + frames)]
    part = [(s.first, s.end, (s.lines, s.active)) for s in spans_for(cards, rate, first, frames)]
    assert all(end <= frames for _, end, _ in part)
    assert [at(frame, part) for frame in range(frames)] == [at(frame + first, whole) for frame in range(frames)]


def test_adjacent_words_light_without_a_dark_frame_and_silence_darkens() -> None:
    words = (word("one", 0, 0.4), word("two", 0.6, 1.0), word("three", 1.4, 1.8))
    spans = spans_for(cards_from_words(words, style()), RATE, 0, 90)
    assert [(span.first, span.end, span.active) for span in spans] == [
        (0, 18, 0), (18, 30, 1), (30, 42, None), (42, 54, 2), (54, 69, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "chars"),
    [
        (MOON, "en", 42),
        (RATES, "en", 42),
        (ARABIC, "ar", 42),
        (JAPANESE, "ja", 13),
        (CHINESE, "zh", 16),
        (THAI, "th", 35),
    ],
)
def test_cues_show_the_whole_text_within_the_languages_limits(text: str, language: str, chars: int) -> None:
    cues = phrase_cues(spoken(text, language), language)
    assert all(len(cue.lines) <= 2 for cue in cues)
    assert all(line_chars(line, language) <= chars for cue in cues for line in cue.lines)
    joined = join_words([w.text for cue in cues for w in cue.words], language)
    assert joined == join_words(split_words(text, language), language)


def test_cues_end_with_phrases() -> None:
    cues = phrase_cues(spoken(MOON), "en")
    assert cues[0].lines[-1].endswith((",", "."))
    assert cues[-1].lines[-1].endswith("19 minutes later.")


def test_no_japanese_line_starts_or_ends_with_a_forbidden_mark() -> None:
    for language, text in (("ja", JAPANESE), ("zh", CHINESE)):
        for cue in phrase_cues(spoken(text, language), language):
            assert all(line[0] not in "。、，」）”" and line[-1] not in "「（“" for line in cue.lines)


@given(timed_words())
@settings(max_examples=100, deadline=None)
def test_cues_run_forward_without_overlap_and_hold_every_word(words: tuple[Word, ...]) -> None:
    cues = phrase_cues(words, "en")
    assert tuple(w for cue in cues for w in cue.words) == words
    for cue in cues:
        assert cue.start_s < cue.end_s
        assert len(cue.lines) <= 2
        assert " ".join(cue.lines) == " ".join(w.text for w in cue.words)
        assert all(len(line) <= 42 or len(cue.words) == 1 or " " not in line for line in cue.lines)
        spoken_s = cue.words[-1].end_s - cue.words[0].start_s
        assert len(cue.words) == 1 or spoken_s <= 7
    assert all(before.end_s <= after.start_s for before, after in pairwise(cues))


def test_a_cue_waits_for_its_reader_where_there_is_silence() -> None:
    (cue,) = phrase_cues((word("Extraordinarily", 0, 0.2), word("quick!", 0.2, 0.3)), "en")
    assert cue.end_s == pytest.approx(len("Extraordinarily quick!") / 20, abs=0.01)


def test_a_single_word_of_one_letter_is_a_card_and_a_cue() -> None:
    one = (word("I", 0, 0.1),)
    look: CaptionStyle = style()
    assert shown(cards_from_words(one, look)) == [["I"]]
    assert phrase_cues(one, "en")[0].end_s == pytest.approx(5 / 6)


def test_no_words_make_no_captions() -> None:
    assert cards_from_words((), style()) == ()
    assert phrase_cues((), "en") == ()
    assert spans_for((), RATE, 0, 10) == ()
