"""ElevenLabs' sound effects and music."""

from __future__ import annotations

import json

import pytest

from media_factory.errors import BadReply, InvalidRequest
from media_factory.providers.elevenlabs import ElevenLabsSounds
from media_factory.providers.elevenlabs.sounds import _check_length
from media_factory.requests import SoundRequest
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Simulator
from media_factory.testing.simulator.elevenlabs import ElevenLabs
from media_factory.testing.simulator.media import mp3, tone
from media_factory.testing.simulator.recording import RecordingSimulator
from tests.providers.elevenlabs.accounts import provider_at


def ask(kind: str, duration_s: float, model: str = "music_v2", prompt: str = "rain") -> SoundRequest:
    return SoundRequest.model_validate(
        {"provider": f"elevenlabs:{model}", "kind": kind, "prompt": prompt, "duration_s": duration_s}
    )


async def test_what_is_asked_for_decides_the_model() -> None:
    with RecordingSimulator(vendors=[ElevenLabs]) as simulator:
        provider = provider_at(simulator.base_url("elevenlabs"), ElevenLabsSounds)
        await provider.generate(ask("effect", 1), CALL)
        await provider.generate(ask("effect", 1, "eleven_text_to_sound_v3"), CALL)
        await provider.generate(ask("music", 3, "eleven_text_to_sound_v2"), CALL)
        bodies = [json.loads(one.request) for one in simulator.exchanges]
    assert [body["model_id"] for body in bodies] == [
        *("eleven_text_to_sound_v2", "eleven_text_to_sound_v3", "music_v2")
    ]
    assert bodies[2]["force_instrumental"] is True


@pytest.mark.parametrize(("kind", "duration_s"), [("effect", 30.5), ("music", 2.5)])
async def test_lengths_that_are_not_made_are_refused_before_anybody_is_asked(
    simulator: Simulator, base_url: str, kind: str, duration_s: float
) -> None:
    with pytest.raises(InvalidRequest, match="was asked for"):
        await provider_at(base_url, ElevenLabsSounds).generate(ask(kind, duration_s), CALL)
    with pytest.raises(InvalidRequest, match="characters"):
        await provider_at(base_url, ElevenLabsSounds).generate(ask("effect", 1, prompt="rain " * 900), CALL)
    assert not simulator.billing.outcomes


def test_a_sound_of_less_than_half_the_length_is_a_bad_reply() -> None:
    data = mp3(tone("a", 2.0), 44_100)
    _check_length(data, 2.5)
    with pytest.raises(BadReply, match="5 s was asked for"):
        _check_length(data, 5)


def test_nobody_knows_the_price_of_a_sound() -> None:
    assert ElevenLabsSounds().price_usd(ask("music", 10)) is None
