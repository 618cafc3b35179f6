"""What a planning run goes on with where something beside a film has yet to be made."""

from __future__ import annotations

from fractions import Fraction

from media_factory.assets import pending_asset
from media_factory.delivery.extras_model import (
    ImageSet,
    ImageSetRequest,
    Preview,
    PreviewRequest,
    Rungs,
    RungsRequest,
    Storyboard,
    StoryboardRequest,
    Stream,
    StreamFile,
    StreamRequest,
)
from media_factory.delivery.playlists import MEDIA_TYPE, MULTIVARIANT_NAME
from media_factory.factory import Factory
from media_factory.rendering.model import Segment
from media_factory.results import Placeholder
from media_factory.timing import seconds_of


async def foretell_rungs(request: RungsRequest, key: str, factory: Factory) -> Rungs:  # noqa: ARG001
    """Return a segment's smaller sizes, which have yet to be encoded."""
    names = (f"{rung.width_px}x{rung.height_px}" for rung in request.rungs)
    videos = (pending_asset(key, "video/mp4", name) for name in names)
    return Rungs(segments=tuple(Segment(video=video, frames=request.segment.frames) for video in videos))


async def foretell_stream(request: StreamRequest, key: str, factory: Factory) -> Stream:  # noqa: ARG001
    """Return a stream whose parts have yet to be cut; only the file that players open is foretold."""
    entry = StreamFile(path=MULTIVARIANT_NAME, asset=pending_asset(key, MEDIA_TYPE))
    return Stream(files=(entry,), rungs=())


async def foretell_preview(request: PreviewRequest, key: str, factory: Factory) -> Preview:  # noqa: ARG001
    """Return a preview that has yet to be made."""
    return Preview(image=pending_asset(key, "image/webp"))


async def foretell_storyboard(request: StoryboardRequest, key: str, factory: Factory) -> Storyboard:  # noqa: ARG001
    """Return a storyboard that has yet to be drawn, as one tile."""
    duration_s = seconds_of(request.frames, request.rate)
    sheet = pending_asset(key, "image/jpeg")
    return Storyboard(
        sheet=sheet,
        tile_width_px=2,
        tile_height_px=2,
        columns=1,
        tiles=1,
        step_s=max(duration_s, Fraction(1)),
        duration_s=duration_s,
    )


async def foretell_image_set(request: ImageSetRequest, key: str, factory: Factory) -> ImageSet:  # noqa: ARG001
    """Return the renditions of a picture, which have yet to be made."""
    renditions = (
        pending_asset(key, f"image/{name}", f"{name} {width}", width_px=width)
        for name in request.formats
        for width in sorted(request.widths)
    )
    return ImageSet(renditions=tuple(renditions), placeholder=Placeholder(thumbhash="", colour="#000000"))


__all__ = ["foretell_image_set", "foretell_preview", "foretell_rungs", "foretell_storyboard", "foretell_stream"]
