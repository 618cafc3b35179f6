"""Moving pictures by Gemini Omni, through the Interactions API: queued in the background, fetched as a file."""

from __future__ import annotations

import asyncio
import base64
import io
import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from media_factory.catalogue.entries import models_of, price_of
from media_factory.errors import AuthenticationFailed, BadReply, ContentRefused, InvalidRequest, QuotaExhausted
from media_factory.providers.base import Call, Capabilities, ClipProvider, ClipReply, Progress, Ticket
from media_factory.providers.downloads import DOWNLOAD_S, MAX_CLIP_BYTES
from media_factory.providers.google.account import NAME, OnGoogle, google_errors, model_of
from media_factory.providers.google.problems import of_operation
from media_factory.providers.http import reason
from media_factory.providers.replies import checked_media_type, decoded_base64
from media_factory.requests import ClipRequest

if TYPE_CHECKING:
    from google.genai.interactions import Interaction

# Widths of 16:9; 9:16 has them as heights.
_RESOLUTIONS = {"360p": 640, "720p": 1280, "1080p": 1920, "4k": 3840}
_LEAST_S, _MOST_S = 3, 10
_WAITING = frozenset({"in_progress", "queued"})
_FILE = re.compile(r"(?:^|/)(files/[a-z0-9-]{1,200})(?=$|[:?/])")
_ID = re.compile(r"[\w.-]{1,400}")
_REFUSING = re.compile(r"safety|prohibited|policy|blocked|recitation", re.IGNORECASE)


class OmniClips(OnGoogle[ClipRequest], ClipProvider):
    """Films with Gemini Omni: 3 to 10 seconds, 16:9 or 9:16, from words or from a still."""

    capabilities = Capabilities(
        modality="clip",
        models=tuple(model for model in models_of(NAME, "clip") if model.startswith("gemini-")),
        exact_size=False,
        stills=True,
        max_side_px=3840,
        max_duration_s=_MOST_S,
        max_text_chars=30_000,
    )

    def price_usd(self, request: ClipRequest) -> Decimal | None:
        """Return the price of as many seconds as would be asked for."""
        wanted = shape_of(request)
        return price_of(request.provider, "second", seconds_of(request), wanted["resolution"])

    async def submit(self, request: ClipRequest, call: Call) -> Ticket:
        """Queue a clip."""
        interactions = await self._interactions()
        given = await asyncio.to_thread(_input_of, request, call)
        with google_errors(request.prompt):
            made = await interactions.create(
                model=model_of(request.provider),
                input=given,
                background=True,
                store=True,
                response_format=shape_of(request) | {"type": "video", "delivery": "uri"},
            )
        name = getattr(made, "id", None)
        if not isinstance(name, str) or not _ID.fullmatch(name):
            raise BadReply("google queued a clip without an id")
        return Ticket(provider=NAME, id=name)

    async def poll(self, ticket: Ticket) -> Progress:
        """Say whether it is done."""
        made = await self._asked(ticket)
        if made.status in _WAITING:
            return Progress(done=False)
        if made.status == "completed":
            return Progress(done=True)
        raise _failure(made)

    async def fetch(self, ticket: Ticket) -> ClipReply:
        """Return the clip, downloaded."""
        made = await self._asked(ticket)
        if made.status != "completed":
            raise _failure(made)
        videos = [one for step in _outputs(made) for one in step.content or [] if getattr(one, "type", "") == "video"]
        if not videos:
            raise BadReply("google completed a clip without a video")
        if videos[0].data:
            data = decoded_base64(videos[0].data, NAME, "a video")
        else:
            data = await self._downloaded(videos[0].uri)
        media_type = checked_media_type(data, ("video/mp4",), NAME)
        # Tokens are counted, but no price of theirs is known; the broker takes the estimate.
        return ClipReply(data=data, media_type=media_type, price_usd=None, vendor_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> None:
        """Stop it; no error if it is done or unknown."""
        interactions = await self._interactions()
        try:
            with google_errors():
                await interactions.cancel(id=ticket.id)
        except InvalidRequest:
            return

    async def _interactions(self) -> Any:
        # Its first use loads hundreds of modules.
        return await asyncio.to_thread(getattr, (await self.account.client()).aio, "interactions")

    async def _asked(self, ticket: Ticket) -> Interaction:
        interactions = await self._interactions()
        try:
            with google_errors():
                made: Interaction = await interactions.get(id=ticket.id)
        except InvalidRequest as lost:
            lost.paid = "unknown"
            raise
        if not isinstance(getattr(made, "status", None), str):
            raise BadReply(f"google does not say how {ticket.id} stands")
        return made

    async def _downloaded(self, uri: object) -> bytes:
        from google.genai import types

        found = _FILE.search(uri) if isinstance(uri, str) else None
        if not found:
            raise BadReply("google completed a clip whose file has no name")
        client, bounded = await self.account.client(), _Bounded()
        # A packed answer may unpack to a thousand times its size.
        options = types.HttpOptions(headers={"Accept-Encoding": "identity"})
        try:
            with google_errors():
                # By name: only from https addresses does the SDK find it out by itself.
                async with asyncio.timeout(DOWNLOAD_S):
                    await client.aio.files.download(
                        file=found[1], destination=bounded, config=types.DownloadFileConfig(http_options=options)
                    )
        except (InvalidRequest, AuthenticationFailed) as gone:
            raise BadReply(f"google does not give out the clip that it made: {gone}") from None
        return bounded.getvalue()


class _Bounded(io.BytesIO):
    """Bytes in memory, and no more of them than a clip may have."""

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > MAX_CLIP_BYTES:
            raise BadReply(f"google made a file of more than {MAX_CLIP_BYTES // 1024**2} MiB")
        return super().write(data)


def shape_of(request: ClipRequest) -> dict[str, str]:
    """Return aspect, resolution and length that Omni is asked for: the smallest that cover what is wanted."""
    wide = request.width_px >= request.height_px
    long_px, short_px = max(request.width_px, request.height_px), min(request.width_px, request.height_px)
    covering = (name for name, px in _RESOLUTIONS.items() if px >= long_px and px * 9 / 16 >= short_px)
    return {
        "aspect_ratio": "16:9" if wide else "9:16",
        "resolution": next(covering, list(_RESOLUTIONS)[-1]),
        "duration": f"{seconds_of(request)}s",
    }


def seconds_of(request: ClipRequest) -> int:
    """Return the whole seconds that Omni is asked for."""
    return min(max(math.ceil(request.duration_s), _LEAST_S), _MOST_S)


def _input_of(request: ClipRequest, call: Call) -> str | list[dict[str, str]]:
    if request.image is None:
        return request.prompt
    still = call.files[request.image.digest].read_bytes()
    media_type = checked_media_type(still, ("image/png", "image/jpeg", "image/webp"), "the store")
    return [
        {"type": "image", "data": base64.b64encode(still).decode("ascii"), "mime_type": media_type},
        {"type": "text", "text": request.prompt},
    ]


def _outputs(made: Interaction) -> list[Any]:
    return [step for step in made.steps or [] if getattr(step, "type", "") == "model_output"]


def _failure(made: Interaction) -> Exception:
    status = str(made.status)
    for step in _outputs(made):
        if step.error is not None:
            return of_operation(step.error.code, step.error.message)
    if status == "budget_exceeded":
        return QuotaExhausted("google's budget for this account is used up")
    first = next(iter(made.errors or []), None)
    code, said = (first.code or "", reason(first.message)) if first else ("", "")
    if _REFUSING.search(code):
        return ContentRefused(f"google refuses to make this ({reason(code)}): {said}")
    problem = BadReply(f"google made no clip of {made.id}: it is {reason(status)} {said}".rstrip())
    problem.paid = "unknown"
    return problem


__all__ = ["OmniClips", "seconds_of", "shape_of"]
