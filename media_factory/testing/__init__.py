"""Fakes and conformance suites, for our own tests and for authors of providers."""

from media_factory.testing.conformance import (
    AlignConformance,
    ClipConformance,
    ImageConformance,
    ModerationConformance,
    PromptConformance,
    ProviderConformance,
    QueueConformance,
    QueuedImageConformance,
    SoundConformance,
    SpeechConformance,
)
from media_factory.testing.fakes import Dials, FakeClip, FakeImage, FakeSound, FakeSpeech, fake_providers

__all__ = [
    "AlignConformance",
    "ClipConformance",
    "Dials",
    "FakeClip",
    "FakeImage",
    "FakeSound",
    "FakeSpeech",
    "ImageConformance",
    "ModerationConformance",
    "PromptConformance",
    "ProviderConformance",
    "QueueConformance",
    "QueuedImageConformance",
    "SoundConformance",
    "SpeechConformance",
    "fake_providers",
]
