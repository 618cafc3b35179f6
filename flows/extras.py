"""What is made beside a film, in the order of its stages: the brief's `extras`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from media_factory.assets import Asset
from media_factory.briefs.fields import Aspect, Extra
from media_factory.delivery.extras_model import (
    FilmExtras,
    FilmParts,
    ImageSetRequest,
    PreviewRequest,
    RungRun,
    RungsRequest,
    SceneImages,
    Storyboard,
    StoryboardRequest,
    Stream,
    StreamRequest,
)
from media_factory.delivery.ladder import rungs_below
from media_factory.factory import Factory
from tasks.previews import draw_storyboard, make_preview
from tasks.renditions import make_renditions
from tasks.streams import encode_rungs, package_stream


async def make_film_extras(asked: Sequence[Extra], parts: FilmParts, here: Factory) -> FilmExtras:
    """Make what was asked for beside a film; extras that concern pictures alone are passed over."""
    stream, preview, storyboard = await asyncio.gather(
        _stream(parts, here) if "hls" in asked else _nothing(),
        make_preview(PreviewRequest(master=parts.master.video), here) if "preview" in asked else _nothing(),
        _storyboard(parts, here) if "storyboard" in asked else _nothing(),
    )
    return FilmExtras(aspect=parts.film.aspect, stream=stream, preview=preview, storyboard=storyboard)


async def make_scene_images(
    asked: Sequence[Extra], pictures: Sequence[Mapping[Aspect, Asset]], lettered: Sequence[bool], here: Factory
) -> tuple[SceneImages, ...]:
    """Make the scenes' pictures in web sizes, if they were asked for.

    Args:
        asked: the brief's extras.
        pictures: of each scene, by aspect.
        lettered: whether words stand on each scene's pictures.
        here: the factory.
    """
    if "renditions" not in asked:
        return ()
    places = [(scene, aspect) for scene, by_aspect in enumerate(pictures) for aspect in by_aspect]
    sets = await asyncio.gather(
        *(
            make_renditions(ImageSetRequest(image=pictures[scene][aspect], lettered=lettered[scene]), here, scene=scene)
            for scene, aspect in places
        )
    )
    return tuple(
        SceneImages(scene=scene, aspect=aspect, images=images)
        for (scene, aspect), images in zip(places, sets, strict=True)
    )


async def _stream(parts: FilmParts, here: Factory) -> Stream:
    film, rungs = parts.film, rungs_below(parts.film.width_px, parts.film.height_px)
    below: tuple[RungRun, ...] = ()
    if rungs:
        asked = (RungsRequest(segment=segment, rate=film.rate, rungs=rungs) for segment in parts.segments)
        made = await asyncio.gather(*(encode_rungs(request, here) for request in asked))
        below = tuple(
            RungRun(rung=rung, segments=tuple(sizes.segments[index] for sizes in made))
            for index, rung in enumerate(rungs)
        )
    request = StreamRequest(
        master=parts.master.video, rate=film.rate, below=below, captions=parts.captions, language=parts.language
    )
    return await package_stream(request, here)


async def _storyboard(parts: FilmParts, here: Factory) -> Storyboard:
    request = StoryboardRequest(master=parts.master.video, frames=parts.master.frames, rate=parts.film.rate)
    return await draw_storyboard(request, here)


async def _nothing() -> None:
    """Stand in for what was not asked for."""


__all__ = ["make_film_extras", "make_scene_images"]
