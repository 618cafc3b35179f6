"""Encoded runs of frames, the unit of what is never rendered twice."""

from __future__ import annotations

from media_factory.factory import Factory
from media_factory.rendering.footprint import segment_memory
from media_factory.rendering.foretelling import foretell_segment
from media_factory.rendering.inspect_model import RECORD_TYPE
from media_factory.rendering.model import Segment, SegmentRequest
from media_factory.rendering.scratch import segment_bytes
from media_factory.threads import run_stoppable
from media_factory.timing import seconds_of
from tasks.stage import stage


@stage("render-segment", version=2, foretell=foretell_segment, timeout_s=1800, heavy=True, memory=segment_memory)
async def render_segment(request: SegmentRequest, factory: Factory) -> Segment:
    """Compose and encode one run of frames, and look at what came out."""
    from media_factory.rendering.hardware import encode_anyhow
    from media_factory.rendering.inspect_record import look_at

    pictures = await factory.files_of(request)
    with factory.workspace(segment_bytes(request)) as folder:
        target = folder / "segment.mp4"
        reasons = await run_stoppable(lambda stop: encode_anyhow(request, pictures, target, stop=stop))
        record = await run_stoppable(lambda stop: look_at(target, stop=stop))
        seen = await factory.store.put(record.as_bytes(), RECORD_TYPE)
        video = await factory.store.put(
            target,
            "video/mp4",
            width_px=request.width_px,
            height_px=request.height_px,
            duration_s=float(seconds_of(request.frames, request.rate)),
        )
    return Segment(video=video, frames=request.frames, reasons=reasons, record=seen)


__all__ = ["render_segment"]
