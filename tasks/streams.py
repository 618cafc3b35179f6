"""Films as streams: smaller sizes segment by segment, then everything cut into small files."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from media_factory.delivery.extras_foretelling import foretell_rungs, foretell_stream
from media_factory.delivery.extras_model import Rungs, RungsRequest, Stream, StreamRequest
from media_factory.delivery.footprint import rungs_memory
from media_factory.factory import Factory
from media_factory.rendering.model import Segment
from media_factory.threads import run_stoppable
from media_factory.timing import seconds_of
from tasks.stage import stage


@stage("encode-rungs", version=1, foretell=foretell_rungs, timeout_s=1800, heavy=True, memory=rungs_memory)
async def encode_rungs(request: RungsRequest, factory: Factory) -> Rungs:
    """Encode a segment in every smaller size."""
    from media_factory.delivery import rungs

    files = await factory.files_of(request)
    source = files[request.segment.video.digest]
    with factory.workspace() as folder:
        made = await run_stoppable(
            lambda stop: rungs.encode_rungs(source, request.rate, request.rungs, folder, stop=stop)
        )
        kept = [
            await factory.store.put(
                path,
                "video/mp4",
                width_px=rung.width_px,
                height_px=rung.height_px,
                duration_s=float(seconds_of(frames, request.rate)),
            )
            for rung, (path, frames) in zip(request.rungs, made, strict=True)
        ]
    return Rungs(segments=tuple(Segment(video=video, frames=made[0][1]) for video in kept))


@stage("package-stream", version=1, foretell=foretell_stream, timeout_s=1800, heavy=True)
async def package_stream(request: StreamRequest, factory: Factory) -> Stream:
    """Cut a film and its smaller sizes into a stream."""
    from media_factory.delivery import streams

    files = await factory.files_of(request)
    captions = files[request.captions.digest].read_text() if request.captions else None
    with factory.workspace() as folder:
        below = []
        for index, run in enumerate(request.below):
            below.append(folder / f"below-{index}.mp4")
            parts = [(files[segment.video.digest], segment.frames) for segment in run.segments]
            await run_stoppable(_joined, parts, request.rate, below[-1])
        target = folder / "stream"
        packaged = await run_stoppable(
            lambda _stop: streams.package_stream(
                files[request.master.digest], below, target, language=request.language, captions=captions
            )
        )
        return await streams.keep_stream(packaged, target, factory.store)


def _joined(_stop: threading.Event, parts: Sequence[tuple[Path, int]], rate: Fraction, target: Path) -> int:
    from media_factory.rendering.join import join

    return join(parts, None, rate, target)


__all__ = ["encode_rungs", "package_stream"]
