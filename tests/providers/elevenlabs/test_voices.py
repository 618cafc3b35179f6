"""Voices of an account: all pages of them, found by name, and cloned."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_factory.errors import InputError, VoiceNotFound
from media_factory.providers.elevenlabs import ElevenLabsSpeech
from media_factory.providers.elevenlabs.account import Account
from media_factory.providers.elevenlabs.voices import DEFAULT_VOICE, Voices
from media_factory.requests import SpeechRequest
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Simulator
from media_factory.testing.simulator.elevenlabs import ElevenLabs
from media_factory.testing.simulator.media import speech, wav
from media_factory.testing.simulator.recording import RecordingSimulator
from tests.providers.elevenlabs.accounts import provider_at, settings_for, vendor_of


def samples(folder: Path, count: int = 2) -> list[Path]:
    found = []
    for number in range(count):
        path = folder / f"take {number}.wav"
        path.write_bytes(wav(speech(f"take {number}").pcm, 24_000))
        found.append(path)
    return found


async def test_all_pages_are_listed_and_no_voice_twice(simulator: Simulator, base_url: str) -> None:
    voices = await provider_at(base_url, ElevenLabsSpeech).voices()
    assert {voice.id for voice in voices} == set(vendor_of(simulator).voices)
    assert len(voices) == len(vendor_of(simulator).voices)
    assert [voice.name for voice in voices] == sorted(voice.name for voice in voices)
    assert voices[0].languages == ("en",)


@pytest.mark.parametrize("named", ["GEORGE", "George - Warm, Captivating Storyteller", DEFAULT_VOICE, None])
async def test_a_voice_is_found_by_id_name_or_the_part_before_its_dash(base_url: str, named: str | None) -> None:
    assert await Voices(Account(settings_for(base_url))).id_of(named) == DEFAULT_VOICE


async def test_a_name_that_two_voices_share_is_refused_with_their_ids(simulator: Simulator, base_url: str) -> None:
    known = vendor_of(simulator).voices
    known["BBBBBBBBBBBBBBBBBBB2"] = known[DEFAULT_VOICE] | {"voice_id": "BBBBBBBBBBBBBBBBBBB2", "name": "George"}
    known["CCCCCCCCCCCCCCCCCCC3"] = known[DEFAULT_VOICE] | {"voice_id": "CCCCCCCCCCCCCCCCCCC3", "name": "george"}
    with pytest.raises(VoiceNotFound, match="BBBBBBBBBBBBBBBBBBB2.*CCCCCCCCCCCCCCCCCCC3"):
        await Voices(Account(settings_for(base_url))).id_of("George")


async def test_a_clone_is_sent_whole_and_then_speaks_by_its_name(tmp_path: Path) -> None:
    with RecordingSimulator(vendors=[ElevenLabs]) as simulator:
        provider = provider_at(simulator.base_url("elevenlabs"), ElevenLabsSpeech)
        await provider.voices()
        made = await provider.clone("Ann of Accounts", samples(tmp_path), "calm, from Leeds")
        form = simulator.exchanges[-1]
        request = SpeechRequest(provider="elevenlabs:eleven_v3", text="Hello.", voice="ann of accounts")
        await provider.generate(request, CALL)
        listed = {voice.id: voice for voice in await provider.voices()}
    assert form.request.count(b'name="files"') == 2
    for path in samples(tmp_path):
        assert path.read_bytes() in form.request
    # The speaker's own file names stay here.
    assert b"take" not in form.request.replace(b"calm", b"")
    assert b"null" not in form.request
    assert listed[made.id] == made.model_copy(update={"languages": ("en",)})
    assert made.cloned
    assert simulator.exchanges[-3].path == f"/v1/text-to-speech/{made.id}/with-timestamps"


async def test_a_clone_needs_a_sample_that_can_be_read(base_url: str, tmp_path: Path) -> None:
    provider = provider_at(base_url, ElevenLabsSpeech)
    with pytest.raises(InputError, match="at least one sample"):
        await provider.clone("Ann", [], "")
    with pytest.raises(InputError, match=r"gone\.wav"):
        await provider.clone("Ann", [tmp_path / "gone.wav"], "")


async def test_a_voice_that_must_be_verified_says_so(simulator: Simulator, base_url: str, tmp_path: Path) -> None:
    vendor_of(simulator).verifies_voices = True
    made = await provider_at(base_url, ElevenLabsSpeech).clone("Ann", samples(tmp_path, 1), "calm")
    assert "verified" in made.description
