"""Fakes and conformance suites, for our own tests and for authors of providers."""

from media_factory.testing.conformance import (
    ClipConformance,
    ImageConformance,
    ProviderConformance,
    SpeechConformance,
)
from media_factory.testing.fakes import Dials, FakeClip, FakeImage, FakeSpeech, fake_providers

__all__ = [
    "ClipConformance",
    "Dials",
    "FakeClip",
    "FakeImage",
    "FakeSpeech",
    "ImageConformance",
    "ProviderConformance",
    "SpeechConformance",
    "fake_providers",
]
