"""Names of runs: they say what a person looks for, and what users write stays words."""

from __future__ import annotations

import pytest

from media_factory.model import Model
from media_factory.requests import ImageRequest, SpeechRequest
from tasks.naming import stage_run_name


class Frames(Model):
    width_px: int = 1080
    height_px: int = 1920


class Bare(Model):
    pass


def test_a_stage_s_run_is_named_after_its_scene_and_its_provider() -> None:
    request = SpeechRequest(provider="espeak:1.52", text="Go.")
    assert stage_run_name("synthesize-speech", request, 1) == "synthesize-speech: scene 2 · espeak"
    assert stage_run_name("synthesize-speech", request, None) == "synthesize-speech: espeak"


def test_the_provider_says_more_than_the_size_and_the_size_more_than_nothing() -> None:
    request = ImageRequest(provider="fake:instant", prompt="x", width_px=64, height_px=64)
    assert stage_run_name("generate-image", request, 0) == "generate-image: scene 1 · fake"
    assert stage_run_name("render-segment", Frames(), None) == "render-segment: 1080×1920"
    assert stage_run_name("join-master", Bare(), None) == "join-master"


@pytest.mark.parametrize("evil", ["{factory.settings}", "{0.__class__}", "{", "}{", "%s", "{label!r:>999}"])
def test_a_provider_s_name_is_never_a_template(evil: str) -> None:
    request = SpeechRequest(provider=evil, text="Go.")
    assert stage_run_name("synthesize-speech", request, None) == f"synthesize-speech: {evil.partition(':')[0]}"


def test_a_very_long_name_is_cut() -> None:
    name = stage_run_name("synthesize-speech", SpeechRequest(provider="p" * 500, text="Go."), 0)
    assert len(name) == 100
    assert name.endswith("p…")
