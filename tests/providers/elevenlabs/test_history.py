"""Speech whose answer was lost is found in the account's history, and not paid for again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from media_factory.captions.words import split_words
from media_factory.errors import ProviderUnavailable
from media_factory.providers.elevenlabs import ElevenLabsSpeech
from media_factory.requests import SpeechRequest
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Simulator
from tests.providers.elevenlabs.accounts import TEXT, provider_at, vendor_of

REQUEST = SpeechRequest(provider="elevenlabs:eleven_v3", text=TEXT, emotion="sad")


async def test_what_was_billed_and_lost_comes_back_without_a_charge(simulator: Simulator, base_url: str) -> None:
    provider, since = provider_at(base_url, ElevenLabsSpeech), datetime.now(UTC)
    for number in range(4):
        await provider.generate(REQUEST.model_copy(update={"text": f"Number {number}."}), CALL)
    simulator.faults.script("reset_after_billing")
    with pytest.raises(ProviderUnavailable):
        await provider.generate(REQUEST, CALL)
    for number in range(4):
        await provider.generate(REQUEST.model_copy(update={"text": f"Then {number}."}), CALL)
    billed = len(simulator.billing.charges)
    found = await provider.recover(REQUEST, since)
    assert found is not None
    assert len(simulator.billing.charges) == billed
    lost = vendor_of(simulator).history[4]
    assert found.vendor_id == lost["request_id"]
    assert found.price_usd == provider.price_usd(REQUEST)
    assert found.words is not None
    assert tuple(word.text for word in found.words) == split_words(TEXT)
    # MP3 pads the sound, but the words stand where they were.
    at = lost["text"].index("Treasury")
    assert found.words[-1].start_s == lost["alignments"]["alignment"]["character_start_times_seconds"][at]


@pytest.mark.parametrize(
    "changed", [{"text": "Another text."}, {"voice": "Daniel"}, {"provider": "elevenlabs:eleven_v4"}, {"emotion": None}]
)
async def test_another_text_voice_model_or_tone_is_not_the_same_call(base_url: str, changed: dict[str, str]) -> None:
    provider, since = provider_at(base_url, ElevenLabsSpeech), datetime.now(UTC)
    await provider.generate(REQUEST, CALL)
    assert await provider.recover(REQUEST, since) is not None
    assert await provider.recover(REQUEST.model_copy(update=changed), since) is None


async def test_what_is_older_than_the_call_does_not_count(base_url: str) -> None:
    provider = provider_at(base_url, ElevenLabsSpeech)
    await provider.generate(REQUEST, CALL)
    assert await provider.recover(REQUEST, datetime.now(UTC) + timedelta(minutes=2)) is None


async def test_a_history_without_times_still_gives_the_sound(simulator: Simulator, base_url: str) -> None:
    provider, since = provider_at(base_url, ElevenLabsSpeech), datetime.now(UTC)
    await provider.generate(REQUEST, CALL)
    vendor_of(simulator).history[0]["alignments"] = None
    found = await provider.recover(REQUEST, since)
    assert found is not None
    assert found.words is None
