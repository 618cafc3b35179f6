"""The prompt chooses the motif; the theme does where the prompt names nothing that we know."""

import pytest

from media_factory.captions.words import split_words
from media_factory.drawing.looks import LOOKS
from media_factory.drawing.motifs import MOTIFS
from media_factory.drawing.subjects import motifs_for


@pytest.mark.parametrize(
    ("prompt", "motif"),
    [
        ("The lunar module touches down on the Moon", "moon"),
        ("waves break on a beach", "waves"),
        ("Mountains in morning light", "peaks"),
        ("Mortgage rates and the housing market", "guilloche"),
        ("a city street at night", "skyline"),
        ("Breathe in slowly", "breath"),
        ("a wildfire burns", "flames"),
        ("a new chip for neural networks", "network"),
        ("presidents of two countries sign a treaty", "globe"),
        ("layers of rock and soil", "strata"),
    ],
)
def test_a_subject_calls_for_its_motif(prompt: str, motif: str) -> None:
    assert motif in motifs_for(prompt, ("sheet",))


@pytest.mark.parametrize("prompt", ["something else entirely", "negative space, soft light, space for captions", ""])
def test_words_about_the_picture_are_no_subject(prompt: str) -> None:
    assert motifs_for(prompt, ("sheet",)) == ("sheet",)


def test_every_motif_that_is_named_exists_and_every_one_is_used() -> None:
    named = {motif for look in LOOKS.values() for motif in (*look.motifs, *look.suited)}
    prompts = split_words("moon sea mountain market city calm sky fire energy computer world heart earth map idea")
    called = {motif for prompt in prompts for motif in motifs_for(prompt, ())}
    assert called <= set(MOTIFS)
    assert named == set(MOTIFS)
