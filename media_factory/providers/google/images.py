"""Pictures by Gemini's image models, in the nearest of their aspects."""

from __future__ import annotations

import math
from decimal import Decimal

from media_factory.catalogue.entries import models_of, price_of
from media_factory.errors import BadReply
from media_factory.providers.base import Call, Capabilities, ImageProvider, ImageReply
from media_factory.providers.google.account import NAME, OnGoogle, model_of
from media_factory.providers.google.answers import charge_usd, finish_of, generate_content, parts_of
from media_factory.providers.replies import checked_media_type
from media_factory.requests import ImageRequest

# Sizes at "1K" (ai.google.dev, image generation); "2K" and "4K" are twice and four times as wide and high.
_SIZES = {
    "1:1": (1024, 1024),
    "2:3": (848, 1264),
    "3:2": (1264, 848),
    "3:4": (896, 1200),
    "4:3": (1200, 896),
    "4:5": (928, 1152),
    "5:4": (1152, 928),
    "9:16": (768, 1376),
    "16:9": (1376, 768),
    "21:9": (1584, 672),
}
_TIERS = {"1K": 1, "2K": 2, "4K": 4}
_TIERS_OF = {"gemini-3.1-flash-lite-image": ("1K",)}


class GeminiImages(OnGoogle[ImageRequest], ImageProvider):
    """Draws with Gemini; the picture comes in the nearest aspect, at least as large as asked where the model can."""

    capabilities = Capabilities(
        modality="image", models=models_of(NAME, "image"), exact_size=False, max_text_chars=30_000, max_side_px=6336
    )

    def price_usd(self, request: ImageRequest) -> Decimal | None:
        """Return the price of one picture in the size that would be asked for."""
        return price_of(request.provider, "image", 1, shape_of(request)[1])

    async def generate(self, request: ImageRequest, call: Call) -> ImageReply:
        """Draw a picture.

        Raises:
            ProviderError: classified; ContentRefused where Google will not draw it.
        """
        from google.genai import types

        aspect, size = shape_of(request)
        config = types.GenerateContentConfig(
            response_modalities=["IMAGE"], image_config=types.ImageConfig(aspect_ratio=aspect, image_size=size)
        )
        answer = await generate_content(self.account, request.provider, request.prompt, config, (request.prompt,))
        pictures = [part.inline_data.data for part in parts_of(answer) if part.inline_data and part.inline_data.data]
        if not pictures:
            raise BadReply(f"google sent no picture ({finish_of(answer) or 'no finish reason'})")
        media_type = checked_media_type(pictures[0], ("image/png", "image/jpeg", "image/webp"), NAME)
        return ImageReply(
            data=pictures[0],
            media_type=media_type,
            price_usd=charge_usd(answer, request.provider),
            vendor_id=answer.response_id,
        )


def shape_of(request: ImageRequest) -> tuple[str, str]:
    """Return the aspect and the size that Gemini is asked for: the nearest aspect, the smallest size that covers.

    A request that no size covers gets the largest.
    """
    wanted = math.log(request.width_px / request.height_px)
    aspect = min(_SIZES, key=lambda name: abs(math.log(_SIZES[name][0] / _SIZES[name][1]) - wanted))
    width_px, height_px = _SIZES[aspect]
    tiers = _TIERS_OF.get(model_of(request.provider), tuple(_TIERS))
    covering = (
        tier
        for tier in tiers
        if width_px * _TIERS[tier] >= request.width_px and height_px * _TIERS[tier] >= request.height_px
    )
    return aspect, next(covering, tiers[-1])


__all__ = ["GeminiImages", "shape_of"]
