"""Clips and sounds: one call to whoever makes moving pictures, effects or music."""

from __future__ import annotations

import asyncio

from media_factory.calls.broker import buy
from media_factory.calls.checks import check_clip, sound_duration_s
from media_factory.factory import Factory
from media_factory.providers.base import ClipReply, SoundReply
from media_factory.requests import ClipRequest, SoundRequest
from media_factory.results import Clip, Sound


async def make_clip(request: ClipRequest, factory: Factory) -> Clip:
    """Have a clip made; it comes in the vendor's nearest size and length.

    Raises:
        ProviderError: as the provider raised it; BadReply if the clip does not decode to its end.
    """

    async def keep(reply: ClipReply) -> Clip:
        width_px, height_px, duration_s = await asyncio.to_thread(check_clip, reply.data, request.provider)
        facts = {"width_px": width_px, "height_px": height_px}
        asset = await factory.store.put(reply.data, reply.media_type, duration_s=duration_s, **facts)
        return Clip(provider=request.provider, cost_usd=reply.price_usd, clip=asset)

    return await buy(factory.providers.named("clip", request.provider), request, factory, keep)


async def make_sound(request: SoundRequest, factory: Factory) -> Sound:
    """Have a sound effect or a piece of music made.

    Raises:
        ProviderError: as the provider raised it; BadReply if the sound does not decode.
    """

    async def keep(reply: SoundReply) -> Sound:
        duration_s = await asyncio.to_thread(sound_duration_s, reply.data, request.provider)
        asset = await factory.store.put(reply.data, reply.media_type, duration_s=duration_s)
        return Sound(provider=request.provider, cost_usd=reply.price_usd, sound=asset)

    return await buy(factory.providers.named("sound", request.provider), request, factory, keep)


__all__ = ["make_clip", "make_sound"]
