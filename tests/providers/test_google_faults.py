"""Google's faults, one by one: each ends in its class of error and is asked once."""

from __future__ import annotations

from media_factory.providers.google import GeminiImages, GeminiPrompts, GeminiSpeech, OmniClips, VeoClips
from media_factory.requests import ClipRequest, ImageRequest, PromptRequest, SpeechRequest
from media_factory.testing.vendor_suites import VendorFaults
from tests.providers.test_google import CLIP, IMAGE, ON_VERTEX, PROMPT, SPEECH, VEO, settings


class TestImageFaults(VendorFaults[ImageRequest]):
    vendor = "google"

    def provider(self, base_url: str) -> GeminiImages:
        return GeminiImages(settings(base_url))

    def request(self) -> ImageRequest:
        return IMAGE


class TestSpeechFaults(VendorFaults[SpeechRequest]):
    vendor = "google"

    def provider(self, base_url: str) -> GeminiSpeech:
        return GeminiSpeech(settings(base_url))

    def request(self) -> SpeechRequest:
        return SPEECH


class TestPromptFaults(VendorFaults[PromptRequest]):
    vendor = "google"

    def provider(self, base_url: str) -> GeminiPrompts:
        return GeminiPrompts(settings(base_url))

    def request(self) -> PromptRequest:
        return PROMPT


class TestOmniFaults(VendorFaults[ClipRequest]):
    vendor = "google"

    def provider(self, base_url: str) -> OmniClips:
        return OmniClips(settings(base_url))

    def request(self) -> ClipRequest:
        return CLIP


class TestVeoFaults(VendorFaults[ClipRequest]):
    vendor = "google"

    def provider(self, base_url: str) -> VeoClips:
        return VeoClips(settings(base_url, **ON_VERTEX))

    def request(self) -> ClipRequest:
        return VEO
