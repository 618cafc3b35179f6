"""Pictures from OpenAI's image models, and from servers that speak its API."""

from __future__ import annotations

import math
from decimal import Decimal

from pydantic import Field

from media_factory.catalogue.entries import models_of, price_of
from media_factory.catalogue.listings import ListedModel, ModelSource
from media_factory.errors import InvalidRequest
from media_factory.providers.base import Call, Capabilities, ImageProvider, ImageReply
from media_factory.providers.openai.account import Account, AccountProvider, Answer, model_of, token_price, vendor_id
from media_factory.providers.replies import checked_media_type, decoded_base64
from media_factory.requests import ImageRequest
from media_factory.settings import Settings

_MAX_PROMPT_CHARS = 32_000
_PICTURES = ("image/png", "image/jpeg", "image/webp")
# What each model calls good: the words moved by a step from gpt-image-2 to 2.5.
_QUALITIES = {"gpt-image-2": "medium", "gpt-image-2-2026-04-21": "medium", "gpt-image-1.5": "medium"}
_DEFAULT_QUALITY = "high"
# Sizes of gpt-image-2 and later, from openai-python 3.52 (`size`); the fewest pixels are what others found it to take.
_STEP_PX, _MAX_EDGE_PX, _MAX_ASPECT = 16, 3840, 3
_MIN_AREA_PX, _MAX_AREA_PX = 655_360, 3840 * 2160
_FIXED_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))
_SQUARE_PX = Decimal(1024 * 1024)
_CHARS_PER_TOKEN = 3
_MILLION = Decimal(1_000_000)


class _Picture(Answer):
    b64_json: str | None = None


class _Details(Answer):
    image_tokens: int = Field(default=0, ge=0)
    text_tokens: int = Field(default=0, ge=0)


class _Usage(Answer):
    input_tokens_details: _Details = _Details()
    output_tokens: int = Field(ge=0)


class _Pictures(Answer):
    data: tuple[_Picture, ...] = Field(min_length=1)
    usage: _Usage | None = None


class OpenAIImages(AccountProvider[ImageRequest], ImageProvider, ModelSource):
    """Makes pictures in the asked size or, where a model has not got it, in the nearest that is at least as large.

    Args:
        settings: keys and base URLs.
        account: whose pictures; OpenAI's if none is given.
    """

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings, account)
        endpoint = self.account.endpoint
        self.capabilities = Capabilities(
            modality="image",
            models=endpoint.image_models if endpoint else models_of("openai", "image"),
            exact_size=False,
            idempotent=bool(endpoint and endpoint.honours_idempotency_key),
            max_side_px=8192 if endpoint else _MAX_EDGE_PX,
            max_text_chars=_MAX_PROMPT_CHARS,
        )

    def price_usd(self, request: ImageRequest) -> Decimal | None:
        """Return an upper estimate: the price of a square times the root of the area, and the prompt's tokens."""
        if self.account.endpoint:
            return self.account.endpoint.price_usd("image", 1)
        model, width_px, height_px = self._asked(request)
        reference = f"{self.account.name}:{model}"
        square = price_of(reference, "image", 1, _quality(model))
        if square is None:
            return None
        growth = max(Decimal(1), (Decimal(width_px * height_px) / _SQUARE_PX).sqrt())
        words = token_price(reference, len(request.prompt) // _CHARS_PER_TOKEN + 10, 0) or Decimal(0)
        return square * growth + words

    async def generate(self, request: ImageRequest, call: Call) -> ImageReply:
        """Make one picture, as PNG from OpenAI and as the server likes from others.

        Raises:
            InvalidRequest: the prompt is too long, or the model is unknown.
            ProviderError: classified.
        """
        if len(request.prompt) > _MAX_PROMPT_CHARS:
            raise InvalidRequest(f"{request.provider} takes prompts of at most {_MAX_PROMPT_CHARS} characters")
        model, width_px, height_px = self._asked(request)
        how: dict[str, str] = {"quality": _quality(model), "output_format": "png"}
        if self.account.endpoint:
            how = {"response_format": "b64_json"}  # OpenAI's newer models give nothing else, and refuse the field.
        async with self.account.asking(request.provider, request.prompt) as client:
            raw = await client.images.with_raw_response.generate(
                model=model,
                prompt=request.prompt,
                size=f"{width_px}x{height_px}",
                extra_headers=self.account.headers(call),
                extra_body=how,
            )
            pictures = self.account.read(_Pictures, raw.http_response.json(), request.provider)
        data = decoded_base64(pictures.data[0].b64_json, request.provider, "a picture")
        return ImageReply(
            data=data,
            media_type=checked_media_type(data, _PICTURES, request.provider),
            price_usd=_charged(f"{self.account.name}:{model}", pictures.usage),
            vendor_id=vendor_id(raw),
        )

    async def list_models(self) -> tuple[ListedModel, ...]:
        """Return the models of all modalities that the account lists, and until when there are."""
        return await self.account.models()

    def _asked(self, request: ImageRequest) -> tuple[str, int, int]:
        model = model_of(request.provider, self.capabilities.models[0])
        if self.account.endpoint:
            return model, request.width_px, request.height_px
        return model, *size_for(model, request.width_px, request.height_px)


def size_for(model: str, width_px: int, height_px: int) -> tuple[int, int]:
    """Return the size of an OpenAI model that comes nearest to a wanted one, and is no smaller where it can be."""
    if not model.startswith("gpt-image-2"):
        wanted = math.log(width_px / height_px)
        return min(_FIXED_SIZES, key=lambda size: abs(math.log(size[0] / size[1]) - wanted))
    width, height = max(width_px, height_px / _MAX_ASPECT), max(height_px, width_px / _MAX_ASPECT)
    grow = max(1.0, math.sqrt(_MIN_AREA_PX / (width * height)))
    shrink = min(1.0, _MAX_EDGE_PX / max(width, height), math.sqrt(_MAX_AREA_PX / (width * height)))
    # A size that fits in all but its step is rounded up; at the largest area, down.
    width, height = width * grow * shrink, height * grow * shrink
    # Floating point may leave a side a hair above a step.
    steps = (round(width / _STEP_PX, 6), round(height / _STEP_PX, 6))
    up = (math.ceil(steps[0]) * _STEP_PX, math.ceil(steps[1]) * _STEP_PX)
    return up if up[0] * up[1] <= _MAX_AREA_PX else (int(steps[0]) * _STEP_PX, int(steps[1]) * _STEP_PX)


def _quality(model: str) -> str:
    return _QUALITIES.get(model, _DEFAULT_QUALITY)


def _charged(reference: str, usage: _Usage | None) -> Decimal | None:
    if usage is None:
        return None
    words = token_price(reference, usage.input_tokens_details.text_tokens, usage.output_tokens)
    pictures_in = Decimal(usage.input_tokens_details.image_tokens) / _MILLION
    pictures = price_of(reference, "million-tokens-in", pictures_in, "image")
    return None if words is None or pictures is None else words + pictures


__all__ = ["OpenAIImages", "size_for"]
