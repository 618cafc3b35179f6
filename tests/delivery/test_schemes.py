from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.delivery.schemes import contrast, luminance, mix, schemes_of
from media_factory.design.themes import THEMES, Theme

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
themes = pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)


@themes
def test_all_text_of_both_schemes_reaches_aa(theme: Theme) -> None:
    for scheme in schemes_of(theme.palette):
        low = {pair: contrast(*pair) for pair in scheme.text_pairs() if contrast(*pair) < 4.5}
        assert not low


@themes
def test_the_first_scheme_is_light_and_the_second_dark(theme: Theme) -> None:
    light, dark = schemes_of(theme.palette)
    assert luminance(light.background) > 0.6
    assert luminance(dark.background) < 0.1


@themes
def test_a_theme_keeps_its_own_grounds_on_its_own_side(theme: Theme) -> None:
    grounds = [(scheme.background, scheme.surface, scheme.ink) for scheme in schemes_of(theme.palette)]
    assert (theme.palette.background, theme.palette.surface, theme.palette.ink) in grounds


@given(colours, colours)
def test_contrast_is_symmetric_and_between_1_and_21(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21


@given(colours, colours)
def test_mixing_starts_at_one_colour_and_ends_at_the_other(one: str, other: str) -> None:
    assert (mix(one, other, 0), mix(one, other, 1)) == (one, other)


@given(colours)
def test_mixing_in_white_never_darkens(colour: str) -> None:
    shades = [luminance(mix(colour, "#ffffff", share / 10)) for share in range(11)]
    assert all(before <= after for before, after in pairwise(shades))
