"""Google: pictures, speech, moving pictures and picture prompts, with an API key or on Vertex."""

from __future__ import annotations

from typing import Any

from media_factory.providers.base import Provider
from media_factory.providers.google.account import Account
from media_factory.providers.google.images import GeminiImages
from media_factory.providers.google.omni import OmniClips
from media_factory.providers.google.prompts import GeminiPrompts
from media_factory.providers.google.speech import GeminiSpeech
from media_factory.providers.google.veo import VeoClips
from media_factory.settings import Settings


def providers(settings: Settings) -> tuple[Provider[Any], ...]:
    """Return Google's providers, which share one account; clips are Omni's with an API key and Veo's on Vertex."""
    account = Account(settings)
    clips = VeoClips if account.on_vertex else OmniClips
    return tuple(kind(settings, account) for kind in (GeminiImages, GeminiSpeech, GeminiPrompts, clips))


__all__ = ["GeminiImages", "GeminiPrompts", "GeminiSpeech", "OmniClips", "VeoClips", "providers"]
