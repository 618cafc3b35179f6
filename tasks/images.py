"""Still pictures."""

from __future__ import annotations

from media_factory.calls import pictures
from media_factory.calls.broker import STAGE_TIMEOUT_S
from media_factory.calls.foretelling import foretell_picture
from media_factory.factory import Factory
from media_factory.requests import ImageRequest
from media_factory.results import Picture
from tasks.stage import stage


@stage("generate-image", version=1, foretell=foretell_picture, timeout_s=STAGE_TIMEOUT_S)
async def generate_image(request: ImageRequest, factory: Factory) -> Picture:
    """Make one picture."""
    return await pictures.make_picture(request, factory)


__all__ = ["generate_image"]
