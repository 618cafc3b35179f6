"""Speech: one call to a speech provider, and the time of every word."""

from __future__ import annotations

import asyncio

from media_factory.assets import Asset
from media_factory.calls.broker import buy
from media_factory.calls.checks import check_pace, wave_duration_s
from media_factory.calls.timing_words import time_words, timers
from media_factory.captions.alignment import check_words
from media_factory.captions.words import split_words
from media_factory.factory import Factory
from media_factory.providers.base import SpeechReply
from media_factory.requests import SpeechRequest
from media_factory.results import Utterance


async def speak(request: SpeechRequest, factory: Factory) -> Utterance:
    """Have a text spoken, with the time of every word.

    Raises:
        ProviderError: as the provider raised it; BadReply if the sound does not decode, can't be that text, or the word
            times don't fit it.
    """

    async def keep(reply: SpeechReply) -> tuple[Asset, SpeechReply]:
        duration_s = await asyncio.to_thread(wave_duration_s, reply.data, request.provider)
        check_pace(duration_s, len(split_words(request.text, request.language)), request.provider)
        if reply.words is not None:
            check_words(reply.words, request.text, request.language, duration_s)
        return await factory.store.put(reply.data, reply.media_type, duration_s=duration_s), reply

    sound, reply = await buy(factory.providers.named("speech", request.provider), request, factory, keep)
    # Only now, when no turn is held: an aligner may be a vendor's, too.
    voice, aligner = timers(factory.providers) if reply.words is None else (None, None)
    alignment = await time_words(request, reply, sound, factory, reference=voice, aligner=aligner)
    return Utterance(
        provider=request.provider,
        cost_usd=reply.price_usd,
        sound=sound,
        duration_s=sound.duration_s or 0.0,
        words=alignment.words,
        alignment=alignment.method,
    )


__all__ = ["speak"]
