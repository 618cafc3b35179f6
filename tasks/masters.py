"""Finished films, joined from their segments without encoding anything again."""

from __future__ import annotations

from media_factory.factory import Factory
from media_factory.rendering.foretelling import foretell_master
from media_factory.rendering.model import JoinRequest, Master
from media_factory.rendering.scratch import join_bytes
from media_factory.threads import run_stoppable
from media_factory.timing import seconds_of
from tasks.stage import stage


@stage("join-master", version=1, foretell=foretell_master, timeout_s=600)
async def join_master(request: JoinRequest, factory: Factory) -> Master:
    """Join segments and sound into the film."""
    from media_factory.rendering.join import join

    files = await factory.files_of(request)
    segments = [(files[segment.video.digest], segment.frames) for segment in request.segments]
    sound = files[request.sound.digest] if request.sound else None
    frames = sum(segment.frames for segment in request.segments)
    first = request.segments[0].video
    with factory.workspace(join_bytes(request)) as folder:
        target = folder / "master.mp4"
        await run_stoppable(lambda _stop: join(segments, sound, request.rate, target))
        video = await factory.store.put(
            target,
            "video/mp4",
            width_px=first.width_px,
            height_px=first.height_px,
            duration_s=float(seconds_of(frames, request.rate)),
        )
    return Master(video=video, frames=frames)


__all__ = ["join_master"]
