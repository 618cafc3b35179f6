"""What a planning run goes on with where something has yet to be rendered."""

from __future__ import annotations

from media_factory.assets import pending_asset
from media_factory.factory import Factory
from media_factory.rendering.inspect_model import RECORD_TYPE
from media_factory.rendering.model import (
    ClipSound,
    ClipSoundRequest,
    Hdr,
    HdrRequest,
    JoinRequest,
    LabelledImage,
    LabelRequest,
    Master,
    MixRequest,
    Poster,
    PosterRequest,
    Segment,
    SegmentRequest,
    Soundtrack,
)
from media_factory.timing import seconds_of


async def foretell_segment(request: SegmentRequest, key: str, factory: Factory) -> Segment:  # noqa: ARG001
    """Return a segment of the right length that has yet to be encoded."""
    record = pending_asset(key, RECORD_TYPE, "record")
    return Segment(video=pending_asset(key, "video/mp4"), frames=request.frames, record=record)


async def foretell_clip_sound(request: ClipSoundRequest, key: str, factory: Factory) -> ClipSound:  # noqa: ARG001
    """Return a sound that has yet to be taken out of its clip, as if there were something to hear."""
    duration_s = float(seconds_of(request.frames, request.rate))
    return ClipSound(sound=pending_asset(key, "audio/flac", duration_s=duration_s))


async def foretell_sound(request: MixRequest, key: str, factory: Factory) -> Soundtrack:  # noqa: ARG001
    """Return a sound track of the right length that has yet to be mixed."""
    duration_s = float(seconds_of(request.frames, request.rate))
    return Soundtrack(
        mix=pending_asset(key, "audio/mp4", "mix", duration_s=duration_s),
        narration=pending_asset(key, "audio/mp4", "narration", duration_s=duration_s),
        loudness_lufs=request.loudness_lufs,
        true_peak_dbtp=request.true_peak_dbtp,
    )


async def foretell_master(request: JoinRequest, key: str, factory: Factory) -> Master:  # noqa: ARG001
    """Return a master of the right length that has yet to be joined."""
    frames = sum(segment.frames for segment in request.segments)
    return Master(video=pending_asset(key, "video/mp4"), frames=frames)


async def foretell_poster(request: PosterRequest, key: str, factory: Factory) -> Poster:  # noqa: ARG001
    """Return a poster that has yet to be drawn."""
    return Poster(image=pending_asset(key, "image/jpeg"))


async def foretell_label(request: LabelRequest, key: str, factory: Factory) -> LabelledImage:  # noqa: ARG001
    """Return a labelled picture that has yet to be drawn."""
    image = request.image
    return LabelledImage(image=pending_asset(key, "image/png", width_px=image.width_px, height_px=image.height_px))


async def foretell_hdr(request: HdrRequest, key: str, factory: Factory) -> Hdr:  # noqa: ARG001
    """Return an HDR10 rendition like its master that has yet to be made; its light is unknown."""
    master = request.master
    video = pending_asset(
        key, "video/mp4", width_px=master.width_px, height_px=master.height_px, duration_s=master.duration_s
    )
    return Hdr(video=video, max_cll=0, max_fall=0)


__all__ = [
    "foretell_clip_sound",
    "foretell_hdr",
    "foretell_label",
    "foretell_master",
    "foretell_poster",
    "foretell_segment",
    "foretell_sound",
]
