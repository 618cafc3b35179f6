"""Sprites: what is drawn lies in the box."""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from media_factory.captions.cards import CaptionBox, CaptionCard, CaptionStyle
from media_factory.captions.cueing import cards_from_words, fitted_style, spans_for
from media_factory.captions.style import BurnedIn
from media_factory.errors import GlyphsMissing
from media_factory.rendering.planes import Planes
from media_factory.rendering.sprites import Sprite, blend, caption_sprite
from media_factory.timing import Word
from tests.captions.texts import ARABIC, CHINESE, HEBREW, HINDI, JAPANESE, LATIN, MOON, RATES, THAI, spoken, style
from tests.needs import lacking

PRESETS: tuple[BurnedIn, ...] = get_args(BurnedIn)
FORMATS = [(1080, 1920), (1920, 1080), (1080, 1080), (360, 640)]


def written(card: CaptionCard) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(word.text for word in line) for line in card.lines)


def cards_of(text: str, look: CaptionStyle) -> tuple[CaptionCard, ...]:
    return cards_from_words(spoken(text, look.language), look)


def place_of(sprite: Sprite) -> tuple[slice, slice]:
    return (
        slice(sprite.y_px, sprite.y_px + sprite.height_px),
        slice(sprite.x_px, sprite.x_px + sprite.width_px),
    )


def covered(sprite: Sprite, width_px: int, height_px: int) -> NDArray[np.uint8]:
    """Return how much of each luma pixel of a frame a sprite covers, 0 to 255."""
    frame = np.zeros((height_px, width_px), np.uint8)
    frame[place_of(sprite)] = 255 - sprite.inv_y
    return frame


def inside(sprite: Sprite, look: CaptionStyle, width_px: int, height_px: int) -> bool:
    frame, box = covered(sprite, width_px, height_px), look.box
    all_ink = int(np.count_nonzero(frame))
    in_box = frame[box.y_px : box.y_px + box.height_px, box.x_px : box.x_px + box.width_px]
    return all_ink > 0 and np.count_nonzero(in_box) == all_ink


def unclipped(sprite: Sprite, look: CaptionStyle) -> bool:
    """Say whether no dense ink touches the box's sides, where it would have been cut off."""
    frame = covered(sprite, look.box.x_px + look.box.width_px + 2, look.box.y_px + look.box.height_px + 2)
    left, right = look.box.x_px, look.box.x_px + look.box.width_px - 1
    return bool(frame[:, left].max() < 128 and frame[:, right].max() < 128)


def grey(width_px: int, height_px: int, level: int) -> Planes:
    half = (height_px // 2, width_px // 2)
    return np.full((height_px, width_px), level, np.uint8), np.full(half, 128, np.uint8), np.full(half, 128, np.uint8)


@pytest.mark.parametrize("size", FORMATS)
@pytest.mark.parametrize(("text", "language"), [(MOON, "en"), (RATES, "en"), (ARABIC, "ar"), (HEBREW, "he")])
def test_no_pixel_of_a_card_lies_outside_its_box(text: str, language: str, size: tuple[int, int]) -> None:
    look = style(*size, language)
    for card in cards_of(text, look):
        for active in (None, 0, len(card.words) - 1):
            sprite = caption_sprite(written(card), active, look)
            assert inside(sprite, look, *size)
            assert active is not None or unclipped(sprite, look)


@pytest.mark.parametrize("preset", PRESETS[1:])
@pytest.mark.parametrize("size", [(1080, 1920), (640, 360), (540, 540)])
@pytest.mark.parametrize(("text", "language"), [(MOON, "en"), (HEBREW, "he")], ids=["english", "hebrew"])
def test_no_pixel_of_any_preset_lies_outside_its_box(
    text: str, language: str, size: tuple[int, int], preset: BurnedIn
) -> None:
    look = style(*size, language, theme="vintage", preset=preset)
    look = fitted_style((word.text for word in spoken(text, language)), look)
    for card in cards_of(text, look):
        for active in (None, len(card.words) - 1):
            sprite = caption_sprite(written(card), active, look)
            assert inside(sprite, look, *size)
            assert active is not None or unclipped(sprite, look)


@pytest.mark.parametrize("preset", PRESETS)
def test_nothing_of_any_preset_is_cut_off_by_its_box(preset: BurnedIn) -> None:
    look = style(preset=preset)
    taller = look.box.model_copy(update={"y_px": look.box.y_px - 60, "height_px": look.box.height_px + 120})
    roomy = look.model_copy(update={"box": taller})
    lines = (("Ẫộ", "WWW"), ("gjpqy,", "Ŵ"))
    for active in (None, 0, 3):
        one, other = (covered(caption_sprite(lines, active, each), 1080, 1920) >= 128 for each in (look, roomy))
        assert np.array_equal(one, other)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(
    ("text", "language"), [(JAPANESE, "ja"), (CHINESE, "zh"), (THAI, "th"), (HINDI, "hi"), (ARABIC, "ar")]
)
def test_every_preset_draws_every_script_inside_its_box(text: str, language: str, preset: BurnedIn) -> None:
    look = style(language=language, preset=preset)
    try:
        look = fitted_style((word.text for word in spoken(text, language)), look)
        cards = cards_of(text, look)
    except GlyphsMissing:
        lacking(f"no font for {language} is installed")
    assert all(inside(caption_sprite(written(card), 0, look), look, 1080, 1920) for card in cards)


@pytest.mark.parametrize(("text", "language"), [(JAPANESE, "ja"), (THAI, "th")])
def test_scripts_that_only_some_machines_can_draw_stay_in_the_box_too(text: str, language: str) -> None:
    look = style(language=language)
    try:
        cards = cards_of(text, look)
    except GlyphsMissing:
        lacking(f"no font for {language} is installed")
    assert all(inside(caption_sprite(written(card), 0, look), look, 1080, 1920) for card in cards)


@given(st.text(LATIN, min_size=1, max_size=60))
@settings(max_examples=40, deadline=None)
def test_a_word_of_any_length_is_drawn_inside_its_box(text: str) -> None:
    look = fitted_style((text,), style(360, 640))
    for card in cards_from_words((Word(text=text, start_s=0, end_s=1),), look):
        sprite = caption_sprite(written(card), None, look)
        assert inside(sprite, look, 360, 640)
        assert unclipped(sprite, look)


def test_a_word_of_500_letters_is_drawn_inside_its_box() -> None:
    look = fitted_style(("W" * 500,), style())
    for card in cards_from_words((Word(text="W" * 500, start_s=0, end_s=9),), look):
        assert inside(caption_sprite(written(card), 0, look), look, 1080, 1920)


def test_lighting_a_word_changes_nothing_around_the_other_words() -> None:
    look = style()
    lines = (("Neil", "Armstrong"), ("became", "the", "first"))
    frames = []
    for active in (None, 3):
        planes = grey(1080, 1920, 90)
        blend(planes, caption_sprite(lines, active, look))
        frames.append(planes[0].astype(int))
    rows, columns = np.nonzero(frames[0] != frames[1])
    box, size = look.box, look.size_px
    lit_width = columns.max() - columns.min()
    assert 1.2 * size < lit_width < 3 * size  # "the" and its pill
    assert rows.min() > box.y_px + box.height_px // 2 - 0.2 * size
    assert columns.min() > box.x_px + 3 * size  # "became" stands to the left of it


def lit_columns(look: CaptionStyle, line: tuple[str, ...], active: int) -> tuple[int, int]:
    """Return the first and last column that change when a word is lit."""
    frames = []
    for lit in (None, active):
        planes = grey(1080, 1920, 90)
        blend(planes, caption_sprite((line,), lit, look))
        frames.append(planes[0].astype(int))
    columns = np.nonzero(np.abs(frames[0] - frames[1]) > 1)[1]
    return int(columns.min()), int(columns.max())


@pytest.mark.parametrize("preset", ["pop", "boxed"])
def test_a_word_lit_in_its_colour_grows_without_touching_its_neighbours(preset: BurnedIn) -> None:
    look = style(preset=preset)
    line = ("On", "the", "Moon")
    spans = [lit_columns(look, line, active) for active in range(3)]
    assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_a_popping_word_is_larger_by_a_few_percent() -> None:
    look = style(preset="pop")
    still = look.model_copy(update={"lit_scale": 1.0})
    (left, right), (first, last) = lit_columns(look, ("Moon",), 0), lit_columns(still, ("Moon",), 0)
    outline = 2 * (look.outline_px + 1)
    assert 1.02 * (last - first) < right - left - outline <= 1.06 * (last - first) + 2


@pytest.mark.parametrize("preset", ["plain", "lower-third"])
def test_presets_that_light_no_word_draw_a_card_once(preset: BurnedIn) -> None:
    look = style(preset=preset)
    assert caption_sprite((("On", "the", "Moon"),), 1, look) is caption_sprite((("On", "the", "Moon"),), None, look)


@pytest.mark.parametrize(
    ("language", "words", "side"), [("en", ("Moon", "landing"), 0), ("he", ("הבנק", "המרכזי"), -1)]
)
def test_the_bar_of_a_lower_third_stands_where_the_language_begins(
    language: str, words: tuple[str, ...], side: int
) -> None:
    look = style(1920, 1080, language, preset="lower-third")
    planes = grey(1920, 1080, 16)
    sprite = caption_sprite((words,), None, look)
    blend(planes, sprite)
    reds = planes[2][
        sprite.y_px // 2 : (sprite.y_px + sprite.height_px) // 2,
        sprite.x_px // 2 : (sprite.x_px + sprite.width_px) // 2,
    ]
    red_columns = np.nonzero(reds[reds.shape[0] // 2] > 170)[0]
    assert look.panel is not None
    assert len(red_columns) == pytest.approx(look.panel.bar_px / 2, abs=1)
    assert abs(red_columns[side] - (0 if side == 0 else reds.shape[1] - 1)) <= 2


def test_the_first_line_stands_at_the_same_height_on_every_card() -> None:
    look = style()
    one, two = caption_sprite((("Hxx",),), None, look), caption_sprite((("Hxx",), ("Hxx",)), None, look)
    assert one.y_px == two.y_px
    assert two.height_px > one.height_px


def test_lines_begin_left_stand_centred_or_end_right_as_the_style_says() -> None:
    box = CaptionBox(x_px=200, y_px=100, width_px=600, height_px=200)
    left, centre, right = (
        caption_sprite((("Moon",),), None, style().model_copy(update={"box": box, "align": align}))
        for align in ("left", "center", "right")
    )
    assert left.x_px - 200 < 20
    assert abs((centre.x_px - 200) - (800 - centre.x_px - centre.width_px)) <= 4
    assert 800 - right.x_px - right.width_px < 20


def test_right_to_left_lines_put_the_first_word_at_the_right() -> None:
    look = style(language="he")
    dark, first = (caption_sprite((("הבנק", "המרכזי"),), active, look) for active in (None, 0))
    difference = covered(dark, 1080, 1920).astype(int) - covered(first, 1080, 1920)
    columns = np.nonzero(difference)[1]
    assert columns.min() > look.box.x_px + look.box.width_px / 2


def test_words_touch_in_languages_without_spaces_but_latin_names_stay_apart() -> None:
    look = style(language="ja")
    apart, joined = (caption_sprite((line,), None, look) for line in (("αβγ", "δεζ"), ("αβγδεζ",)))
    latin = caption_sprite((("Media", "Factory"),), None, look)
    one_word = caption_sprite((("MediaFactory",),), None, look)
    assert abs(apart.width_px - joined.width_px) <= 4
    assert latin.width_px > one_word.width_px + 0.2 * look.size_px


def test_places_and_sizes_are_even_whatever_the_box() -> None:
    look = style().model_copy(update={"box": CaptionBox(x_px=121, y_px=961, width_px=659, height_px=287)})
    sprite = caption_sprite((("Moon",),), 0, look)
    assert not any(number % 2 for number in (sprite.x_px, sprite.y_px, sprite.width_px, sprite.height_px))
    assert sprite.u.shape == sprite.v.shape == sprite.inv_c.shape == (sprite.height_px // 2, sprite.width_px // 2)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_film_of_seventy_words_is_drawn_in_well_under_a_second(preset: BurnedIn) -> None:
    look = style(theme="fire", preset=preset)
    cards = cards_of(f"{MOON} {RATES}", look)
    spans = spans_for(cards, Fraction(30), 0, 3000)
    assert len(spans) > 50
    began = time.process_time()
    for span in spans:
        caption_sprite(span.lines, span.active, look)
    assert time.process_time() - began < 1.0
