"""Google's real SDK against the simulator: what is asked, what comes back, and how each fault ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest

from media_factory.assets import Asset
from media_factory.calls.jobs import reply_for
from media_factory.errors import AuthenticationFailed, BadReply, ContentRefused, ProviderUnavailable, VoiceNotFound
from media_factory.providers.base import Call, ClipReply, Provider
from media_factory.providers.google import GeminiImages, GeminiPrompts, GeminiSpeech, OmniClips, VeoClips, providers
from media_factory.requests import ClipRequest, ImageRequest, PromptRequest, SpeechRequest
from media_factory.settings import Settings
from media_factory.testing.conformance import (
    CALL,
    ClipConformance,
    ImageConformance,
    PromptConformance,
    SpeechConformance,
)
from media_factory.testing.simulator import Simulator
from media_factory.testing.simulator.google import Google
from media_factory.testing.simulator.media import picture
from media_factory.testing.simulator.recording import RecordingSimulator
from media_factory.testing.vendor_suites import KEY

IMAGE = ImageRequest(
    provider="google:gemini-nano-banana-2.1", prompt="a lighthouse above a calm sea", width_px=1280, height_px=720
)
SPEECH = SpeechRequest(provider="google:gemini-3.8-flash-tts", text="The harbour opens again on Monday morning.")
PROMPT = PromptRequest(
    provider="google:gemini-3.5-flash-lite",
    headline="Harbour opens again after the storm",
    style="news",
    max_chars=300,
    guidelines=("no people",),
)
CLIP = ClipRequest(
    provider="google:gemini-omni-1.2-flash",
    prompt="waves roll over dark sand",
    width_px=640,
    height_px=360,
    duration_s=2,
)
VEO = CLIP.model_copy(update={"provider": "google:veo-3.1-fast-generate-001"})
ON_VERTEX = {"GOOGLE_GENAI_USE_VERTEXAI": "true", "GOOGLE_CLOUD_PROJECT": ""}


@pytest.fixture(scope="module")
def simulator() -> Iterator[RecordingSimulator]:
    with RecordingSimulator(vendors=[Google]) as running:
        yield running


def settings(base_url: str, **more: str) -> Settings:
    return Settings({"GEMINI_API_KEY": KEY, "GOOGLE_GEMINI_BASE_URL": base_url, **more})


def quick(provider: Any) -> Any:
    provider.poll_every_s = 0.001
    return provider


async def filmed(provider: Any, request: ClipRequest) -> ClipReply:
    reply: ClipReply = await reply_for(quick(provider), await provider.submit(request, CALL), 30.0)
    return reply


class OnSimulator:
    kind: type[Provider[Any]]
    more: ClassVar[dict[str, str]] = {}

    @pytest.fixture(autouse=True)
    def _here(self, simulator: RecordingSimulator) -> None:
        self.base_url = simulator.base_url("google")
        self._made = quick(self.kind(settings(self.base_url, **self.more)))

    def provider(self) -> Any:
        return self._made


class TestImages(OnSimulator, ImageConformance):
    kind = GeminiImages

    def requests(self) -> Iterator[ImageRequest]:
        yield IMAGE
        yield IMAGE.model_copy(update={"width_px": 1080, "height_px": 1080})
        yield IMAGE.model_copy(update={"width_px": 720, "height_px": 1280})


class TestSpeech(OnSimulator, SpeechConformance):
    kind = GeminiSpeech

    def requests(self) -> Iterator[SpeechRequest]:
        yield SPEECH
        yield SPEECH.model_copy(update={"emotion": "calm", "voice": "puck", "rate_wpm": 200})
        yield SPEECH.model_copy(update={"provider": "google:gemini-3.1-flash-tts-preview", "style": "like an anchor"})


class TestPrompts(OnSimulator, PromptConformance):
    kind = GeminiPrompts

    def requests(self) -> Iterator[PromptRequest]:
        yield PROMPT
        yield PROMPT.model_copy(update={"max_chars": 80, "headline": "A very long headline " * 20})


class TestOmni(OnSimulator, ClipConformance):
    kind = OmniClips

    def requests(self) -> Iterator[ClipRequest]:
        yield CLIP
        yield CLIP.model_copy(update={"width_px": 360, "height_px": 640})


class TestVeo(OnSimulator, ClipConformance):
    kind = VeoClips
    more = ON_VERTEX

    def requests(self) -> Iterator[ClipRequest]:
        yield VEO


def asked(simulator: RecordingSimulator) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(simulator.exchanges[-1].request)
    return body


def voice_in(body: dict[str, Any]) -> Any:
    """Return the voice, whichever of the two spellings that Google takes the SDK has chosen."""
    from google.genai.types import SpeechConfig

    config = SpeechConfig.model_validate(body["generationConfig"]["speechConfig"])
    assert config.voice_config
    return config.voice_config.model_dump(exclude_none=True, by_alias=True)


async def test_a_picture_is_asked_for_in_the_nearest_aspect_and_priced_by_its_tokens(
    simulator: RecordingSimulator,
) -> None:
    reply = await GeminiImages(settings(simulator.base_url("google"))).generate(IMAGE, CALL)
    body = asked(simulator)
    assert simulator.exchanges[-1].path == "/v1/models/gemini-nano-banana-2.1:generateContent"
    assert body["generationConfig"] == {
        "responseModalities": ["IMAGE"],
        "imageConfig": {"aspectRatio": "16:9", "imageSize": "1K"},
    }
    assert reply.price_usd is not None
    assert Decimal("0.0336") <= reply.price_usd < Decimal("0.034")
    assert reply.vendor_id


async def test_words_are_spoken_as_they_stand_and_directions_go_beside_them(simulator: RecordingSimulator) -> None:
    request = SPEECH.model_copy(update={"emotion": "cheerful", "rate_wpm": 200, "style": "a radio host"})
    reply = await GeminiSpeech(settings(simulator.base_url("google"))).generate(request, CALL)
    body = asked(simulator)
    assert body["contents"][0]["parts"] == [
        {"text": request.text, "speechMetadata": {"style": "cheerful; fast pace; a radio host"}}
    ]
    assert voice_in(body) == {"voice": "Kore"}
    assert reply.price_usd is not None
    assert reply.price_usd > 0


async def test_models_before_3_8_get_the_directions_in_front_of_the_words(simulator: RecordingSimulator) -> None:
    request = SPEECH.model_copy(update={"provider": "google:gemini-3.1-flash-tts-preview", "emotion": "sad"})
    reply = await GeminiSpeech(settings(simulator.base_url("google"))).generate(request, CALL)
    body = asked(simulator)
    assert body["contents"][0]["parts"] == [{"text": f"Say this (sad): {request.text}"}]
    assert voice_in(body) == {"prebuiltVoiceConfig": {"voiceName": "Kore"}}
    assert reply.price_usd is None, "the catalogue has no price of this model"


async def test_an_unknown_voice_is_refused_before_anything_is_asked(simulator: RecordingSimulator) -> None:
    provider, before = GeminiSpeech(settings(simulator.base_url("google"))), len(simulator.exchanges)
    with pytest.raises(VoiceNotFound, match="Puck"):
        await provider.generate(SPEECH.model_copy(update={"voice": "Pukk"}), CALL)
    assert len(simulator.exchanges) == before
    own = SPEECH.model_copy(update={"voice": "voice_abc123def456"})
    await provider.generate(own, CALL)
    assert voice_in(asked(simulator)) == {"voice": "voice_abc123def456"}


async def test_it_lists_its_thirty_voices() -> None:
    voices = await GeminiSpeech().voices()
    assert len({voice.id for voice in voices}) == 30
    assert voices[0].id == "Kore"


async def test_a_prompt_carries_the_guidelines_word_for_word(simulator: RecordingSimulator) -> None:
    reply = await GeminiPrompts(settings(simulator.base_url("google"))).generate(PROMPT, CALL)
    assert reply.text.endswith(". no people.")
    assert "no people" in asked(simulator)["contents"][0]["parts"][0]["text"]


async def test_a_clip_is_queued_in_the_background_and_fetched_by_its_name(simulator: RecordingSimulator) -> None:
    before = len(simulator.exchanges)
    clip = await filmed(OmniClips(settings(simulator.base_url("google"))), CLIP)
    created, *polls, file = simulator.exchanges[before:]
    assert json.loads(created.request) == {
        "model": "gemini-omni-1.2-flash",
        "input": CLIP.prompt,
        "background": True,
        "store": True,
        "response_format": {
            "type": "video",
            "aspect_ratio": "16:9",
            "resolution": "360p",
            "duration": "3s",
            "delivery": "uri",
        },
    }
    assert {exchange.method for exchange in polls} == {"get"}
    assert file.path.startswith("/v1/files/video")
    assert file.path.endswith(":download")
    assert clip.media_type == "video/mp4"


async def test_a_still_goes_with_the_words(simulator: RecordingSimulator, tmp_path: Path) -> None:
    still, call = still_in(tmp_path)
    for provider, request in (
        (OmniClips(settings(simulator.base_url("google"))), CLIP),
        (VeoClips(settings(simulator.base_url("google"), **ON_VERTEX)), VEO),
    ):
        await provider.submit(request.model_copy(update={"image": still}), call)
        sent = json.dumps(asked(simulator))
        assert "image/png" in sent
        assert request.prompt in sent


async def test_a_file_that_is_gone_was_paid_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Google, "keep_files", False)
    with Simulator(vendors=[Google]) as simulator:
        with pytest.raises(BadReply, match="does not give out the clip") as caught:
            await filmed(OmniClips(settings(simulator.base_url("google"))), CLIP)
        assert caught.value.paid == "yes"


async def test_a_cancelled_clip_ends_the_waiting() -> None:
    with Simulator(vendors=[Google]) as simulator:
        provider = OmniClips(settings(simulator.base_url("google")))
        ticket = await provider.submit(CLIP, CALL)
        await provider.cancel(ticket)
        with pytest.raises(BadReply, match="cancelled"):
            await provider.poll(ticket)


async def test_an_interrupted_connection_is_no_second_request_although_aiohttp_is_installed() -> None:
    pytest.importorskip("aiohttp")
    with Simulator(vendors=[Google]) as simulator:
        simulator.faults.script("reset")
        with pytest.raises(ProviderUnavailable):
            await GeminiImages(settings(simulator.base_url("google"))).generate(IMAGE, CALL)
        assert sum(simulator.billing.outcomes.values()) == 1


async def test_vertex_draws_and_speaks_under_its_own_paths(simulator: RecordingSimulator) -> None:
    account = settings(simulator.base_url("google"), **ON_VERTEX)
    await GeminiImages(account).generate(IMAGE, CALL)
    assert simulator.exchanges[-1].path.startswith("/v1beta1/publishers/google/models/")
    await GeminiSpeech(account).generate(SPEECH.model_copy(update={"emotion": "calm"}), CALL)
    assert asked(simulator)["contents"][0]["parts"][0]["speechMetadata"] == {"style": "calm and unhurried"}


async def test_vertex_without_credentials_says_so_and_asks_nobody(
    simulator: RecordingSimulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    before = len(simulator.exchanges)
    account = Settings(
        {
            "GOOGLE_GENAI_USE_VERTEXAI": "true",
            "GOOGLE_CLOUD_PROJECT": "project-1",
            "GOOGLE_GEMINI_BASE_URL": simulator.base_url("google"),
        }
    )
    with pytest.raises(AuthenticationFailed, match="credentials"):
        await GeminiImages(account).generate(IMAGE, CALL)
    assert len(simulator.exchanges) == before


async def test_vertex_queues_veo_without_sound(simulator: RecordingSimulator) -> None:
    await VeoClips(settings(simulator.base_url("google"), **ON_VERTEX)).submit(VEO, CALL)
    body = asked(simulator)
    assert simulator.exchanges[-1].path.endswith("/veo-3.1-fast-generate-001:predictLongRunning")
    assert body["parameters"]["durationSeconds"] == 4
    assert body["parameters"]["generateAudio"] is False


def test_clips_are_omni_s_with_a_key_and_veo_s_on_vertex() -> None:
    def clips(**values: str) -> list[type]:
        made = providers(Settings(values))
        return [type(one) for one in made if one.capabilities.modality == "clip"]

    assert clips(GEMINI_API_KEY="k") == [OmniClips]
    assert clips(**ON_VERTEX, GOOGLE_API_KEY="k") == [VeoClips]


def test_missing_names_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_CLOUD_PROJECT", "GOOGLE_GENAI_USE_VERTEXAI"):
        monkeypatch.delenv(name, raising=False)
    assert GeminiImages(Settings({})).missing() == "set GEMINI_API_KEY"
    assert GeminiImages(Settings({"GOOGLE_API_KEY": "k"})).missing() is None
    on_vertex = {"GOOGLE_GENAI_USE_VERTEXAI": "1"}
    assert "GOOGLE_CLOUD_PROJECT" in str(GeminiImages(Settings(on_vertex)).missing())
    assert GeminiImages(Settings(on_vertex | {"GOOGLE_CLOUD_PROJECT": "p"})).missing() is None


async def test_a_refusal_of_what_was_made_is_a_refusal() -> None:
    with Simulator(vendors=[Google]) as simulator:
        simulator.faults.script("refused", "refused")
        base_url = simulator.base_url("google")
        with pytest.raises(ContentRefused, match="PROHIBITED_CONTENT"):
            await GeminiSpeech(settings(base_url)).generate(SPEECH, CALL)
        with pytest.raises(ContentRefused):
            await filmed(VeoClips(settings(base_url, **ON_VERTEX)), VEO)


def still_in(folder: Path) -> tuple[Asset, Call]:
    data = picture("a still", 320, 180)
    path = folder / "still.png"
    path.write_bytes(data)
    still = Asset(digest="sha256:" + "1" * 64, media_type="image/png", size_bytes=len(data))
    return still, Call(key="0" * 64, files={still.digest: path})
