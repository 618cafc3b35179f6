"""Pictures in web sizes."""

from __future__ import annotations

import asyncio

from media_factory.delivery.extras_foretelling import foretell_image_set
from media_factory.delivery.extras_model import ImageSet, ImageSetRequest
from media_factory.delivery.footprint import image_set_memory
from media_factory.factory import Factory
from media_factory.threads import run_stoppable
from tasks.stage import stage


@stage("make-renditions", version=1, foretell=foretell_image_set, timeout_s=600, heavy=True, memory=image_set_memory)
async def make_renditions(request: ImageSetRequest, factory: Factory) -> ImageSet:
    """Make a picture in every width and format, and its placeholder."""
    from media_factory.delivery import renditions
    from media_factory.drawing.placeholders import placeholder_of

    path = await factory.store.fetch(request.image)
    picture = await asyncio.to_thread(renditions.opened_picture, path)
    made = await run_stoppable(
        lambda stop: list(
            renditions.make_renditions(picture, request.widths, request.formats, lettered=request.lettered, stop=stop)
        )
    )
    kept = [
        await factory.store.put(one.data, f"image/{one.form}", width_px=one.width_px, height_px=one.height_px)
        for one in made
    ]
    return ImageSet(renditions=tuple(kept), placeholder=await asyncio.to_thread(placeholder_of, picture))


__all__ = ["make_renditions"]
