"""The still that stands for a film."""

from __future__ import annotations

import asyncio

from media_factory.factory import Factory
from media_factory.rendering.footprint import poster_memory
from media_factory.rendering.foretelling import foretell_poster
from media_factory.rendering.model import Poster, PosterRequest
from media_factory.threads import run_stoppable
from tasks.stage import stage


@stage("make-poster", version=2, foretell=foretell_poster, heavy=True, memory=poster_memory)
async def make_poster(request: PosterRequest, factory: Factory) -> Poster:
    """Draw the frame that stands for the film."""
    from media_factory.drawing.placeholders import placeholder_in
    from media_factory.rendering import poster

    pictures = await factory.files_of(request)
    with factory.workspace() as folder:
        target = folder / "poster.jpg"
        width_px, height_px = await run_stoppable(lambda _stop: poster.make_poster(request, pictures, target))
        placeholder = await asyncio.to_thread(placeholder_in, target)
        image = await factory.store.put(target, "image/jpeg", width_px=width_px, height_px=height_px)
    return Poster(image=image, placeholder=placeholder)


__all__ = ["make_poster"]
