"""Checks: what vendors send is decoded to its end before it is kept.

A picture that does not load, sound of no length or of another length than the words take, a clip without frames: a bad
reply, and never an asset. What would fill the memory is refused by its header.
"""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING

from media_factory.errors import BadReply

if TYPE_CHECKING:
    from PIL.Image import Image

_MAX_PIXELS = 64_000_000
_MAX_CLIP_SIDE_PX = 8192
_MAX_DURATION_S = 3600.0
# Nobody speaks faster or slower than this, pauses included.
_LEAST_S_PER_WORD, _MOST_S_PER_WORD, _MOST_PAUSE_S = 0.04, 5.0, 10.0


def decoded_picture(data: bytes, source: str) -> Image:
    """Return a picture, decoded to its last byte.

    Raises:
        BadReply: it does not decode, or is larger than 64 megapixels.
    """
    from PIL import Image

    try:
        picture = Image.open(io.BytesIO(data))
        if picture.width * picture.height > _MAX_PIXELS:
            raise BadReply(f"{source} sent a picture of {picture.width}x{picture.height}; 64 megapixels are the most")
        picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise BadReply(f"{source} sent {len(data)} bytes that are no picture: {problem}") from problem
    return picture


def wave_duration_s(data: bytes, source: str) -> float:
    """Return how long a WAV sounds, in seconds.

    Raises:
        BadReply: it is none, is cut short, or has no length.
    """
    try:
        with wave.open(io.BytesIO(data)) as sound:
            frames, rate = sound.getnframes(), sound.getframerate()
            whole = len(sound.readframes(frames)) == frames * sound.getnchannels() * sound.getsampwidth()
    except (wave.Error, EOFError) as problem:
        raise BadReply(f"{source} sent {len(data)} bytes that are no WAV sound: {problem}") from problem
    if not frames or not rate:
        raise BadReply(f"{source} sent a sound of no length")
    if not whole:
        raise BadReply(f"{source} sent a sound that is cut short")
    duration_s: float = frames / rate
    return round(duration_s, 6)


def check_pace(duration_s: float, words: int, source: str) -> None:
    """Check that a sound's length can be that of so many spoken words.

    Raises:
        BadReply: nobody speaks like that.
    """
    if not _LEAST_S_PER_WORD * words <= duration_s <= _MOST_S_PER_WORD * words + _MOST_PAUSE_S:
        raise BadReply(f"{source} sent {duration_s:.1f} s of sound for {words} words")


def check_clip(data: bytes, source: str) -> tuple[int, int, float]:
    """Decode a clip and return its width and height in pixels, and its length in seconds.

    Raises:
        BadReply: it does not decode to its end, has no picture, or is larger than 8192 pixels a side or than an hour.
    """
    import av

    try:
        with av.open(io.BytesIO(data), "r") as container:
            if not container.streams.video:
                raise BadReply(f"{source} sent a clip without pictures")
            stream = container.streams.video[0]
            if max(stream.width, stream.height) > _MAX_CLIP_SIDE_PX:
                raise BadReply(f"{source} sent a clip of {stream.width}x{stream.height} pixels")
            frames, end_s = 0, 0.0
            for frame in container.decode(stream):
                frames, end_s = frames + 1, (frame.time or 0.0)
                if end_s > _MAX_DURATION_S:
                    raise BadReply(f"{source} sent a clip of more than an hour")
            rate = float(stream.average_rate or 0)
            size = stream.width, stream.height
    except (av.FFmpegError, ValueError) as problem:
        raise BadReply(f"{source} sent {len(data)} bytes that are no clip: {type(problem).__name__}") from problem
    if not frames or not rate:
        raise BadReply(f"{source} sent a clip without frames")
    return *size, round(end_s + 1 / rate, 6)


def sound_duration_s(data: bytes, source: str) -> float:
    """Decode a sound of any format that libav reads, and return its length in seconds.

    Raises:
        BadReply: it does not decode, or has no length.
    """
    import av

    try:
        with av.open(io.BytesIO(data), "r") as container:
            if not container.streams.audio:
                raise BadReply(f"{source} sent a file without sound")
            samples = sum(frame.samples for frame in container.decode(audio=0))
            rate_hz = container.streams.audio[0].rate
    except (av.FFmpegError, ValueError) as problem:
        raise BadReply(f"{source} sent {len(data)} bytes that are no sound: {type(problem).__name__}") from problem
    if not samples:
        raise BadReply(f"{source} sent a sound of no length")
    return round(samples / rate_hz, 6)


__all__ = ["check_clip", "check_pace", "decoded_picture", "sound_duration_s", "wave_duration_s"]
