"""ElevenLabs' providers, held to what every provider and every vendor is held to; with its real SDK."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from media_factory.providers.base import Call
from media_factory.providers.elevenlabs import (
    ElevenLabsAligner,
    ElevenLabsClip,
    ElevenLabsImage,
    ElevenLabsSounds,
    ElevenLabsSpeech,
)
from media_factory.requests import AlignRequest, ClipRequest, ImageRequest, SoundRequest, SpeechRequest
from media_factory.testing import (
    AlignConformance,
    ClipConformance,
    QueuedImageConformance,
    SoundConformance,
    SpeechConformance,
)
from media_factory.testing.vendor_suites import VendorFaults, VendorTraffic
from tests.providers.elevenlabs.accounts import TEXT, provider_at, sound_call, still_call

SPEECH = SpeechRequest(provider="elevenlabs:eleven_v3", text=TEXT, emotion="cheerful", rate_wpm=180)
LONG = SpeechRequest(provider="elevenlabs:eleven_flash_v2_5", text=" ".join([TEXT] * 30))
IMAGE = ImageRequest(
    provider="elevenlabs:gemini-3.1-flash-image", prompt="a harbour at dawn", width_px=1280, height_px=720
)
CLIP = ClipRequest(
    provider="elevenlabs:bytedance-seedance-v2", prompt="waves on a beach", width_px=640, height_px=480, duration_s=4
)
EFFECT = SoundRequest(provider="elevenlabs:eleven_text_to_sound_v2", kind="effect", prompt="a door", duration_s=1.5)
MUSIC = SoundRequest(provider="elevenlabs:music_v2", kind="music", prompt="calm strings", duration_s=4)


class OnAnAccount:
    """Puts the provider of a kind on the simulated account."""

    kind: ClassVar[type[Any]]

    @pytest.fixture(autouse=True)
    def _account(self, base_url: str, tmp_path: Path) -> None:
        self.base_url = base_url
        self.folder = tmp_path

    def provider(self) -> Any:
        return provider_at(self.base_url, self.kind)


class Elevenlabs:
    """Says which vendor, and puts the provider of a kind where the suite wants it."""

    vendor = "elevenlabs"
    kind: ClassVar[type[Any]]

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def provider(self, base_url: str) -> Any:
        return provider_at(base_url, self.kind)


class TestSpeech(OnAnAccount, SpeechConformance):
    kind = ElevenLabsSpeech

    def requests(self) -> Iterator[SpeechRequest]:
        yield SPEECH
        yield LONG
        for model in ("eleven_v4", "eleven_multilingual_v2"):
            yield SPEECH.model_copy(update={"provider": f"elevenlabs:{model}", "style": "like a newsreader [loud]"})
        yield SpeechRequest(
            provider="elevenlabs:eleven_v4", text="2026年11月20日，美国经济增长3.25%。", language="zh-Hans"
        )


class TestSounds(OnAnAccount, SoundConformance):
    kind = ElevenLabsSounds

    def requests(self) -> Iterator[SoundRequest]:
        yield EFFECT
        yield MUSIC


class TestAligner(OnAnAccount, AlignConformance):
    kind = ElevenLabsAligner

    def requests(self) -> Iterator[AlignRequest]:
        yield AlignRequest(provider="elevenlabs:forced-alignment", sound=sound_call(self.folder, TEXT)[0], text=TEXT)

    def call(self, request: AlignRequest) -> Call:
        return sound_call(self.folder, TEXT)[1]


class TestImages(OnAnAccount, QueuedImageConformance):
    kind = ElevenLabsImage

    def requests(self) -> Iterator[ImageRequest]:
        yield IMAGE
        yield IMAGE.model_copy(
            update={"provider": "elevenlabs:bytedance-seedream-5-pro", "width_px": 720, "height_px": 1280}
        )


class TestClips(OnAnAccount, ClipConformance):
    kind = ElevenLabsClip

    def requests(self) -> Iterator[ClipRequest]:
        yield CLIP
        yield CLIP.model_copy(update={"image": still_call(self.folder)[0]})

    def call(self, request: ClipRequest) -> Call:
        return still_call(self.folder)[1]


class TestSpeechFaults(Elevenlabs, VendorFaults[SpeechRequest]):
    kind = ElevenLabsSpeech

    def request(self) -> SpeechRequest:
        return SPEECH


class TestStreamedSpeechFaults(Elevenlabs, VendorFaults[SpeechRequest]):
    kind = ElevenLabsSpeech

    def request(self) -> SpeechRequest:
        return LONG


class TestEffectFaults(Elevenlabs, VendorFaults[SoundRequest]):
    kind = ElevenLabsSounds

    def request(self) -> SoundRequest:
        return EFFECT


class TestMusicFaults(Elevenlabs, VendorFaults[SoundRequest]):
    kind = ElevenLabsSounds

    def request(self) -> SoundRequest:
        return MUSIC


class TestAlignerFaults(Elevenlabs, VendorFaults[AlignRequest]):
    kind = ElevenLabsAligner

    def request(self) -> AlignRequest:
        return AlignRequest(provider="elevenlabs:forced-alignment", sound=sound_call(self.folder, TEXT)[0], text=TEXT)

    def call(self) -> Call:
        return sound_call(self.folder, TEXT)[1]


class TestImageFaults(Elevenlabs, VendorFaults[ImageRequest]):
    kind = ElevenLabsImage

    def request(self) -> ImageRequest:
        return IMAGE


class TestClipFaults(Elevenlabs, VendorFaults[ClipRequest]):
    kind = ElevenLabsClip

    def request(self) -> ClipRequest:
        return CLIP


class TestSpeechTraffic(Elevenlabs, VendorTraffic[SpeechRequest]):
    kind = ElevenLabsSpeech

    def request(self) -> SpeechRequest:
        return SPEECH


class TestEffectTraffic(Elevenlabs, VendorTraffic[SoundRequest]):
    kind = ElevenLabsSounds

    def request(self) -> SoundRequest:
        return EFFECT


class TestMusicTraffic(Elevenlabs, VendorTraffic[SoundRequest]):
    kind = ElevenLabsSounds

    def request(self) -> SoundRequest:
        return MUSIC


class TestAlignerTraffic(Elevenlabs, VendorTraffic[AlignRequest]):
    kind = ElevenLabsAligner

    def request(self) -> AlignRequest:
        return AlignRequest(provider="elevenlabs:forced-alignment", sound=sound_call(self.folder, TEXT)[0], text=TEXT)

    def call(self) -> Call:
        return sound_call(self.folder, TEXT)[1]


class TestImageTraffic(Elevenlabs, VendorTraffic[ImageRequest]):
    kind = ElevenLabsImage

    def request(self) -> ImageRequest:
        return IMAGE


class TestClipTraffic(Elevenlabs, VendorTraffic[ClipRequest]):
    kind = ElevenLabsClip

    def request(self) -> ClipRequest:
        return CLIP.model_copy(update={"image": still_call(self.folder)[0]})

    def call(self) -> Call:
        return still_call(self.folder)[1]
