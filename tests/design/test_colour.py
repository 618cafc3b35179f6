"""Colours mix, contrast and become legible."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.design.colour import BLACK, WHITE, contrast, inks_of, legible, mix, parse_hex, rgb8
from media_factory.errors import InvalidRequest

CODES = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert float(contrast(BLACK, WHITE)) == pytest.approx(21, abs=0.01)


@given(CODES)
def test_a_hex_code_comes_back(code: str) -> None:
    assert "#" + bytes(rgb8(parse_hex(code))).hex() == code


@given(CODES, CODES)
def test_a_mix_begins_with_one_colour_and_ends_with_the_other(one: str, other: str) -> None:
    start, end = parse_hex(one), parse_hex(other)
    assert np.allclose(mix(start, end, 0), start, atol=0.01)
    assert np.allclose(mix(start, end, 1), end, atol=0.01)


@given(CODES, CODES)
def test_any_colour_can_be_made_legible_on_any_ground(ink: str, ground: str) -> None:
    made = legible(parse_hex(ink), parse_hex(ground), 4.5)
    assert float(contrast(made, parse_hex(ground))) >= 4.5


def test_a_colour_that_is_legible_is_left_alone() -> None:
    accent = parse_hex("#ff5a4f")
    assert legible(accent, parse_hex("#0e1420"), 4.5) is accent


@pytest.mark.parametrize("codes", [("#000000",) * 5, ("#000000",) * 5 + ("red",)])
def test_a_palette_that_is_none_is_refused(codes: tuple[str, ...]) -> None:
    with pytest.raises(InvalidRequest):
        inks_of(codes)
