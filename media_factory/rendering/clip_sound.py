"""A clip's own sound: the part that a shot shows, faded as its pictures are, or nothing if there is nothing to hear."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from pathlib import Path

import av

from media_factory.errors import RenderError
from media_factory.rendering.ffmpeg import DETERMINISTIC, source, write_file
from media_factory.rendering.inspect_record import opened
from media_factory.rendering.model import SAMPLE_RATE_HZ, ClipSoundRequest
from media_factory.rendering.probe import measure_loudness, probe
from media_factory.timing import seconds_of

# What a camera records when nothing happens; levelled as speech is, it would be a roar.
_QUIET_LUFS = -50.0
_EDGE_S = 0.01


async def take_sound(request: ClipSoundRequest, clip: Path, target: Path) -> bool:
    """Write what is heard of a clip while its shot is seen, and return whether there is anything to hear.

    Args:
        request: which part.
        clip: the file; it may come from anywhere, so a program of its own decodes it.
        target: the file to make, a FLAC.

    Raises:
        FfmpegFailed: the sound does not decode.
        RenderError: there is none.
    """
    facts = await asyncio.to_thread(probe, clip)
    if not facts.audio:
        raise RenderError(f"{clip.name} has no sound track")
    offset = await asyncio.to_thread(_pictures_begin_s, clip)
    start = round((seconds_of(request.first, request.rate) + offset) * SAMPLE_RATE_HZ)
    samples, rise, fall = (
        max(1, round(seconds_of(frames, request.rate) * SAMPLE_RATE_HZ))
        for frames in (request.frames, request.fade_in_frames, request.fade_out_frames)
    )
    edge = min(round(_EDGE_S * SAMPLE_RATE_HZ), samples // 2)
    rise, fall = max(rise, edge), max(fall, edge)
    layout = "stereo" if facts.audio[0].channels > 1 else "mono"
    # Sound that begins after the pictures, or has holes, keeps its place in time.
    heard = source(clip, threads=1)["a:0"].filter("aresample", SAMPLE_RATE_HZ, **{"async": 1, "first_pts": 0})
    heard = heard.filter("aformat", sample_fmts="flt", channel_layouts=layout)
    heard = heard.filter("atrim", start_sample=start, end_sample=start + samples).filter("asetpts", "PTS-STARTPTS")
    heard = heard.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)
    heard = heard.filter("afade", type="in", start_sample=0, nb_samples=rise, curve="qsin")
    heard = heard.filter("afade", type="out", start_sample=samples - fall, nb_samples=fall, curve="qsin")
    await write_file(heard, target, acodec="flac", sample_fmt="s16", format="flac", **DETERMINISTIC)
    return (await measure_loudness(target)).integrated_lufs > _QUIET_LUFS


def _pictures_begin_s(clip: Path) -> Fraction:
    """Return how long after the file's first stream its pictures begin, which is where a clip's time begins."""
    with opened(clip) as container:
        stream = container.streams.video[0]
        pictures = (stream.start_time or 0) * Fraction(stream.time_base or 1)
        return max(Fraction(0), pictures - Fraction(container.start_time or 0, av.time_base))


__all__ = ["take_sound"]
