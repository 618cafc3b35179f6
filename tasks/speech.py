"""Speech."""

from __future__ import annotations

from media_factory.calls import speech
from media_factory.calls.broker import STAGE_TIMEOUT_S
from media_factory.calls.foretelling import foretell_utterance
from media_factory.factory import Factory
from media_factory.requests import SpeechRequest
from media_factory.results import Utterance
from tasks.stage import stage


@stage("synthesize-speech", version=1, foretell=foretell_utterance, timeout_s=STAGE_TIMEOUT_S)
async def synthesize_speech(request: SpeechRequest, factory: Factory) -> Utterance:
    """Speak a text and say when each word is spoken."""
    return await speech.speak(request, factory)


__all__ = ["synthesize_speech"]
