from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.briefs.fields import CaptionPreset, Destination
from media_factory.captions.measure import block_height_px, room_px
from media_factory.captions.safe_areas import safe_box
from media_factory.captions.style import (
    OUTLINE_COLOUR,
    RESTING_COLOUR,
    BurnedIn,
    active_colour,
    caption_style_for,
    lit_colour,
)
from media_factory.design.colour import WHITE, contrast, luminance, parse_hex
from media_factory.design.themes import THEMES, Theme
from tests.captions.texts import style

PRESETS: tuple[BurnedIn, ...] = get_args(BurnedIn)
HEX = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
FORMATS = [(1080, 1920), (1920, 1080), (1080, 1080), (1080, 1350), (360, 640), (3840, 2160), (128, 72), (64, 64)]


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_the_lit_word_stands_out_from_the_others_and_from_its_outline(theme: Theme) -> None:
    lit = parse_hex(active_colour(theme.palette.accent))
    assert contrast(lit, parse_hex(RESTING_COLOUR)) >= 3
    assert contrast(lit, parse_hex(OUTLINE_COLOUR)) >= 4.5


def test_an_accent_that_stands_out_already_is_kept() -> None:
    assert active_colour("#FF5A4F") == "#ff5a4f"


@pytest.mark.parametrize("accent", ["#ffffff", "#000000", "#ffff00", "#0000ff"])
def test_any_accent_finds_a_lightness_that_stands_out(accent: str) -> None:
    assert contrast(parse_hex(active_colour(accent)), parse_hex(RESTING_COLOUR)) >= 3


def test_tall_frames_take_captions_in_the_box_that_is_free_on_every_platform() -> None:
    box = style(1080, 1920).box
    assert (box.x_px, box.y_px, box.x_px + box.width_px, box.y_px + box.height_px) == (120, 960, 780, 1248)
    assert (style(1080, 1920).size_px, style(1080, 1920).align) == (67, "left")


def test_wide_frames_take_captions_in_the_middle_of_the_safe_area() -> None:
    wide = style(1920, 1080)
    assert wide.align == "center"
    assert 0.055 <= wide.size_px / 1080 <= 0.06
    assert wide.box.x_px >= 0.125 * 1920
    assert 2 * wide.box.x_px + wide.box.width_px == 1920
    assert 540 < wide.box.y_px < wide.box.y_px + wide.box.height_px <= 0.95 * 1080


def test_square_frames_leave_a_tenth_free_at_each_side() -> None:
    box = style(1080, 1080).box
    assert (box.x_px, box.width_px) == (108, 864)


def test_languages_from_right_to_left_begin_at_the_right() -> None:
    assert style(1080, 1920, "ar").align == "right"
    assert style(1920, 1080, "he").align == "center"


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("width_px", "height_px"), FORMATS)
def test_every_format_has_room_for_its_lines_inside_the_frame(width_px: int, height_px: int, preset: BurnedIn) -> None:
    found = caption_style_for(THEMES["news"], width_px, height_px, "en", preset)
    assert found.box.x_px + found.box.width_px <= width_px
    assert found.box.y_px + found.box.height_px <= height_px
    assert found.box.height_px >= block_height_px(found.size_px, found.max_lines)
    assert room_px(found) >= 4 * found.size_px


def test_every_preset_of_a_brief_but_none_has_a_look() -> None:
    assert set(PRESETS) == set(get_args(CaptionPreset)) - {"none"}


@pytest.mark.parametrize("destination", [None, *get_args(Destination)])
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (1080, 1080), (1080, 1350), (2160, 3840)])
def test_every_preset_stands_in_the_safe_area_of_its_destination(
    preset: BurnedIn, size: tuple[int, int], destination: Destination | None
) -> None:
    destinations = (destination,) if destination else ()
    safe = safe_box(destinations, *size)
    for language in ("en", "he"):
        box = style(*size, language, preset=preset, destinations=destinations).box
        assert safe.x_px <= box.x_px
        assert safe.y_px <= box.y_px
        assert box.x_px + box.width_px <= safe.x_px + safe.width_px
        assert box.y_px + box.height_px <= safe.y_px + safe.height_px


def test_captions_stand_in_the_middle_of_a_box_that_is_in_the_middle() -> None:
    assert style(destinations=("reels",)).align == "center"
    assert style(destinations=("shorts",)).align == "left"
    assert style(language="ar", destinations=("tiktok",)).align == "right"


def test_pop_is_large_and_in_the_hand_of_titles() -> None:
    pop, karaoke = style(preset="pop"), style()
    assert 86 <= pop.size_px <= 104
    assert (pop.family, pop.weight, pop.max_words) == ("Manrope", 800, 4)
    assert (karaoke.family, karaoke.max_words) == ("Roboto", None)
    assert style(theme="water", preset="pop").weight == 700


def test_a_lit_word_grows_only_where_words_stand_apart() -> None:
    assert style(preset="pop").lit_scale == 1.06
    assert style(language="ja", preset="pop").lit_scale == 1
    assert style(language="ja", preset="pop").max_words == 2


def test_a_lower_third_stands_where_the_language_begins() -> None:
    left, right = (style(1920, 1080, language, preset="lower-third") for language in ("en", "he"))
    assert (left.align, left.box.x_px) == ("left", 240)
    assert (right.align, right.box.x_px + right.box.width_px) == ("right", 1680)
    assert left.box.width_px <= 960
    assert left.panel is not None
    assert left.panel.bar_colour == "#ff5a4f"


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("preset", ["boxed", "lower-third"])
def test_words_on_a_panel_are_read_on_a_white_picture(theme: Theme, preset: BurnedIn) -> None:
    found = caption_style_for(theme, 1080, 1920, "en", preset)
    panel = found.panel
    assert panel is not None
    shown = panel.opacity * parse_hex(panel.colour) + (1 - panel.opacity) * WHITE
    assert contrast(parse_hex(found.colour), shown) >= 7
    assert contrast(parse_hex(found.active_colour), shown) >= 4
    assert luminance(parse_hex(panel.colour)) < 0.01


@given(HEX)
@settings(max_examples=300, deadline=None)
def test_any_accent_finds_a_lightness_for_each_way_of_lighting_a_word(accent: str) -> None:
    panel = style(preset="boxed").panel
    for lit in (active_colour(accent), lit_colour(accent), lit_colour(accent, panel)):
        assert contrast(parse_hex(lit), parse_hex(RESTING_COLOUR)) >= 1.8


def test_gold_that_lights_a_word_stays_gold() -> None:
    assert lit_colour("#e3b341") == "#e3b341"
    assert active_colour("#e3b341") != "#e3b341"
