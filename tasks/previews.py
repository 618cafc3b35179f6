"""Small pictures of a film: its animated preview and its storyboard."""

from __future__ import annotations

import asyncio

from media_factory.delivery.extras_foretelling import foretell_preview, foretell_storyboard
from media_factory.delivery.extras_model import Preview, PreviewRequest, Storyboard, StoryboardRequest
from media_factory.delivery.footprint import film_pictures_memory
from media_factory.factory import Factory
from media_factory.timing import seconds_of
from tasks.stage import stage


@stage("make-preview", version=1, foretell=foretell_preview, timeout_s=600, heavy=True, memory=film_pictures_memory)
async def make_preview(request: PreviewRequest, factory: Factory) -> Preview:
    """Make a short animated picture of a film."""
    from media_factory.delivery import previews

    film = await factory.store.fetch(request.master)
    data, (width_px, height_px) = await asyncio.to_thread(
        previews.make_preview, film, request.width_px, request.max_bytes
    )
    return Preview(image=await factory.store.put(data, "image/webp", width_px=width_px, height_px=height_px))


@stage(
    "draw-storyboard", version=1, foretell=foretell_storyboard, timeout_s=600, heavy=True, memory=film_pictures_memory
)
async def draw_storyboard(request: StoryboardRequest, factory: Factory) -> Storyboard:
    """Draw a film's frames on one sheet."""
    from media_factory.delivery import previews

    film = await factory.store.fetch(request.master)
    duration_s = seconds_of(request.frames, request.rate)
    sheet = await asyncio.to_thread(previews.draw_storyboard, film, duration_s)
    width_px, height_px = sheet.image.size
    return Storyboard(
        sheet=await factory.store.put(sheet.jpeg(), "image/jpeg", width_px=width_px, height_px=height_px),
        tile_width_px=sheet.tile[0],
        tile_height_px=sheet.tile[1],
        columns=sheet.columns,
        tiles=sheet.tiles,
        step_s=sheet.step_s,
        duration_s=duration_s,
    )


__all__ = ["draw_storyboard", "make_preview"]
