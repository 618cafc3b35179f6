"""One call to a provider: ask, check the reply, keep the bytes.

The bodies of the provider stages. What comes back is decoded to the end before it is kept: a picture that does not
load, or sound of no length, is a bad reply and never an asset.
"""

from __future__ import annotations

import asyncio
import io
import wave
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from typing import cast

from PIL import Image

from media_factory.captions.alignment import align
from media_factory.drawing.placeholders import placeholder_of
from media_factory.errors import BadReply
from media_factory.factory import Factory
from media_factory.providers.base import ImageProvider, PromptWriter, SpeechProvider
from media_factory.requests import ImageRequest, PromptRequest, SpeechRequest
from media_factory.results import Picture, Placeholder, Prompt, Utterance

PROMPT_STAGE_VERSION = 1
# Measured on our own cards, in floats: 32 with the encoded picture.
_DRAWN_BYTES_A_PIXEL = 40


async def write_prompt(request: PromptRequest, factory: Factory) -> Prompt:
    """Have a picture prompt written.

    Raises:
        ProviderError: as the writer raised it; BadReply if the prompt is longer than asked.
    """
    writer = cast(PromptWriter, factory.providers.named("prompt", request.provider))
    reply = await writer.generate(request)
    if len(reply.text) > request.max_chars:
        raise BadReply(f"{request.provider} wrote {len(reply.text)} characters; {request.max_chars} were allowed")
    return Prompt(
        provider=request.provider,
        cost_usd=reply.price_usd,
        text=reply.text,
        style=request.style,
        version=PROMPT_STAGE_VERSION,
        written_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


async def make_picture(request: ImageRequest, factory: Factory) -> Picture:
    """Have a picture made, of exactly the size that was asked for.

    Raises:
        ProviderError: as the provider raised it; BadReply if the picture does not decode or has another size.
    """
    provider = cast(ImageProvider, factory.providers.named("image", request.provider))
    # A picture that is drawn here keeps a processor busy; one that a vendor draws only keeps us waiting.
    async with _slots(request, factory) if provider.capabilities.local else nullcontext():
        reply = await provider.generate(request)
    size, placeholder = await asyncio.to_thread(_decoded, reply.data, request.provider)
    if size != (request.width_px, request.height_px):
        wanted = f"{request.width_px}x{request.height_px}"
        raise BadReply(f"{request.provider} sent a picture of {size[0]}x{size[1]}; {wanted} was asked for")
    asset = await factory.store.put(reply.data, reply.media_type, width_px=size[0], height_px=size[1])
    return Picture(provider=request.provider, cost_usd=reply.price_usd, image=asset, placeholder=placeholder)


def _slots(request: ImageRequest, factory: Factory) -> AbstractAsyncContextManager[None]:
    return factory.slots.hold(factory.slots_for(request.width_px * request.height_px * _DRAWN_BYTES_A_PIXEL))


def _decoded(data: bytes, source: str) -> tuple[tuple[int, int], Placeholder]:
    """Decode a picture to its last byte and return its size in pixels, and what stands for it until it is loaded.

    Raises:
        BadReply: it does not decode.
    """
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return picture.size, placeholder_of(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise BadReply(f"{source} sent {len(data)} bytes that are no picture: {problem}") from problem


async def speak(request: SpeechRequest, factory: Factory) -> Utterance:
    """Have a text spoken, with the time of every word.

    Raises:
        ProviderError: as the provider raised it; BadReply if the sound does not decode, is empty, or the word times
            don't fit the text.
    """
    provider = cast(SpeechProvider, factory.providers.named("speech", request.provider))
    reply = await provider.generate(request)
    duration_s = _wave_duration_s(reply.data, request.provider)
    alignment = align(request.text, request.language, duration_s, reply.words)
    asset = await factory.store.put(reply.data, reply.media_type, duration_s=duration_s)
    return Utterance(
        provider=request.provider,
        cost_usd=reply.price_usd,
        sound=asset,
        duration_s=duration_s,
        words=alignment.words,
        alignment=alignment.method,
    )


def _wave_duration_s(data: bytes, source: str) -> float:
    try:
        with wave.open(io.BytesIO(data)) as sound:
            frames, rate = sound.getnframes(), sound.getframerate()
    except (wave.Error, EOFError) as problem:
        raise BadReply(f"{source} sent {len(data)} bytes that are no WAV sound: {problem}") from problem
    if not frames or not rate:
        raise BadReply(f"{source} sent a sound of no length")
    duration_s: float = frames / rate
    return round(duration_s, 6)


__all__ = [
    "PROMPT_STAGE_VERSION",
    "make_picture",
    "speak",
    "write_prompt",
]
