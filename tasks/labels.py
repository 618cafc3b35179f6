"""Visible labels on pictures; films carry theirs in every frame."""

from __future__ import annotations

import asyncio

from media_factory.captions.cards import Badge
from media_factory.factory import Factory
from media_factory.rendering.foretelling import foretell_label
from media_factory.rendering.model import LabelledImage, LabelRequest
from media_factory.results import Picture
from tasks.stage import stage


@stage("label-image", version=1, foretell=foretell_label, heavy=True)
async def label_image(request: LabelRequest, factory: Factory) -> LabelledImage:
    """Draw words into a picture's corner."""
    from media_factory.drawing.placeholders import placeholder_in
    from media_factory.rendering.labelling import label_picture

    pictures = await factory.files_of(request)
    with factory.workspace() as folder:
        target = folder / "labelled.png"
        source = pictures[request.image.digest]
        width_px, height_px = await asyncio.to_thread(label_picture, source, request.badge, target)
        placeholder = await asyncio.to_thread(placeholder_in, target)
        image = await factory.store.put(target, "image/png", width_px=width_px, height_px=height_px)
    return LabelledImage(image=image, placeholder=placeholder)


async def labelled(picture: Picture, badge: Badge | None, factory: Factory) -> LabelledImage:
    """Return what is shown of a picture: itself, or itself with a badge."""
    if badge is None:
        return LabelledImage(image=picture.image, placeholder=picture.placeholder)
    return await label_image(LabelRequest(image=picture.image, badge=badge), factory)


__all__ = ["label_image", "labelled"]
