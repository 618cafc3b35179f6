"""ElevenLabs' speech: what is sent, what comes back, and what is refused before anybody is asked."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from media_factory.captions.words import split_words
from media_factory.errors import AuthenticationFailed, InvalidRequest, VoiceNotFound
from media_factory.providers.elevenlabs import ElevenLabsSpeech, providers
from media_factory.providers.elevenlabs.expression import sent_text, voice_settings
from media_factory.providers.elevenlabs.voices import DEFAULT_VOICE
from media_factory.requests import SpeechRequest
from media_factory.settings import Settings
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Simulator
from media_factory.testing.simulator.elevenlabs import ElevenLabs
from media_factory.testing.simulator.recording import RecordingSimulator
from media_factory.testing.vendor_suites import KEY
from tests.providers.elevenlabs.accounts import TEXT, provider_at, vendor_of

LONG = " ".join([TEXT] * 30)


@pytest.fixture
def recording() -> Iterator[RecordingSimulator]:
    with RecordingSimulator(vendors=[ElevenLabs]) as started:
        yield started


def ask(text: str = TEXT, model: str = "eleven_v3", **settings: Any) -> SpeechRequest:
    return SpeechRequest.model_validate({"provider": f"elevenlabs:{model}", "text": text, **settings})


def speaker(simulator: Simulator) -> ElevenLabsSpeech:
    return provider_at(simulator.base_url("elevenlabs"), ElevenLabsSpeech)


def last_body(recording: RecordingSimulator) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(recording.exchanges[-1].request)
    return found


async def test_a_request_is_sent_once_with_all_that_it_says(recording: RecordingSimulator) -> None:
    await speaker(recording).generate(ask(emotion="whispering", style="like a secret", rate_wpm=144), CALL)
    (exchange,) = recording.exchanges
    assert exchange.path == f"/v1/text-to-speech/{DEFAULT_VOICE}/with-timestamps"
    assert exchange.query == "output_format=pcm_24000"
    body = last_body(recording)
    assert body["text"] == f"[whispers] [like a secret] {TEXT}"
    assert (body["model_id"], body["language_code"], body["seed"]) == ("eleven_v3", "en", 0)
    assert body["voice_settings"]["speed"] == 0.9


async def test_an_older_model_gets_dials_and_no_language(recording: RecordingSimulator) -> None:
    request = ask(model="eleven_multilingual_v2", emotion="excited", style="like a secret")
    await speaker(recording).generate(request, CALL)
    body = last_body(recording)
    assert body["text"] == TEXT
    assert body["voice_settings"] == {"stability": 0.3, "style": 0.6}
    assert "language_code" not in body


async def test_without_wishes_the_voice_keeps_its_own_settings(recording: RecordingSimulator) -> None:
    await speaker(recording).generate(ask(), CALL)
    assert "voice_settings" not in last_body(recording)


@pytest.mark.parametrize(("rate_wpm", "speed"), [(80, 0.7), (112, 0.7), (176, 1.1), (300, 1.2)])
def test_pace_stays_within_what_the_vendor_takes(rate_wpm: int, speed: float) -> None:
    assert voice_settings("eleven_v4", ask(rate_wpm=rate_wpm)) == {"speed": speed}


@pytest.mark.parametrize("model", ["eleven_v3", "eleven_multilingual_v2"])
def test_nothing_in_a_text_is_a_command(model: str) -> None:
    text = 'He [the president] said <break time="9s"/> 5 < 6 [laughs]'
    sent = sent_text(model, ask(text, model=model))
    assert len(sent) == len(text)
    assert "<break" not in sent
    assert ("[" in sent) == (model == "eleven_multilingual_v2")
    assert "5 < 6" in sent


async def test_times_are_those_of_the_words_that_were_spoken(simulator: Simulator) -> None:
    reply = await speaker(simulator).generate(ask(emotion="sad"), CALL)
    assert reply.words is not None
    assert tuple(word.text for word in reply.words) == split_words(TEXT)
    with wave.open(io.BytesIO(reply.data)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 24_000)
        pcm = sound.readframes(sound.getnframes())
    item = vendor_of(simulator).history[0]
    assert pcm == item["pcm"]
    at = item["text"].index("Treasury")
    starts = item["alignments"]["alignment"]["character_start_times_seconds"]
    assert reply.words[-1].start_s == starts[at]
    assert reply.vendor_id == item["request_id"]


async def test_the_price_is_what_the_vendor_bills(simulator: Simulator) -> None:
    provider, request = speaker(simulator), ask(emotion="calm")
    reply = await provider.generate(request, CALL)
    (charge,) = simulator.billing.charges
    assert reply.price_usd is not None
    assert float(reply.price_usd) == pytest.approx(charge.price_usd)
    assert provider.price_usd(request) == reply.price_usd == Decimal(len(f"[calmly] {TEXT}")) / 1000 * Decimal("0.10")


@pytest.mark.parametrize("begin_anew", [False, True])
async def test_a_stream_brings_the_same_sound_and_words_in_parts(simulator: Simulator, begin_anew: bool) -> None:
    provider, request = speaker(simulator), ask(LONG, model="eleven_flash_v2_5")
    vendor_of(simulator).times_begin_anew = begin_anew
    chunks = [chunk async for chunk in provider.stream(request, CALL)]
    assert len(chunks) > 10
    item = vendor_of(simulator).history[0]
    assert b"".join(chunk.pcm for chunk in chunks) == item["pcm"]
    starts = [one.start_s for chunk in chunks for one in chunk.characters]
    assert starts == pytest.approx(item["alignments"]["alignment"]["character_start_times_seconds"], abs=0.002)


async def test_long_texts_are_streamed_and_paid_once(recording: RecordingSimulator) -> None:
    reply = await speaker(recording).generate(ask(LONG, model="eleven_flash_v2_5"), CALL)
    assert [one.path.rpartition("/stream/")[2] for one in recording.exchanges] == ["with-timestamps"]
    assert len(recording.billing.charges) == 1
    assert reply.words is not None
    assert len(reply.words) == len(split_words(LONG))


async def test_what_was_said_before_is_sent_and_not_spoken(recording: RecordingSimulator) -> None:
    stream = speaker(recording).stream(ask(), CALL, previous_text="Good evening.", next_text="Now the weather.")
    spoken = "".join([one.text async for chunk in stream for one in chunk.characters])
    assert spoken == TEXT
    body = last_body(recording)
    assert (body["previous_text"], body["next_text"]) == ("Good evening.", "Now the weather.")


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (ask("— …"), "nothing to say"),
        (ask("Hello " * 1000), "5000 characters at most; the text has 6000"),
        (ask("Sawubona", language="zu"), "does not speak 'zu'"),
        (ask("Szia", language="hu", model="eleven_multilingual_v2"), "eleven_v4, eleven_v3, eleven_flash_v2_5 do"),
        (ask(emotion="whispering", model="eleven_flash_v2_5"), "eleven_v4, eleven_v3 can"),
    ],
)
async def test_what_a_model_can_not_do_is_refused_before_anybody_is_asked(
    recording: RecordingSimulator, request_: SpeechRequest, says: str
) -> None:
    with pytest.raises(InvalidRequest, match=says):
        await speaker(recording).generate(request_, CALL)
    assert not recording.exchanges


async def test_an_unknown_voice_is_refused_with_near_names(simulator: Simulator) -> None:
    with pytest.raises(VoiceNotFound, match="'Sara'.*Sarah - Mature"):
        await speaker(simulator).generate(ask(voice="Sara"), CALL)
    assert not simulator.billing.charges


async def test_an_unknown_id_is_refused_by_the_vendor_and_names_are_offered(simulator: Simulator) -> None:
    with pytest.raises(VoiceNotFound, match="AAAAAAAAAAAAAAAAAAA1.*George"):
        await speaker(simulator).generate(ask(voice="AAAAAAAAAAAAAAAAAAA1"), CALL)
    assert not simulator.billing.charges


async def test_a_named_voice_speaks_and_is_looked_up_once(recording: RecordingSimulator) -> None:
    provider = speaker(recording)
    for _ in range(2):
        await provider.generate(ask(voice="daniel"), CALL)
    assert [one.path for one in recording.exchanges] == [
        *["/v2/voices"] * 2,
        *["/v1/text-to-speech/onwK4e9ZLuTAKqWW03F9/with-timestamps"] * 2,
    ]


async def test_without_a_key_it_says_which_variable_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ELEVENLABS_API_KEY", "ELEVEN_API_KEY", "XI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for provider in providers(Settings()):
        assert "ELEVENLABS_API_KEY" in str(provider.missing())
    with pytest.raises(AuthenticationFailed, match="ELEVENLABS_API_KEY"):
        await ElevenLabsSpeech(Settings()).generate(ask(), CALL)


@pytest.mark.parametrize("name", ["ELEVENLABS_API_KEY", "ELEVEN_API_KEY", "XI_API_KEY"])
def test_a_key_under_any_of_its_names_will_do(name: str) -> None:
    assert ElevenLabsSpeech(Settings({name: KEY})).missing() is None


async def test_the_vendor_s_list_says_how_much_text_a_model_takes(simulator: Simulator) -> None:
    listed = {one.model: one.max_text_chars for one in await speaker(simulator).list_models()}
    assert listed["eleven_flash_v2_5"] == 40_000
