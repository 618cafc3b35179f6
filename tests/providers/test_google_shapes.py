"""What Google is asked for: aspects, sizes, lengths, directions; both sides of the wire fit its SDK's own types."""

from __future__ import annotations

import json
import math
from typing import Any, get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from media_factory.catalogue.entries import catalogue, entry_of
from media_factory.providers.google import GeminiImages, GeminiPrompts, GeminiSpeech, OmniClips
from media_factory.providers.google.images import shape_of
from media_factory.providers.google.omni import seconds_of
from media_factory.providers.google.omni import shape_of as clip_shape_of
from media_factory.providers.google.speech import directions
from media_factory.requests import Emotion
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator.google import Google
from media_factory.testing.simulator.recording import RecordingSimulator
from tests.providers.test_google import CLIP, IMAGE, PROMPT, SPEECH, filmed, settings

SIDES = st.integers(64, 6336)


@pytest.mark.parametrize(
    ("width_px", "height_px", "aspect", "size"),
    [
        (1280, 720, "16:9", "1K"),
        (1920, 1080, "16:9", "2K"),
        (3840, 2160, "16:9", "4K"),
        (8000, 4500, "16:9", "4K"),
        (1080, 1920, "9:16", "2K"),
        (1024, 1024, "1:1", "1K"),
        (1080, 1350, "4:5", "2K"),
        (2560, 1080, "21:9", "2K"),
        (64, 6336, "9:16", "4K"),
    ],
)
def test_the_nearest_aspect_and_the_smallest_size_that_covers_are_asked_for(
    width_px: int, height_px: int, aspect: str, size: str
) -> None:
    request = IMAGE.model_copy(update={"width_px": width_px, "height_px": height_px})
    assert shape_of(request) == (aspect, size)


def test_a_model_of_one_size_is_asked_for_that_one() -> None:
    request = IMAGE.model_copy(update={"provider": "google:gemini-3.1-flash-lite-image", "width_px": 1920})
    assert shape_of(request)[1] == "1K"


@given(SIDES, SIDES)
def test_turning_a_picture_turns_its_aspect(width_px: int, height_px: int) -> None:
    # Only of the widest aspect is there no tall one.
    assume(max(width_px, height_px) <= 2 * min(width_px, height_px))
    upright = shape_of(IMAGE.model_copy(update={"width_px": width_px, "height_px": height_px}))
    turned = shape_of(IMAGE.model_copy(update={"width_px": height_px, "height_px": width_px}))
    assert turned[0].split(":") == upright[0].split(":")[::-1]
    assert turned[1] == upright[1]


@given(SIDES, SIDES, st.floats(0.1, 60))
def test_a_clip_covers_what_is_asked_where_it_can(width_px: int, height_px: int, duration_s: float) -> None:
    request = CLIP.model_copy(update={"width_px": width_px, "height_px": height_px, "duration_s": duration_s})
    shape = clip_shape_of(request)
    long_px = {"360p": 640, "720p": 1280, "1080p": 1920, "4k": 3840}[shape["resolution"]]
    size = (long_px, long_px * 9 // 16) if shape["aspect_ratio"] == "16:9" else (long_px * 9 // 16, long_px)
    assert shape["resolution"] == "4k" or (size[0] >= width_px and size[1] >= height_px)
    assert 3 <= seconds_of(request) <= 10
    assert seconds_of(request) >= min(duration_s, 10)


def test_directions_are_none_where_nothing_is_asked_for() -> None:
    assert directions(SPEECH) == ""


@given(st.sampled_from(get_args(Emotion)), st.integers(80, 300), st.text(max_size=100))
def test_directions_are_one_line_with_all_that_is_asked_for(emotion: Emotion, rate_wpm: int, style: str) -> None:
    request = SPEECH.model_copy(update={"emotion": emotion, "rate_wpm": rate_wpm, "style": style})
    line = directions(request)
    assert line == " ".join(line.split())
    assert " ".join(style.split()) in line
    assert ("fast" in directions(request.model_copy(update={"style": None}))) == (rate_wpm >= 185)


def test_estimates_follow_the_length_of_a_text() -> None:
    speech = GeminiSpeech()
    short, long = (speech.price_usd(SPEECH.model_copy(update={"text": "word " * words})) for words in (10, 100))
    assert short is not None
    assert long is not None
    assert long > 8 * short
    # 100 words take 37.5 s, or 938 tokens of sound at 9 dollars a million.
    assert math.isclose(float(long), 0.0085, rel_tol=0.05)
    unknown = SPEECH.model_copy(update={"provider": "google:gemini-3.1-flash-tts-preview"})
    assert speech.price_usd(unknown) is None
    prompt = GeminiPrompts().price_usd(PROMPT)
    assert prompt is not None
    assert 0 < prompt < 1


def test_retired_models_name_models_that_are_there() -> None:
    google = [entry for entry in catalogue() if entry.provider == "google"]
    retired = {entry.model for entry in google if entry.status == "retired"}
    assert {"imagen-4", "gemini-2.5-flash-image", "veo-3.1-generate-preview"} <= retired
    for entry in google:
        replacement = entry_of(entry.replacement) if entry.replacement else None
        assert replacement or entry.status == "active"
        assert replacement is None or replacement.status == "active"


async def test_both_sides_of_the_wire_fit_the_sdk_s_own_types() -> None:
    from google.genai import interactions, types

    with RecordingSimulator(vendors=[Google]) as simulator:
        account = settings(simulator.base_url("google"))
        await GeminiImages(account).generate(IMAGE, CALL)
        await GeminiSpeech(account).generate(SPEECH, CALL)
        await GeminiPrompts(account).generate(PROMPT, CALL)
        await filmed(OmniClips(account), CLIP)
        for exchange in simulator.exchanges:
            if exchange.reply_type != "application/json":
                continue
            asked: dict[str, Any] = json.loads(exchange.request or b"{}")
            if ":generateContent" in exchange.path:
                # These types refuse what they don't know.
                types.GenerateContentResponse.model_validate_json(exchange.reply)
                types.GenerateContentConfig.model_validate(asked["generationConfig"])
                for content in asked["contents"]:
                    types.Content.model_validate(content)
            else:
                made = interactions.Interaction.model_validate_json(exchange.reply)
                assert made.status in ("in_progress", "completed")
                assert {str(getattr(step, "type", "UNKNOWN")) for step in made.steps or []} <= {
                    "thought",
                    "model_output",
                }
                if asked:
                    interactions.CreateModelInteraction.model_validate(asked)
