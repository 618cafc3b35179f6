"""Pictures and clips by the models behind ElevenLabs' flows, all on the one key."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from media_factory.catalogue.entries import models_of, price_of
from media_factory.errors import InvalidRequest
from media_factory.providers.base import (
    Call,
    Capabilities,
    ClipProvider,
    ClipReply,
    ImageJobProvider,
    ImageReply,
    Progress,
    Ticket,
)
from media_factory.providers.downloads import MAX_CLIP_BYTES, MAX_PICTURE_BYTES
from media_factory.providers.elevenlabs.account import Account, AccountProvider
from media_factory.providers.elevenlabs.errors import VENDOR
from media_factory.providers.elevenlabs.generations import Generations
from media_factory.providers.elevenlabs.shapes import (
    CLIPS,
    IMAGES,
    clip_duration_s,
    clip_size,
    nearest_aspect,
    picture_size,
)
from media_factory.providers.replies import media_type_of
from media_factory.requests import ClipRequest, ImageRequest
from media_factory.settings import Settings

ShapesT = TypeVar("ShapesT")
_PICTURES = ("image/png", "image/jpeg", "image/webp")
_MOST_STILL_BYTES = 25_000_000
_MOST_SEED = 2**31 - 1


class ElevenLabsImage(AccountProvider[ImageRequest], ImageJobProvider):
    """Makes pictures in the nearest aspect and the smallest size that the model has for what is asked."""

    # The vendor's shortest Retry-After for pictures.
    poll_every_s: ClassVar[float] = 3.0

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings, account)
        self._generations = Generations(self.account, "image")
        self.capabilities = Capabilities(
            modality="image", models=models_of(VENDOR, "image"), exact_size=False, max_side_px=4096
        )

    def price_usd(self, request: ImageRequest) -> Decimal | None:
        """Return the catalogue's price for the size; None while nobody knows one."""
        model = _model(request.provider, "image")
        if (shapes := IMAGES.get(model)) is None:
            return None
        return price_of(
            f"{VENDOR}:{model}", "image", 1, picture_size(shapes.sizes, request.width_px, request.height_px)
        )

    async def submit(self, request: ImageRequest, call: Call) -> Ticket:
        """Queue a picture.

        Raises:
            ProviderError: classified.
        """
        model, shapes = _known(request.provider, IMAGES, "image")
        body: dict[str, Any] = {
            "model_id": model,
            "prompt": request.prompt,
            "aspect_ratio": nearest_aspect(shapes.aspects, request.width_px, request.height_px),
        }
        if size := picture_size(shapes.sizes, request.width_px, request.height_px):
            body["resolution"] = size
        if shapes.seed:
            body["seed"] = request.seed % _MOST_SEED
        return await self._generations.submit(body)

    async def poll(self, ticket: Ticket) -> Progress:
        """Say whether the picture is made.

        Raises:
            ProviderError: it failed, was refused, or is unknown.
        """
        return await self._generations.progress(ticket)

    async def fetch(self, ticket: Ticket) -> ImageReply:
        """Return the picture: PNG, JPEG or WebP.

        Raises:
            ProviderError: classified.
        """
        data, media_type = await self._generations.content(ticket, _PICTURES, MAX_PICTURE_BYTES)
        return ImageReply(data=data, media_type=media_type, price_usd=None, vendor_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> None:
        """Do nothing: the vendor has no way to stop what is queued."""


class ElevenLabsClip(AccountProvider[ClipRequest], ClipProvider):
    """Makes silent clips, from words or from a still, of the shortest length that is long enough."""

    poll_every_s: ClassVar[float] = 5.0

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings, account)
        self._generations = Generations(self.account, "video")
        self.capabilities = Capabilities(
            modality="clip",
            models=models_of(VENDOR, "clip"),
            exact_size=False,
            stills=True,
            max_side_px=3840,
            max_duration_s=max(shapes.durations_s[-1] for shapes in CLIPS.values()),
        )

    def price_usd(self, request: ClipRequest) -> Decimal | None:
        """Return the catalogue's price for the size and the length; None while nobody knows one."""
        model = _model(request.provider, "clip")
        shapes = CLIPS.get(model)
        if shapes is None or request.duration_s > shapes.durations_s[-1]:
            return None
        size = clip_size(shapes.sizes, request.width_px, request.height_px)
        return price_of(f"{VENDOR}:{model}", "second", clip_duration_s(model, shapes, request.duration_s), size)

    async def submit(self, request: ClipRequest, call: Call) -> Ticket:
        """Queue a clip; the still that it starts from is in `call.files`.

        Raises:
            InvalidRequest: too long for the model, or the still is missing, too big or of another kind.
            ProviderError: classified.
        """
        model, shapes = _known(request.provider, CLIPS, "clip")
        body: dict[str, Any] = {
            "model_id": model,
            "prompt": request.prompt,
            "aspect_ratio": nearest_aspect(shapes.aspects, request.width_px, request.height_px),
            "resolution": clip_size(shapes.sizes, request.width_px, request.height_px),
            "duration_secs": clip_duration_s(model, shapes, request.duration_s),
            # Sound costs more, and the narration has the floor.
            "generate_audio": False,
        }
        if model != "bytedance-seedance-v2.5":
            body["seed"] = request.seed % _MOST_SEED
        if request.image is not None:
            body["start_frame"] = await asyncio.to_thread(_still, call.files.get(request.image.digest))
            if not shapes.aspect_with_still:
                body["aspect_ratio"] = "auto"
        return await self._generations.submit(body)

    async def poll(self, ticket: Ticket) -> Progress:
        """Say whether the clip is made.

        Raises:
            ProviderError: it failed, was refused, or is unknown.
        """
        return await self._generations.progress(ticket)

    async def fetch(self, ticket: Ticket) -> ClipReply:
        """Return the clip as MP4.

        Raises:
            ProviderError: classified.
        """
        data, media_type = await self._generations.content(ticket, ("video/mp4",), MAX_CLIP_BYTES)
        return ClipReply(data=data, media_type=media_type, price_usd=None, vendor_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> None:
        """Do nothing: the vendor has no way to stop what is queued."""


def _model(reference: str, modality: str) -> str:
    return reference.partition(":")[2] or models_of(VENDOR, modality)[0]


def _known(reference: str, shapes: Mapping[str, ShapesT], modality: str) -> tuple[str, ShapesT]:
    """Return the model that a request names, and its shapes."""
    model = _model(reference, modality)
    if model not in shapes:
        raise InvalidRequest(f"{VENDOR} makes no {modality} with {model!r}; it does with {', '.join(shapes)}")
    return model, shapes[model]


def _still(path: Path | None) -> dict[str, str]:
    if path is None:
        raise InvalidRequest("the still to start from was not handed over with the call")
    data = path.read_bytes()
    kind = media_type_of(data)
    if kind not in _PICTURES or len(data) > _MOST_STILL_BYTES:
        raise InvalidRequest(
            f"{VENDOR} starts clips from PNG, JPEG or WebP of up to {_MOST_STILL_BYTES} bytes; "
            f"this is {kind or 'something else'} of {len(data)}"
        )
    return {"type": "inline_base64", "content_base64": base64.b64encode(data).decode(), "mime_type": str(kind)}


__all__ = ["ElevenLabsClip", "ElevenLabsImage"]
