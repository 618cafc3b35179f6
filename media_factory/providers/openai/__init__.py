"""OpenAI: pictures, speech, picture prompts and moderation; and any server that speaks its API.

The SDK is loaded at the first call: a run that uses other providers does not pay for its import.
"""

from __future__ import annotations

from typing import Any

from media_factory.catalogue.entries import models_of
from media_factory.providers.base import Provider
from media_factory.providers.openai.account import Account
from media_factory.providers.openai.images import OpenAIImages
from media_factory.providers.openai.moderation import OpenAIModeration
from media_factory.providers.openai.prompts import OpenAIPrompts
from media_factory.providers.openai.speech import OpenAISpeech
from media_factory.settings import Endpoint, Settings


def providers(settings: Settings | None = None) -> tuple[Provider[Any], ...]:
    """Return OpenAI's providers of each modality that has a model left, and those of the settings' endpoints."""
    settings = settings or Settings()
    account = Account(settings)
    made: list[Provider[Any]] = []
    for modality, kind in _KINDS.items():
        if models_of("openai", modality):
            made.append(kind(settings, account))
    for endpoint in settings.endpoints:
        made += _of_endpoint(settings, endpoint)
    return tuple(made)


_KINDS: dict[str, type[OpenAIImages | OpenAISpeech | OpenAIPrompts | OpenAIModeration]] = {
    "image": OpenAIImages,
    "speech": OpenAISpeech,
    "prompt": OpenAIPrompts,
    "moderation": OpenAIModeration,
}


def _of_endpoint(settings: Settings, endpoint: Endpoint) -> list[Provider[Any]]:
    account = Account(settings, endpoint)
    models = {"image": endpoint.image_models, "speech": endpoint.speech_models, "prompt": endpoint.prompt_models}
    return [_KINDS[modality](settings, account) for modality, names in models.items() if names]


__all__ = ["OpenAIImages", "OpenAIModeration", "OpenAIPrompts", "OpenAISpeech", "providers"]
