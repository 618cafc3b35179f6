"""Moving pictures by Runway, from words or from a still."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from media_factory.catalogue.entries import models_of, price_of
from media_factory.errors import InvalidRequest
from media_factory.providers.base import Call, Capabilities, ClipProvider, ClipReply
from media_factory.providers.downloads import MAX_CLIP_BYTES
from media_factory.providers.runway.problems import NAME, runway_errors
from media_factory.providers.runway.stills import data_uri
from media_factory.providers.runway.tasks import RunwayTasks, Sizes, nearest_size, seed_of
from media_factory.requests import ClipRequest

if TYPE_CHECKING:
    from runwayml import AsyncRunwayML

# runwayml 5.24, `image_to_video` and `text_to_video`.
_WIDE_AND_TALL: Sizes = ((1280, 720), (720, 1280))
_GEN4: Sizes = (*_WIDE_AND_TALL, (1104, 832), (832, 1104), (960, 960), (1584, 672))
_VEO: Sizes = (*_WIDE_AND_TALL, (1920, 1080), (1080, 1920))
_FROM_STILLS = {"gen4.5": _GEN4, "gen4_turbo": _GEN4, "veo3.1": _VEO, "veo3.1_fast": _VEO}
_FROM_WORDS = {"gen4.5": _WIDE_AND_TALL, "veo3.1": _VEO, "veo3.1_fast": _VEO}
_GEN4_LENGTHS_S = tuple(range(2, 11))
_VEO_LENGTHS_S = (4, 6, 8)


class RunwayClips(RunwayTasks[ClipRequest, ClipReply], ClipProvider):
    """Films with Runway: from a still, or (all but gen4_turbo) from words alone."""

    media_types = ("video/mp4",)
    most_bytes = MAX_CLIP_BYTES
    capabilities = Capabilities(
        modality="clip",
        models=models_of(NAME, "clip"),
        exact_size=False,
        stills=True,
        max_text_chars=1000,
        max_side_px=1920,
        max_duration_s=10,
    )

    def price_usd(self, request: ClipRequest) -> Decimal | None:
        """Return the price of as many seconds as would be asked for.

        Raises:
            InvalidRequest: the model does not film this: some need a still.
        """
        _sizes(request)
        return price_of(request.provider, "second", _seconds(request))

    async def _create(self, client: AsyncRunwayML, request: ClipRequest, call: Call) -> Any:
        width_px, height_px = nearest_size(_sizes(request), request.width_px, request.height_px)
        asked: dict[str, Any] = {
            "model": _model(request),
            "prompt_text": request.prompt,
            "ratio": f"{width_px}:{height_px}",
            "duration": _seconds(request),
        }
        # Veo takes no seed, and films without sound for half the price.
        asked |= {"audio": False} if _is_veo(request) else {"seed": seed_of(request.seed)}
        if request.image is not None:
            asked["prompt_image"] = await asyncio.to_thread(data_uri, call.files[request.image.digest])
        with runway_errors(request.prompt):
            if request.image is not None:
                return await client.image_to_video.create(**asked)
            return await client.text_to_video.create(**asked)

    def _reply(self, **content: Any) -> ClipReply:
        return ClipReply(**content)


def _model(request: ClipRequest) -> str:
    return request.provider.partition(":")[2]


def _is_veo(request: ClipRequest) -> bool:
    return _model(request).startswith("veo")


def _sizes(request: ClipRequest) -> Sizes:
    sizes = (_FROM_WORDS if request.image is None else _FROM_STILLS).get(_model(request))
    if sizes is None:
        cure = "give it a still, or ask gen4.5" if _model(request) in _FROM_STILLS else "ask gen4.5"
        raise InvalidRequest(f"{request.provider} does not film this: {cure}")
    return sizes


def _seconds(request: ClipRequest) -> int:
    lengths_s = _VEO_LENGTHS_S if _is_veo(request) else _GEN4_LENGTHS_S
    return next((length for length in lengths_s if length >= request.duration_s), lengths_s[-1])


__all__ = ["RunwayClips"]
