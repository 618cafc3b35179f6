"""What a planning run goes on with where a stage has yet to be made: the same shape, at the price that is asked."""

from __future__ import annotations

from typing import cast

from media_factory.assets import pending_asset
from media_factory.calls.prompts import write_prompt
from media_factory.captions.alignment import proportional
from media_factory.captions.words import split_words
from media_factory.factory import Factory
from media_factory.providers.base import ClipProvider, ImageProvider, PromptWriter, SoundProvider, SpeechProvider
from media_factory.requests import ClipRequest, ImageRequest, PromptRequest, SoundRequest, SpeechRequest
from media_factory.results import Clip, Picture, Prompt, Sound, Utterance


async def foretell_prompt(request: PromptRequest, key: str, factory: Factory) -> Prompt:
    """Return the very prompt where writing is free and local; else a stand-in that no picture was made from."""
    writer = cast(PromptWriter, factory.providers.named("prompt", request.provider))
    if writer.capabilities.local:
        return await write_prompt(request, factory)
    return Prompt(
        provider=request.provider,
        cost_usd=writer.price_usd(request),
        text=f"(to be written: {key})",
        style=request.style,
        version=0,
        written_at="",
    )


async def foretell_picture(request: ImageRequest, key: str, factory: Factory) -> Picture:
    """Return a picture of the right size that does not exist yet."""
    provider = cast(ImageProvider, factory.providers.named("image", request.provider))
    image = pending_asset(key, "image/png", width_px=request.width_px, height_px=request.height_px)
    return Picture(provider=request.provider, cost_usd=provider.price_usd(request), image=image)


async def foretell_clip(request: ClipRequest, key: str, factory: Factory) -> Clip:
    """Return a clip of the asked size and length that does not exist yet."""
    provider = cast(ClipProvider, factory.providers.named("clip", request.provider))
    clip = pending_asset(
        key,
        "video/mp4",
        width_px=request.width_px,
        height_px=request.height_px,
        duration_s=request.duration_s,
    )
    return Clip(provider=request.provider, cost_usd=provider.price_usd(request), clip=clip)


async def foretell_sound(request: SoundRequest, key: str, factory: Factory) -> Sound:
    """Return a sound of the asked length that does not exist yet."""
    provider = cast(SoundProvider, factory.providers.named("sound", request.provider))
    sound = pending_asset(key, "audio/mpeg", duration_s=request.duration_s)
    return Sound(provider=request.provider, cost_usd=provider.price_usd(request), sound=sound)


async def foretell_utterance(request: SpeechRequest, key: str, factory: Factory) -> Utterance:
    """Return an utterance of the length that the text takes at the asked pace."""
    provider = cast(SpeechProvider, factory.providers.named("speech", request.provider))
    duration_s = max(0.5, len(split_words(request.text, request.language)) * 60 / request.rate_wpm)
    return Utterance(
        provider=request.provider,
        cost_usd=provider.price_usd(request),
        sound=pending_asset(key, "audio/wav", duration_s=duration_s),
        duration_s=duration_s,
        words=proportional(request.text, request.language, duration_s),
        alignment="proportional",
    )


__all__ = ["foretell_clip", "foretell_picture", "foretell_prompt", "foretell_sound", "foretell_utterance"]
