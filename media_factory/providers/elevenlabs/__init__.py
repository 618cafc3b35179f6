"""ElevenLabs: speech with word times, sounds and music, alignment, pictures and clips, on one key."""

from __future__ import annotations

from typing import Any

from media_factory.providers.base import Provider
from media_factory.providers.elevenlabs.account import Account
from media_factory.providers.elevenlabs.alignment import ElevenLabsAligner
from media_factory.providers.elevenlabs.flows import ElevenLabsClip, ElevenLabsImage
from media_factory.providers.elevenlabs.sounds import ElevenLabsSounds
from media_factory.providers.elevenlabs.speech import ElevenLabsSpeech
from media_factory.settings import Settings


def providers(settings: Settings | None = None) -> tuple[Provider[Any], ...]:
    """Return all that ElevenLabs makes, on one account (the entry point `elevenlabs`)."""
    known = settings or Settings()
    account = Account(known)
    return (
        ElevenLabsSpeech(known, account),
        ElevenLabsSounds(known, account),
        ElevenLabsAligner(known, account),
        ElevenLabsImage(known, account),
        ElevenLabsClip(known, account),
    )


__all__ = [
    "ElevenLabsAligner",
    "ElevenLabsClip",
    "ElevenLabsImage",
    "ElevenLabsSounds",
    "ElevenLabsSpeech",
    "providers",
]
