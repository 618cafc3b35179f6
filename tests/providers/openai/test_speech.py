"""Speech from OpenAI: voices, how it is said, lengths and prices."""

from __future__ import annotations

import io
import json
import wave
from typing import Any

import pytest

from media_factory.errors import InvalidRequest, VoiceNotFound
from media_factory.providers.base import SpeechReply
from media_factory.providers.openai import OpenAISpeech
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Simulator
from media_factory.testing.simulator.recording import RecordingSimulator
from tests.providers.openai.asked import SPEECH, settings


async def _spoken(**changes: Any) -> tuple[dict[str, Any], SpeechReply]:
    """Return what was sent for a request with these changes, and what came of it."""
    with RecordingSimulator() as simulator:
        provider = OpenAISpeech(settings(simulator.base_url("openai")))
        reply = await provider.generate(SPEECH.model_copy(update=changes), CALL)
    return json.loads(simulator.exchanges[0].request), reply


def _seconds(reply: SpeechReply) -> float:
    with wave.open(io.BytesIO(reply.data)) as sound:
        return sound.getnframes() / sound.getframerate()


async def test_it_asks_for_no_more_than_it_needs() -> None:
    sent, _ = await _spoken()
    assert sent == {"model": "gpt-4o-mini-tts", "input": SPEECH.text, "voice": "marin", "response_format": "wav"}


async def test_a_faster_pace_is_a_speed_and_a_shorter_sound() -> None:
    sent, fast = await _spoken(rate_wpm=240)
    assert sent["speed"] == 1.5
    _, usual = await _spoken()
    assert _seconds(fast) == pytest.approx(_seconds(usual) / 1.5, rel=0.01)


async def test_emotion_and_style_become_instructions() -> None:
    sent, _ = await _spoken(emotion="whispering", style="as if in a library")
    assert sent["instructions"] == "Whisper. as if in a library"


async def test_older_models_get_no_instructions() -> None:
    sent, _ = await _spoken(provider="openai:tts-1", emotion="sad", style="slowly")
    assert "instructions" not in sent
    assert sent["voice"] == "nova"


async def test_a_voice_of_one_s_own_is_named_by_its_id() -> None:
    sent, _ = await _spoken(voice="voice_1234")
    assert sent["voice"] == {"id": "voice_1234"}


@pytest.mark.parametrize(
    ("model", "voice"), [("gpt-4o-mini-tts", "bruno"), ("tts-1", "marin"), ("tts-1", "voice_1234")]
)
async def test_a_voice_that_the_model_has_not_is_not_asked_for(model: str, voice: str) -> None:
    with pytest.raises(VoiceNotFound, match="alloy"):
        await _spoken(provider=f"openai:{model}", voice=voice)


async def test_a_voice_that_the_vendor_does_not_know_is_not_found() -> None:
    class Pretending(OpenAISpeech):
        def _voice(self, model: str, wanted: str | None) -> Any:
            return wanted

    with Simulator() as simulator, pytest.raises(VoiceNotFound, match="answered 400"):
        provider = Pretending(settings(simulator.base_url("openai")))
        await provider.generate(SPEECH.model_copy(update={"voice": "bruno"}), CALL)


async def test_a_text_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(InvalidRequest, match="at most 4096"):
        await _spoken(text="word " * 1000)


@pytest.mark.parametrize("model", ["gpt-4o-mini-tts", "tts-1", "tts-1-hd"])
async def test_the_price_is_what_the_vendor_charges_and_the_estimate_is_near_it(model: str) -> None:
    request = SPEECH.model_copy(update={"provider": f"openai:{model}"})
    with Simulator() as simulator:
        provider = OpenAISpeech(settings(simulator.base_url("openai")))
        reply = await provider.generate(request, CALL)
        (charge,) = simulator.billing.charges
    assert float(reply.price_usd or 0) == pytest.approx(charge.price_usd, rel=0.001)
    assert float(provider.price_usd(request) or 0) == pytest.approx(charge.price_usd, rel=0.5)


async def test_its_voices_are_named() -> None:
    names = [voice.id for voice in await OpenAISpeech(settings("http://127.0.0.1:9")).voices()]
    assert len(names) == 13
    assert {"alloy", "marin", "cedar"} < set(names)
