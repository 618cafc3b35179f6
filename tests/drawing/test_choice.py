"""Neighbours among the scenes of a story show different motifs, and every motif fits its theme."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.design.themes import ThemeName
from media_factory.drawing.choice import TURNS, motif_for
from media_factory.drawing.looks import LOOKS
from media_factory.drawing.motifs import LIKE_DATA, MOTIFS

PROMPTS = (
    "the Moon landing",
    "a stormy sea",
    "mortgage rates and the market",
    "mountains",
    "a wildfire",
    "a city street",
    "neural networks",
    "a bright idea",
    "a hospital",
    "something else",
)
FIRSTS = {
    "the Moon": "moon",
    "the sea": "waves",
    "mountains": "peaks",
    "a wildfire": "flames",
    "a city": "skyline",
    "the market": "guilloche",
}
EACH_THEME = pytest.mark.parametrize("theme", LOOKS)


def test_every_motif_has_one_turn() -> None:
    assert sorted(name for turn in TURNS for name in turn) == sorted(MOTIFS)


@EACH_THEME
def test_every_theme_has_a_motif_of_its_own_for_each_turn_even_beside_numbers(theme: ThemeName) -> None:
    for turn in TURNS:
        assert (turn & set(LOOKS[theme].motifs)) - LIKE_DATA


@given(
    theme=st.sampled_from(sorted(LOOKS)),
    story=st.integers(0, 2**32 - 1),
    prompts=st.lists(st.sampled_from(PROMPTS), min_size=3, max_size=7),
    measured=st.booleans(),
)
def test_three_scenes_in_a_row_show_three_motifs(
    theme: ThemeName, story: int, prompts: list[str], measured: bool
) -> None:
    shown = [
        motif_for(prompt, story * 1000 + scene, LOOKS[theme], measured=measured) for scene, prompt in enumerate(prompts)
    ]
    for first in range(len(shown) - 2):
        assert len(set(shown[first : first + 3])) == 3


@EACH_THEME
def test_a_motif_is_of_its_themes_character_whatever_the_prompt(theme: ThemeName) -> None:
    look = LOOKS[theme]
    for prompt, seed in product(PROMPTS, range(9)):
        assert motif_for(prompt, seed, look) in {*look.motifs, *look.suited}


def test_realistic_pictures_show_no_grid_of_light_and_no_cut_paper() -> None:
    shown = {motif_for(prompt, seed, LOOKS["realistic"]) for prompt, seed in product(PROMPTS, range(30))}
    assert not shown & {"horizon", "hexes", "blobs", "tiles", "panels", "rays", "halftone", "blocks", "threads"}


def test_a_finance_story_shows_many_motifs_and_none_of_them_often() -> None:
    shown = [motif_for("mortgage rates rise", seed, LOOKS["finance"]) for seed in range(7000, 7007)]
    assert max(shown.count(name) for name in shown) <= 2
    assert len(set(shown)) >= 5


@pytest.mark.parametrize(("prompt", "motif"), FIRSTS.items())
def test_seed_zero_shows_the_motif_that_a_subject_is_known_by(prompt: str, motif: str) -> None:
    assert motif_for(prompt, 0, LOOKS["news"]) == motif
