"""Pictures and clips by the models behind ElevenLabs' flows: queued, asked again, and fetched from a signed address."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Collection
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from media_factory.catalogue.entries import models_of, price_of
from media_factory.errors import (
    BadReply,
    ContentRefused,
    InvalidRequest,
    ProviderError,
    QuotaExhausted,
)
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
from media_factory.providers.downloads import MAX_CLIP_BYTES, MAX_PICTURE_BYTES, download
from media_factory.providers.elevenlabs.account import Account
from media_factory.providers.elevenlabs.errors import VENDOR, elevenlabs_errors
from media_factory.providers.elevenlabs.shapes import (
    CLIPS,
    IMAGES,
    clip_duration_s,
    clip_size,
    nearest_aspect,
    picture_size,
)
from media_factory.providers.http import reason
from media_factory.providers.replies import checked_media_type, media_type_of
from media_factory.requests import ClipRequest, ImageRequest
from media_factory.settings import Settings

Kind = Literal["image", "video"]
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_PICTURES = ("image/png", "image/jpeg", "image/webp")
_MOST_STILL_BYTES = 25_000_000
_MOST_SEED = 2**31 - 1
# What will not end otherwise when it is asked for again.
_FINAL = frozenset({"invalid_parameters", "dependency_failed"})


class _Queue:
    """One of the account's queues.

    Args:
        account: whose.
        kind: of pictures or of clips.
    """

    def __init__(self, account: Account, kind: Kind) -> None:
        self._account = account
        self._kind = kind

    async def submit(self, body: dict[str, Any]) -> Ticket:
        """Queue what a body asks for."""
        asked = _requests(self._kind).validate_python(body)
        client = await self._account.client()
        with elevenlabs_errors(body["prompt"]):
            made = await getattr(client.flows, self._kind).create(request=asked, request_options=self._account.options)
        generation_id = getattr(made, "id", None)
        if not isinstance(generation_id, str) or not _ID.fullmatch(generation_id):
            raise BadReply(f"{VENDOR} took the request and gave no id to come back with")
        return Ticket(provider=VENDOR, id=generation_id)

    async def state(self, ticket: Ticket) -> Any:
        """Return where a generation stands: one of the SDK's models of a known status.

        Raises:
            InvalidRequest: the vendor does not know it, or not any more.
            ProviderError: it failed, which is not charged.
        """
        if not _ID.fullmatch(ticket.id):
            raise InvalidRequest(f"{VENDOR} never gave a ticket {reason(ticket.id)!r}")
        client = await self._account.client()
        with elevenlabs_errors():
            found = await getattr(client.flows, self._kind).get(ticket.id, request_options=self._account.options)
        status = getattr(found, "status", None)
        if status == "failed":
            raise _failure(found)
        if status not in ("pending", "generating", "completed"):
            raise BadReply(f"{VENDOR} says that {ticket.id} is {reason(status) or 'nothing'}, a state that we don't know")
        return found

    async def progress(self, ticket: Ticket) -> Progress:
        """Say whether a generation is made; the vendor does not say how far it is."""
        status = (await self.state(ticket)).status
        return Progress(done=status == "completed", fraction=1.0 if status == "completed" else None)

    async def content(self, ticket: Ticket, allowed: Collection[str], most_bytes: int) -> tuple[bytes, str]:
        """Return what was made, and its media type."""
        # Asking again gives a fresh address; the one of an earlier answer may have expired.
        found = await self.state(ticket)
        url = getattr(found, "content_url", None)
        if found.status != "completed" or not isinstance(url, str):
            raise BadReply(f"{VENDOR} says that {ticket.id} is {found.status}, and gives no address for it")
        data = await download(url, VENDOR, self._account.base_url, most_bytes)
        return data, checked_media_type(data, allowed, VENDOR)


class ElevenLabsImage(ImageJobProvider):
    """Makes pictures in the nearest aspect and the smallest size that the model has for what is asked."""

    name = VENDOR
    # The vendor's shortest Retry-After for pictures.
    poll_every_s: ClassVar[float] = 3.0

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings)
        self.account = account or Account(self.settings)
        self._queue = _Queue(self.account, "image")
        self.capabilities = Capabilities(
            modality="image", models=models_of(VENDOR, "image"), exact_size=False, max_side_px=4096
        )

    def price_usd(self, request: ImageRequest) -> Decimal | None:
        """Return the catalogue's price for the size; None while nobody knows one."""
        model, shapes = _known(request.provider, IMAGES, "image")
        return price_of(f"{VENDOR}:{model}", "image", 1, picture_size(shapes.sizes, request.width_px, request.height_px))

    def missing(self) -> str | None:
        """Return which variable to set if there is no key."""
        return self.account.missing()

    async def reach(self) -> None:
        """Ask for the list of models, which costs nothing.

        Raises:
            ProviderError: classified.
        """
        await self.account.reach()

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
        return await self._queue.submit(body)

    async def poll(self, ticket: Ticket) -> Progress:
        """Say whether the picture is made.

        Raises:
            ProviderError: it failed, was refused, or is unknown.
        """
        return await self._queue.progress(ticket)

    async def fetch(self, ticket: Ticket) -> ImageReply:
        """Return the picture: PNG, JPEG or WebP.

        Raises:
            ProviderError: classified.
        """
        data, media_type = await self._queue.content(ticket, _PICTURES, MAX_PICTURE_BYTES)
        return ImageReply(data=data, media_type=media_type, price_usd=None, vendor_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> None:
        """Do nothing: the vendor has no way to stop what is queued."""


class ElevenLabsClip(ClipProvider):
    """Makes silent clips, from words or from a still, of the shortest length that is long enough."""

    name = VENDOR
    poll_every_s: ClassVar[float] = 5.0

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings)
        self.account = account or Account(self.settings)
        self._queue = _Queue(self.account, "video")
        self.capabilities = Capabilities(
            modality="clip",
            models=models_of(VENDOR, "clip"),
            exact_size=False,
            stills=True,
            max_side_px=3840,
            max_duration_s=max(shapes.durations_s[-1] for shapes in CLIPS.values()),
        )

    def price_usd(self, request: ClipRequest) -> Decimal | None:
        """Return the catalogue's price per second for the size; None while nobody knows one."""
        model, shapes = _known(request.provider, CLIPS, "clip")
        size = clip_size(shapes.sizes, request.width_px, request.height_px)
        return price_of(f"{VENDOR}:{model}", "second", clip_duration_s(model, shapes, request.duration_s), size)

    def missing(self) -> str | None:
        """Return which variable to set if there is no key."""
        return self.account.missing()

    async def reach(self) -> None:
        """Ask for the list of models, which costs nothing.

        Raises:
            ProviderError: classified.
        """
        await self.account.reach()

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
        return await self._queue.submit(body)

    async def poll(self, ticket: Ticket) -> Progress:
        """Say whether the clip is made.

        Raises:
            ProviderError: it failed, was refused, or is unknown.
        """
        return await self._queue.progress(ticket)

    async def fetch(self, ticket: Ticket) -> ClipReply:
        """Return the clip as MP4.

        Raises:
            ProviderError: classified.
        """
        data, media_type = await self._queue.content(ticket, ("video/mp4",), MAX_CLIP_BYTES)
        return ClipReply(data=data, media_type=media_type, price_usd=None, vendor_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> None:
        """Do nothing: the vendor has no way to stop what is queued."""


@cache
def _requests(kind: Kind) -> Any:
    """Return what turns a body into the SDK's request of a model."""
    from elevenlabs.types.image_generation_request import ImageGenerationRequest
    from elevenlabs.types.video_generation_request import VideoGenerationRequest
    from pydantic import TypeAdapter

    return TypeAdapter(ImageGenerationRequest if kind == "image" else VideoGenerationRequest)


def _known(reference: str, shapes: dict[str, Any], modality: str) -> tuple[str, Any]:
    model = reference.partition(":")[2] or models_of(VENDOR, modality)[0]
    if model not in shapes:
        raise InvalidRequest(f"{VENDOR} makes no {modality} with {model!r}; it does with {', '.join(shapes)}")
    return model, shapes[model]


def _failure(found: Any) -> ProviderError:
    why = getattr(found, "failure_reason", None)
    line = f"{VENDOR} could not make it ({reason(why) or 'no reason'}): {reason(getattr(found, 'error_message', None))}"
    if why == "moderated":
        return ContentRefused(line)
    if why == "charging_failed":
        return QuotaExhausted(line)
    problem = BadReply(line)
    problem.retryable = why not in _FINAL
    # "Failed generations are not charged": the vendor's API reference.
    problem.paid = "no"
    return problem


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
