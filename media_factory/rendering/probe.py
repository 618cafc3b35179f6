"""What is in a media file: read from its headers, heard by the loudness meter, proven by decoding."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from pathlib import Path

import av
import av.error
from pydantic import Field

from media_factory.errors import FfmpegFailed, RenderError
from media_factory.model import Model
from media_factory.rendering.ffmpeg import INPUT_FORMATS, listen, source
from media_factory.rendering.inspect_model import Loudness
from media_factory.rendering.meter import levels_in
from media_factory.timing import Rate

# Numbers of ITU-T H.273 and ffmpeg's names for them.
_RANGES = {1: "tv", 2: "pc"}
_PRIMARIES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020"}
_TRANSFERS = {1: "bt709", 6: "smpte170m", 13: "iec61966-2-1", 16: "smpte2084", 18: "arib-std-b67"}
_SPACES = {0: "gbr", 1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020nc"}
_UNSPECIFIED = 2


class VideoFacts(Model):
    """A video stream. Colour tags are ffmpeg's names, None where the file says nothing."""

    codec: str
    profile: str | None
    width_px: int
    height_px: int
    rate: Rate | None
    frames: int = Field(description="as the header counts them; 0 when it does not")
    start_s: float
    duration_s: float | None
    pixel_format: str | None
    colour_range: str | None
    colour_primaries: str | None
    colour_transfer: str | None
    colour_space: str | None


class AudioFacts(Model):
    """An audio stream."""

    codec: str
    profile: str | None
    sample_rate_hz: int
    channels: int
    start_s: float
    duration_s: float | None


class MediaFacts(Model):
    """A file's container, size and streams."""

    container: str
    size_bytes: int
    duration_s: float | None
    video: tuple[VideoFacts, ...] = ()
    audio: tuple[AudioFacts, ...] = ()


def _name(number: int, names: dict[int, str]) -> str | None:
    """Return ffmpeg's name of a colour tag; None where nothing is said."""
    if number in names:
        return names[number]
    return None if number in (0, _UNSPECIFIED) else str(number)


def _seconds(ticks: int | None, time_base: Fraction | None) -> float | None:
    return None if ticks is None or time_base is None else float(ticks * time_base)


def _video_facts(stream: av.VideoStream) -> VideoFacts:
    context = stream.codec_context
    return VideoFacts(
        codec=context.codec.canonical_name,
        profile=stream.profile,
        width_px=context.width,
        height_px=context.height,
        rate=stream.average_rate or None,
        frames=stream.frames,
        start_s=_seconds(stream.start_time, stream.time_base) or 0.0,
        duration_s=_seconds(stream.duration, stream.time_base),
        pixel_format=context.pix_fmt,
        colour_range=_name(context.color_range, _RANGES),
        colour_primaries=_name(context.color_primaries, _PRIMARIES),
        colour_transfer=_name(context.color_trc, _TRANSFERS),
        colour_space=_name(context.colorspace, _SPACES),
    )


def _audio_facts(stream: av.AudioStream) -> AudioFacts:
    context = stream.codec_context
    return AudioFacts(
        codec=context.name,
        profile=stream.profile,
        sample_rate_hz=context.sample_rate,
        channels=context.channels,
        start_s=_seconds(stream.start_time, stream.time_base) or 0.0,
        duration_s=_seconds(stream.duration, stream.time_base),
    )


def probe(path: Path) -> MediaFacts:
    """Return what a media file's headers say; nothing is decoded beyond what finding the streams takes.

    Raises:
        RenderError: it is no media file of a kind that we read.
    """
    limits = {"protocol_whitelist": "file", "format_whitelist": ",".join(INPUT_FORMATS)}
    try:
        with av.open(f"file:{path.absolute()}", options=limits) as container:
            return MediaFacts(
                container=container.format.name,
                size_bytes=path.stat().st_size,
                duration_s=_seconds(container.duration, Fraction(1, av.time_base)),
                video=tuple(_video_facts(stream) for stream in container.streams.video),
                audio=tuple(_audio_facts(stream) for stream in container.streams.audio),
            )
    except (av.error.FFmpegError, OSError) as exc:
        raise RenderError(f"{path.name} is no media file that we read: {exc.strerror}") from exc


async def decode_check(path: Path) -> None:
    """Decode every stream of a file to its end.

    Raises:
        RenderError: something in it does not decode; the message says what.
    """
    everything = source(path, threads=1, err_detect="explode", xerror=None)
    try:
        said = await listen(everything, map="0", v="error")
    except FfmpegFailed as exc:
        raise RenderError(f"{path.name} does not decode: {exc}") from exc
    if said.strip():
        raise RenderError(f"{path.name} does not decode cleanly: {said.strip().splitlines()[-1]}")


async def measure_loudness(path: Path) -> Loudness:
    """Return the loudness of a file's first sound track.

    Raises:
        RenderError: there is no sound in it, or it does not decode.
    """
    return (await asyncio.to_thread(levels_in, path)).loudness


__all__ = [
    "AudioFacts",
    "MediaFacts",
    "VideoFacts",
    "decode_check",
    "measure_loudness",
    "probe",
]
