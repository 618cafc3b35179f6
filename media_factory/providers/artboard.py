"""Artboard: pictures drawn on this machine, with a card's words set in type."""

from __future__ import annotations

import asyncio
import io
from decimal import Decimal

from media_factory.providers.base import Call, Capabilities, ImageProvider, ImageReply
from media_factory.requests import ImageRequest

# Higher levels cost seconds and win little: the noise that hides bands does not compress.
_COMPRESS_LEVEL = 3


class Artboard(ImageProvider):
    """Draws cards and abstract art: free, offline, and the same bytes for the same request."""

    name = "artboard"
    capabilities = Capabilities(
        modality="image", models=("cards-1",), cards=True, seed=True, local=True, draft=False, trained=False
    )

    def price_usd(self, request: ImageRequest) -> Decimal:
        """Return 0: drawing costs nothing."""
        return Decimal(0)

    async def generate(self, request: ImageRequest, call: Call) -> ImageReply:
        """Draw a picture as PNG, 8 bits a channel, without metadata.

        Raises:
            GlyphsMissing: no installed font can draw a word of the card.
            InvalidRequest: the theme or the palette is none.
        """
        return ImageReply(data=await asyncio.to_thread(_drawn, request), media_type="image/png", price_usd=Decimal(0))


def _drawn(request: ImageRequest) -> bytes:
    from media_factory.drawing.picture import draw_picture  # not every run draws

    buffer = io.BytesIO()
    draw_picture(request).image.save(buffer, "PNG", compress_level=_COMPRESS_LEVEL)
    return buffer.getvalue()


__all__ = ["Artboard"]
