"""Moving pictures that are made."""

from __future__ import annotations

from media_factory.calls import clips
from media_factory.calls.broker import STAGE_TIMEOUT_S
from media_factory.calls.foretelling import foretell_clip
from media_factory.factory import Factory
from media_factory.requests import ClipRequest
from media_factory.results import Clip
from tasks.stage import stage


@stage("generate-clip", version=1, foretell=foretell_clip, timeout_s=STAGE_TIMEOUT_S)
async def generate_clip(request: ClipRequest, factory: Factory) -> Clip:
    """Make one clip."""
    return await clips.make_clip(request, factory)


__all__ = ["generate_clip"]
