"""A brand's colours can be read, in every theme."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.briefs.branding import branded
from media_factory.briefs.model import ImageBrief
from media_factory.design.brand import Brand, brand_from
from media_factory.design.colour import contrast, parse_hex
from media_factory.design.themes import THEMES, ThemeName
from media_factory.errors import InputError

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(st.sampled_from(sorted(THEMES)), COLOURS, COLOURS)
def test_accents_of_any_colour_can_be_read_on_a_theme_s_background(
    theme: ThemeName, primary: str, secondary: str
) -> None:
    palette = Brand(primary=primary, secondary=secondary).palette(theme)
    background = parse_hex(palette.background)
    assert palette.background == THEMES[theme].palette.background.lower()
    assert all(contrast(parse_hex(code), background) >= 4.6 for code in (palette.accent, palette.accent2))


@given(st.sampled_from(sorted(THEMES)), COLOURS, COLOURS)
def test_text_of_any_colour_can_be_read_on_any_background_that_is_taken(
    theme: ThemeName, background: str, text: str
) -> None:
    try:
        palette = Brand(background=background, text=text).palette(theme)
    except InputError as problem:
        assert "choose a lighter or a darker one" in str(problem)
        return
    assert contrast(parse_hex(palette.ink), parse_hex(palette.background)) >= 9.5
    assert contrast(parse_hex(palette.muted), parse_hex(palette.surface)) >= 4.5


def test_variables_are_read_as_people_write_them() -> None:
    brand = brand_from({"BRAND_PRIMARY_COLOR": "#0F8", "BRAND_SECONDARY_COLOR": "AABBCC", "BRAND_THEME": "finance"})
    assert brand == Brand(primary="#00ff88", secondary="#aabbcc", theme="finance")
    assert brand_from({}) == Brand()
    with pytest.raises(InputError, match="BRAND_PRIMARY_COLOR: 'red' is no colour"):
        brand_from({"BRAND_PRIMARY_COLOR": "red"})
    with pytest.raises(InputError, match="BRAND_THEME: there is no theme 'nice'"):
        brand_from({"BRAND_THEME": "nice"})


def test_a_brief_s_own_words_count_more_than_the_brand() -> None:
    brand = Brand(primary="#ff0000", theme="vintage")
    plain = branded(ImageBrief(prompt="x"), brand)
    assert plain.theme == "vintage"
    assert plain.palette == brand.palette("vintage").as_tuple()
    assert branded(ImageBrief(prompt="x", channel="air"), brand).theme == "air"
    own = ImageBrief(prompt="x", theme="water", palette=("#000000",) * 6)
    assert branded(own, brand) is own
    assert branded(ImageBrief(prompt="x"), Brand()) == ImageBrief(prompt="x")
