"""What goes over the wire beside paid calls, and streams line by line, held against the vendor's specification."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from media_factory.providers.elevenlabs import ElevenLabsSpeech
from media_factory.requests import SpeechRequest
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator.elevenlabs import ElevenLabs
from media_factory.testing.simulator.media import speech, wav
from media_factory.testing.simulator.recording import RecordingSimulator
from media_factory.testing.simulator.validation import Specification, findings_of, specification_of
from tests.providers.elevenlabs.accounts import TEXT, provider_at

REQUEST = SpeechRequest(provider="elevenlabs:eleven_v3", text=TEXT)


@pytest.fixture
def specification() -> Specification:
    found = specification_of("elevenlabs")
    if found is None:
        pytest.skip("the vendors' OpenAPI files are not here; set MEDIA_FACTORY_SPECS to their folder")
    return found


async def test_voices_clones_history_and_models_are_as_specified(specification: Specification, tmp_path: Path) -> None:
    sample = tmp_path / "sample.wav"
    sample.write_bytes(wav(speech("sample").pcm, 24_000))
    since = datetime.now(UTC)
    with RecordingSimulator(vendors=[ElevenLabs]) as simulator:
        provider = provider_at(simulator.base_url("elevenlabs"), ElevenLabsSpeech)
        await provider.clone("Ann", [sample], "calm")
        await provider.voices()
        await provider.list_models()
        await provider.generate(REQUEST, CALL)
        assert await provider.recover(REQUEST, since) is not None
    findings = findings_of(simulator.exchanges, specification)
    assert findings.checked == 7
    assert (findings.errors, findings.warnings) == ((), ())


async def test_each_line_of_a_stream_is_as_specified(specification: Specification) -> None:
    with RecordingSimulator(vendors=[ElevenLabs]) as simulator:
        stream = provider_at(simulator.base_url("elevenlabs"), ElevenLabsSpeech).stream(
            REQUEST, CALL, previous_text="Good evening.", next_text="Now the weather."
        )
        count = len([chunk async for chunk in stream])
    (exchange,) = simulator.exchanges
    lines = [replace(exchange, reply=line) for line in exchange.reply.splitlines()]
    findings = findings_of(lines, specification)
    assert findings.checked == count > 2
    assert (findings.errors, findings.warnings) == ((), ())
