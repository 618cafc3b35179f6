"""OpenAI's providers, with the real SDK against the simulated vendor: the contract, every fault, and the traffic."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from media_factory.providers.openai import OpenAIImages, OpenAIModeration, OpenAIPrompts, OpenAISpeech
from media_factory.requests import ImageRequest, ModerationRequest, PromptRequest, SpeechRequest
from media_factory.testing import ImageConformance, ModerationConformance, PromptConformance, SpeechConformance
from media_factory.testing.simulator import Simulator
from media_factory.testing.vendor_suites import VendorFaults, VendorTraffic
from tests.providers.openai.asked import IMAGE, PROMPT, SPEECH, TEXT, settings


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with Simulator() as simulator:
        yield simulator.base_url("openai")


class _Simulated:
    @pytest.fixture(autouse=True)
    def _at(self, base_url: str) -> None:
        self.base_url = base_url


class TestImages(_Simulated, ImageConformance):
    # Conformance asks for what a provider is before there is a simulator, so the base URL comes from a fixture.
    def provider(self) -> OpenAIImages:
        return OpenAIImages(settings(self.base_url))

    def requests(self) -> Iterator[ImageRequest]:
        yield IMAGE
        yield IMAGE.model_copy(update={"width_px": 1080, "height_px": 1920})
        yield IMAGE.model_copy(update={"provider": "openai:gpt-image-1-mini", "width_px": 1920, "height_px": 1080})


class TestSpeech(_Simulated, SpeechConformance):
    def provider(self) -> OpenAISpeech:
        return OpenAISpeech(settings(self.base_url))

    def requests(self) -> Iterator[SpeechRequest]:
        yield SPEECH
        yield SPEECH.model_copy(update={"provider": "openai:tts-1", "rate_wpm": 200, "emotion": "calm"})


class TestPrompts(_Simulated, PromptConformance):
    def provider(self) -> OpenAIPrompts:
        return OpenAIPrompts(settings(self.base_url))

    def requests(self) -> Iterator[PromptRequest]:
        yield PROMPT
        yield PROMPT.model_copy(update={"provider": "openai:gpt-6-sol", "guidelines": (), "max_chars": 120})


class TestModeration(_Simulated, ModerationConformance):
    def provider(self) -> OpenAIModeration:
        return OpenAIModeration(settings(self.base_url))

    def requests(self) -> Iterator[ModerationRequest]:
        yield TEXT

    def harmful(self) -> ModerationRequest:
        return TEXT.model_copy(update={"text": "They planned a massacre."})


class TestImageFaults(VendorFaults[ImageRequest], VendorTraffic[ImageRequest]):
    vendor = "openai"

    def provider(self, base_url: str) -> OpenAIImages:
        return OpenAIImages(settings(base_url))

    def request(self) -> ImageRequest:
        return IMAGE


class TestSpeechFaults(VendorFaults[SpeechRequest], VendorTraffic[SpeechRequest]):
    vendor = "openai"

    def provider(self, base_url: str) -> OpenAISpeech:
        return OpenAISpeech(settings(base_url))

    def request(self) -> SpeechRequest:
        return SPEECH.model_copy(update={"emotion": "cheerful", "style": "like a neighbour", "rate_wpm": 190})


class TestPromptFaults(VendorFaults[PromptRequest], VendorTraffic[PromptRequest]):
    vendor = "openai"

    def provider(self, base_url: str) -> OpenAIPrompts:
        return OpenAIPrompts(settings(base_url))

    def request(self) -> PromptRequest:
        return PROMPT


class TestModerationFaults(VendorFaults[ModerationRequest], VendorTraffic[ModerationRequest]):
    vendor = "openai"

    def provider(self, base_url: str) -> OpenAIModeration:
        return OpenAIModeration(settings(base_url))

    def request(self) -> ModerationRequest:
        return TEXT
