"""Words are broken into balanced lines and set as large as they fit."""

import pytest

from media_factory.design.fitting import Setting, fit_words, hyphenated, runs_of, set_words, word_width_px
from media_factory.design.fonts import FALLBACK_FAMILIES, characters_of, packaged_faces, system_faces
from media_factory.design.themes import Style
from media_factory.errors import GlyphsMissing

TITLE = Setting(Style(family="Manrope", weight=800), leading=1.06, tracking_em=-0.02)
NOBODY_HAS_IT = "\U0010fffd"
HEADLINE_TEXT = "Central bank holds interest rates as lenders warn that first-time buyers face another difficult year"
HEADLINE = HEADLINE_TEXT.split()


def test_lines_are_balanced_and_the_last_is_no_lone_word() -> None:
    paragraph = set_words(HEADLINE, TITLE, 90, 800)
    assert paragraph is not None
    assert len(paragraph.lines[-1]) > 1
    assert min(paragraph.widths_px) > 0.6 * max(paragraph.widths_px)


def test_a_line_does_not_end_with_an_article_where_it_can_be_helped() -> None:
    text = "Two people walked on the Moon while the world watched"
    paragraph = set_words(text.split(), TITLE, 84, 790)
    assert paragraph is not None
    assert not {line[-1] for line in paragraph.lines[:-1]} & {"the", "on", "a"}


def test_text_shrinks_until_it_fits_and_never_below_the_floor() -> None:
    fitted = fit_words(HEADLINE, TITLE, target_px=120, floor_px=30, width_px=700, max_lines=4)
    assert fitted is not None
    assert 30 <= fitted.size_px < 120
    assert len(fitted.lines) <= 4
    assert fitted.width_px <= 700
    assert fit_words(HEADLINE, TITLE, target_px=120, floor_px=100, width_px=700, max_lines=2) is None


def test_a_word_wider_than_the_place_is_not_set_at_all() -> None:
    assert set_words(["Donaudampfschifffahrtsgesellschaft"], TITLE, 100, 200) is None


def test_a_monster_of_a_word_is_cut_with_hyphens_and_keeps_every_letter() -> None:
    pieces = hyphenated(["Das", "Rindfleischetikettierungsüberwachungsgesetz"], TITLE, 60, 500)
    assert pieces[0] == "Das"
    assert len(pieces) > 2
    assert all(word_width_px(piece, TITLE, 60) <= 500 for piece in pieces)
    assert all(piece.endswith("-") for piece in pieces[1:-1])
    assert "".join(piece.removesuffix("-") for piece in pieces[1:]) == "Rindfleischetikettierungsüberwachungsgesetz"


def test_tall_scripts_get_more_room_between_lines() -> None:
    plain = set_words(["over", "on"], TITLE, 60, 150)
    stacked = set_words(["Ệg", "Ẫỵ"], TITLE, 60, 90)
    assert plain is not None
    assert stacked is not None
    assert len(plain.lines) == len(stacked.lines) == 2
    assert stacked.advance_px > plain.advance_px


def test_tabular_digits_are_of_one_width() -> None:
    tabular = Setting(Style(family="Manrope", weight=700), tabular=True)
    assert len({word_width_px(digit, tabular, 80) for digit in "0123456789"}) == 1


def test_tracking_does_not_tear_apart_letters_that_join() -> None:
    joined = word_width_px("سلام", Setting(Style(family="Manrope", weight=700), "ar", tracking_em=0.2), 60)
    assert joined == word_width_px("سلام", Setting(Style(family="Manrope", weight=700), "ar"), 60)


def test_a_word_that_no_one_face_covers_is_drawn_by_several() -> None:
    ours = frozenset().union(*(characters_of(face) for face in packaged_faces() if face.family in FALLBACK_FAMILIES))
    theirs = frozenset().union(*(characters_of(face) for face in system_faces()))
    letters = [next((c for c in map(chr, sorted(some)) if c.isalpha()), "") for some in (ours - theirs, theirs - ours)]
    if not all(letters):
        # A property of the fonts that happen to be installed, not something that a machine lacks.
        pytest.skip("one set of fonts here has all letters of the other")
    word = "".join(letters)
    assert "".join(run.text for run in runs_of(word, TITLE.style, "en")) == word
    assert len(runs_of(word, TITLE.style, "en")) == 2


def test_glyphs_that_nobody_has_are_refused_by_name() -> None:
    with pytest.raises(GlyphsMissing, match=r"U\+10FFFD"):
        fit_words(["ab", NOBODY_HAS_IT], TITLE, target_px=60, floor_px=30, width_px=600, max_lines=2)
