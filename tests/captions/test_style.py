import pytest

from media_factory.captions.measure import block_height_px, room_px
from media_factory.captions.style import OUTLINE_COLOUR, RESTING_COLOUR, active_colour, caption_style_for
from media_factory.design.colour import contrast, parse_hex
from media_factory.design.themes import THEMES, Theme
from tests.captions.texts import style

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


@pytest.mark.parametrize(("width_px", "height_px"), FORMATS)
def test_every_format_has_room_for_its_lines_inside_the_frame(width_px: int, height_px: int) -> None:
    found = caption_style_for(THEMES["news"], width_px, height_px, "en")
    assert found.box.x_px + found.box.width_px <= width_px
    assert found.box.y_px + found.box.height_px <= height_px
    assert found.box.height_px >= block_height_px(found.size_px, found.max_lines)
    assert room_px(found) >= 4 * found.size_px
