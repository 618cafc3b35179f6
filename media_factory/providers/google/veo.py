"""Moving pictures by Veo, which Google gives out on Vertex only: a long-running operation, its clip in the answer."""

from __future__ import annotations

import asyncio
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from media_factory.catalogue.entries import models_of, price_of
from media_factory.errors import BadReply, ContentRefused, InvalidRequest
from media_factory.providers.base import Call, Capabilities, ClipProvider, ClipReply, Progress, Ticket
from media_factory.providers.google.account import NAME, OnGoogle, google_errors, model_of
from media_factory.providers.google.problems import of_operation
from media_factory.providers.http import reason
from media_factory.providers.replies import checked_media_type
from media_factory.requests import ClipRequest

if TYPE_CHECKING:
    from google.genai.types import GenerateVideosOperation

_LENGTHS_S = (4, 6, 8)
_HD_SIDE_PX = 1280
_NAME = re.compile(r"[\w./-]{1,1000}/operations/[\w-]{1,200}")
_SEEDS = 2**32


class VeoClips(OnGoogle[ClipRequest], ClipProvider):
    """Films with Veo on Vertex: 4, 6 or 8 seconds without sound, 16:9 or 9:16, from words or from a still."""

    capabilities = Capabilities(
        modality="clip",
        models=tuple(model for model in models_of(NAME, "clip") if model.startswith("veo-")),
        exact_size=False,
        stills=True,
        max_side_px=1920,
        max_duration_s=_LENGTHS_S[-1],
        max_text_chars=4000,
    )

    def price_usd(self, request: ClipRequest) -> Decimal | None:
        """Return the price of as many seconds as would be asked for."""
        return price_of(request.provider, "second", _seconds(request))

    async def submit(self, request: ClipRequest, call: Call) -> Ticket:
        """Queue a clip."""
        client = await self.account.client()
        from google.genai import types

        still = None
        if request.image is not None:
            data = await asyncio.to_thread(call.files[request.image.digest].read_bytes)
            media_type = checked_media_type(data, ("image/png", "image/jpeg"), "the store")
            still = types.Image(image_bytes=data, mime_type=media_type)
        config = types.GenerateVideosConfig(
            number_of_videos=1,
            duration_seconds=_seconds(request),
            aspect_ratio="16:9" if request.width_px >= request.height_px else "9:16",
            resolution="720p" if max(request.width_px, request.height_px) <= _HD_SIDE_PX else "1080p",
            generate_audio=False,
            seed=request.seed % _SEEDS,
        )
        source = types.GenerateVideosSource(prompt=request.prompt, image=still)
        with google_errors(request.prompt):
            made = await client.aio.models.generate_videos(
                model=model_of(request.provider), source=source, config=config
            )
        if not made.name or not _NAME.fullmatch(made.name):
            raise BadReply("google queued a clip without a name")
        return Ticket(provider=NAME, id=made.name)

    async def poll(self, ticket: Ticket) -> Progress:
        """Say whether it is done."""
        made = await self._asked(ticket)
        if made.error:
            raise of_operation(made.error.get("code"), made.error.get("message"))
        return Progress(done=bool(made.done))

    async def fetch(self, ticket: Ticket) -> ClipReply:
        """Return the clip, which the operation's answer holds."""
        made = await self._asked(ticket)
        answer = made.response
        videos = (answer.generated_videos if answer else None) or []
        data = videos[0].video.video_bytes if videos and videos[0].video else None
        if not data:
            if answer and answer.rai_media_filtered_count:
                said = reason(" ".join(answer.rai_media_filtered_reasons or []))
                raise ContentRefused(f"google refuses to give out what it made: {said}")
            raise BadReply("google completed a clip without a video")
        media_type = checked_media_type(data, ("video/mp4",), NAME)
        return ClipReply(data=data, media_type=media_type, price_usd=None, vendor_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> None:
        """Do nothing: Google has no way to stop Veo."""

    async def _asked(self, ticket: Ticket) -> GenerateVideosOperation:
        client = await self.account.client()
        from google.genai import types

        try:
            with google_errors():
                return await client.aio.operations.get(
                    types.GenerateVideosOperation.model_validate({"name": ticket.id})
                )
        except InvalidRequest as lost:
            lost.paid = "unknown"
            raise


def _seconds(request: ClipRequest) -> int:
    return next((length for length in _LENGTHS_S if length >= request.duration_s), _LENGTHS_S[-1])


__all__ = ["VeoClips"]
