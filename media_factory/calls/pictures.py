"""Pictures: one call to a picture provider, and its picture in the size that was asked for."""

from __future__ import annotations

import asyncio
import io

from PIL import Image, ImageOps

from media_factory.calls.broker import buy
from media_factory.calls.checks import decoded_picture
from media_factory.drawing.placeholders import placeholder_of
from media_factory.errors import BadReply
from media_factory.factory import Factory
from media_factory.providers.base import ImageReply
from media_factory.requests import ImageRequest
from media_factory.results import Picture

# What may be cut off a picture of another shape; more would lose its subject.
_LONGEST_CUT = 0.35
_COMPRESS_LEVEL = 3
# Measured on our own cards, in floats: 32 with the encoded picture.
_DRAWN_BYTES_A_PIXEL = 40


async def make_picture(request: ImageRequest, factory: Factory) -> Picture:
    """Have a picture made, of exactly the size that was asked for.

    A vendor that makes only some sizes is asked for the nearest; its picture is scaled, and what stands over is cut off
    evenly. Its own bytes are kept beside, with the marks that it put into them.

    Raises:
        ProviderError: as the provider raised it; BadReply if the picture does not decode or can't be brought to size.
    """
    provider = factory.providers.named("image", request.provider)
    wanted = request.width_px, request.height_px

    async def keep(reply: ImageReply) -> Picture:
        picture = await asyncio.to_thread(decoded_picture, reply.data, request.provider)
        fits = picture.size == wanted
        if not fits and provider.capabilities.exact_size:
            size = _shown(picture.size)
            raise BadReply(f"{request.provider} sent a picture of {size}; {_shown(wanted)} was asked for")
        fitted = None if fits else await asyncio.to_thread(_brought_to, wanted, picture, request.provider)
        placeholder = await asyncio.to_thread(placeholder_of, picture)
        own = await factory.store.put(reply.data, reply.media_type, width_px=picture.width, height_px=picture.height)
        if fitted is None:
            return Picture(provider=request.provider, cost_usd=reply.price_usd, image=own, placeholder=placeholder)
        image = await factory.store.put(fitted, "image/png", width_px=wanted[0], height_px=wanted[1])
        made = Picture(provider=request.provider, cost_usd=reply.price_usd, image=image, placeholder=placeholder)
        return made.model_copy(update={"original": own})

    drawn_bytes = request.width_px * request.height_px * _DRAWN_BYTES_A_PIXEL
    return await buy(provider, request, factory, keep, memory_bytes=drawn_bytes)


def _brought_to(size: tuple[int, int], picture: Image.Image, source: str) -> bytes:
    """Return a picture as PNG in another size, cut evenly where its shape differs.

    Raises:
        BadReply: more than a third of it would be lost.
    """
    across, down = size[0] / picture.width, size[1] / picture.height
    if 1 - min(across, down) / max(across, down) > _LONGEST_CUT:
        raise BadReply(f"{source} sent a picture of {_shown(picture.size)}, too far from the shape of {_shown(size)}")
    buffer = io.BytesIO()
    fitted = ImageOps.fit(picture.convert("RGB"), size, Image.Resampling.LANCZOS)
    fitted.save(buffer, "PNG", compress_level=_COMPRESS_LEVEL)
    return buffer.getvalue()


def _shown(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


__all__ = ["make_picture"]
