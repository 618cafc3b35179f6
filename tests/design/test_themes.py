"""Every theme's palette holds the laws that reading and colour blindness set."""

from itertools import combinations

import numpy as np
import pytest

from media_factory.design.fonts import nearest, packaged_faces
from media_factory.design.themes import THEMES, Theme

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SIMULATIONS = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
EACH = pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)


def linear(code: str) -> np.ndarray:
    parts = np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    high, low = sorted((float(linear(code) @ [0.2126, 0.7152, 0.0722]) for code in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def oklab(rgb: np.ndarray) -> np.ndarray:
    to_lms = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566]]
    to_lms.append([0.0883024619, 0.2817188376, 0.6299787005])
    to_lab = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099]]
    to_lab.append([0.0259040371, 0.7827717662, -0.8086757660])
    return np.array(to_lab) @ np.cbrt(np.array(to_lms) @ np.clip(rgb, 0, 1))


def test_there_are_fourteen_themes_and_no_two_palettes_are_alike() -> None:
    assert len(THEMES) == 14
    for one, other in combinations(THEMES.values(), 2):
        assert one.palette != other.palette


@EACH
def test_ink_and_muted_text_can_be_read_on_both_grounds(theme: Theme) -> None:
    for ground in (theme.palette.background, theme.palette.surface):
        assert contrast(theme.palette.ink, ground) >= 10
        assert contrast(theme.palette.muted, ground) >= 5


@EACH
def test_accents_can_be_read_on_the_background_and_seen_on_the_surface(theme: Theme) -> None:
    for accent in (theme.palette.accent, theme.palette.accent2):
        assert contrast(accent, theme.palette.background) >= 4.7
        assert contrast(accent, theme.palette.surface) >= 4.0


@EACH
@pytest.mark.parametrize("simulation", SIMULATIONS)
def test_accents_stay_apart_for_colour_blind_eyes(theme: Theme, simulation: str) -> None:
    matrix = np.array(SIMULATIONS[simulation])
    one, other = (oklab(matrix @ linear(code)) for code in (theme.palette.accent, theme.palette.accent2))
    least = 0.07 if (theme.name, simulation) == ("earth", "protan") else 0.10
    assert float(np.linalg.norm(one - other)) >= least - 0.005


@EACH
def test_the_fonts_of_every_theme_come_with_us(theme: Theme) -> None:
    for style in (theme.title, theme.body):
        face = nearest(packaged_faces(), style.family, style.weight)
        assert face is not None
        assert face.weight == style.weight
