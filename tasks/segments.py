"""Encoded runs of frames, the unit of what is never rendered twice."""

from __future__ import annotations

from media_factory.factory import Factory
from media_factory.rendering.foretelling import foretell_segment
from media_factory.rendering.model import Segment, SegmentRequest
from media_factory.rendering.segments import encode_segment
from media_factory.threads import run_stoppable
from media_factory.timing import seconds_of
from tasks.stage import stage


@stage("render-segment", version=1, foretell=foretell_segment, timeout_s=1800, heavy=True)
async def render_segment(request: SegmentRequest, factory: Factory) -> Segment:
    """Compose and encode one run of frames."""
    pictures = await factory.files_of(request)
    with factory.workspace() as folder:
        target = folder / "segment.mp4"
        await run_stoppable(lambda stop: encode_segment(request, pictures, target, stop=stop))
        video = await factory.store.put(
            target,
            "video/mp4",
            width_px=request.width_px,
            height_px=request.height_px,
            duration_s=float(seconds_of(request.frames, request.rate)),
        )
    return Segment(video=video, frames=request.frames)


__all__ = ["render_segment"]
