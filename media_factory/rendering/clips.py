"""Clips: the pictures of a video file at exact times, upright, as BT.709 limited-range planes at a working size.

Files come from anywhere: only containers that name no other files are opened, nothing larger than our limits is
decoded, and two decoded pictures are held at most.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from av.video.stream import VideoStream
from pydantic import Field

from media_factory.errors import InputError, RenderError
from media_factory.model import Model
from media_factory.rendering.motion import Size
from media_factory.rendering.planes import Planes, planes_of_rgb, working_size

MAX_SIDE_PX = 4096
MAX_CLIP_S = 600
# MP4 and MOV, WebM and MKV, GIF, as ffmpeg calls their readers.
_MEDIA_TYPES = {"mov": "video/mp4", "matroska": "video/x-matroska", "gif": "image/gif"}
_FORMATS = ",".join(_MEDIA_TYPES)
_MOST_PACKETS = MAX_CLIP_S * 240
_LEAST_SIDE_PX = 16
_SEEK_FROM_S = 3
# Numbers of ITU-T H.273: what a stream says of its matrix and its transfer curve.
_MATRICES = {1: Colorspace.ITU709, 4: Colorspace.FCC, 5: Colorspace.ITU601, 6: Colorspace.ITU601, 7: 7, 9: 9, 10: 9}
_HDR = {16: "PQ", 18: "HLG"}
_HD_FROM_PX = 720
# With fewer of these, a change of matrix darkens by up to two codes (measured).
_EXACTLY = (
    Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP | Interpolation.FULL_CHR_H_INT
)


class ClipFacts(Model):
    """What a clip holds: its upright size in square pixels, and how long it lasts."""

    width_px: int = Field(ge=1)
    height_px: int = Field(ge=1)
    duration_s: float = Field(gt=0)
    media_type: str
    loops: bool = Field(description="it is of a kind that is meant to begin again, such as GIF")
    sounds: bool = Field(default=False, description="it has a sound track")


def inspect_clip(path: Path) -> ClipFacts:
    """Return what a clip holds: its headers are read, every packet's time, and its first picture.

    Raises:
        InputError: it is larger or longer than we take, or HDR.
        RenderError: it is no clip of a kind that we read, or holds no picture that decodes.
    """
    try:
        with _opened(path) as container:
            stream = _pictures_of(container, path)
            first = next(container.decode(stream), None)
            if first is None:
                raise RenderError(f"{path.name} holds no picture that decodes")
            if (curve := _HDR.get(int(first.color_trc))) is not None:
                raise InputError(f"the clip is HDR ({curve}); give it in SDR (BT.709)")
            width, height = _upright_size(first, stream)
            media_type = _MEDIA_TYPES[container.format.name.split(",")[0]]
            sounds = bool(container.streams.audio)
        with _opened(path) as container:
            duration = _duration(container, _pictures_of(container, path), path)
    except (av.FFmpegError, OSError, ValueError) as exc:
        raise RenderError(f"{path.name} is no clip that we read: {getattr(exc, 'strerror', None) or exc}") from exc
    if duration > MAX_CLIP_S:
        raise InputError(f"the clip lasts {float(duration):,.0f} s; at most {MAX_CLIP_S} are allowed")
    return ClipFacts(
        width_px=width,
        height_px=height,
        duration_s=float(duration),
        media_type=media_type,
        loops=media_type == "image/gif",
        sounds=sounds,
    )


def _opened(path: Path) -> InputContainer:
    options = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
    return av.open(f"file:{path.absolute()}", "r", options=options)


def _pictures_of(container: InputContainer, path: Path) -> VideoStream:
    """Return the clip's moving pictures, ready to be decoded within our limits."""
    streams = [one for one in container.streams.video if not one.disposition & Disposition.attached_pic]
    if not streams:
        raise RenderError(f"{path.name} holds no moving pictures")
    context = streams[0].codec_context
    if max(context.width, context.height) > MAX_SIDE_PX:
        raise InputError(
            f"the clip is {context.width}x{context.height} px large; at most {MAX_SIDE_PX} a side are allowed"
        )
    if min(context.width, context.height) < _LEAST_SIDE_PX:
        raise InputError(f"the clip is {context.width}x{context.height} px small; {_LEAST_SIDE_PX} a side are needed")
    # A stream may grow after its header: the decoder holds the limit, too.
    context.options = {"max_pixels": str(MAX_SIDE_PX * MAX_SIDE_PX)}
    context.thread_count = 1
    return streams[0]


def _duration(container: InputContainer, stream: VideoStream, path: Path) -> Fraction:
    """Return the time from the first picture to the end of the last: headers often say nothing, or something else."""
    shown: list[int] = []
    latest, last_lasts = None, 0
    for packet in container.demux(stream):
        if packet.pts is None or packet.size == 0 or packet.is_discard:
            continue
        if latest is None or packet.pts > latest:
            latest, last_lasts = packet.pts, packet.duration or last_lasts
        shown.append(packet.pts)
        if len(shown) > _MOST_PACKETS:
            raise InputError(f"the clip has more than {_MOST_PACKETS:,} pictures; at most that many are allowed")
    if not shown:
        raise RenderError(f"{path.name} holds no picture with a time")
    shown.sort()
    if not last_lasts:
        last_lasts = max(1, (shown[-1] - shown[0]) // max(1, len(shown) - 1))
    return (shown[-1] - shown[0] + last_lasts) * Fraction(stream.time_base or 1)


def _quarter_turns(frame: VideoFrame) -> int:
    """Return how many quarter turns (against the clock) make a picture upright."""
    return round(frame.rotation / 90) % 4


def _square_size(frame: VideoFrame, stream: VideoStream) -> Size:
    """Return a picture's size as it is stored, but in square pixels."""
    shape = stream.sample_aspect_ratio or Fraction(1)
    wide = min(max(Fraction(shape), Fraction(1, 4)), Fraction(4)) if shape > 0 else Fraction(1)
    return max(1, round(frame.width * wide)), frame.height


def _upright_size(frame: VideoFrame, stream: VideoStream) -> Size:
    width, height = _square_size(frame, stream)
    return (height, width) if _quarter_turns(frame) % 2 else (width, height)


class ClipFrames:
    """The pictures of a clip, asked for by time; not for two threads at once. Going forward is cheap.

    Args:
        path: the clip.
        frame: width and height of the frame that it is to fill.
        zoom: the camera's largest zoom.
        oversampling: how much larger than needed pictures are kept for the camera to move over.

    Raises:
        InputError: the clip is larger than we take.
        RenderError: it can't be opened.
    """

    def __init__(self, path: Path, frame: Size, zoom: float, oversampling: float) -> None:
        self._path, self._frame, self._zoom, self._oversampling = path, frame, zoom, oversampling
        self._closing: weakref.finalize[[], ClipFrames] | None = None
        self._origin: Fraction | None = None
        self._begin()
        self._planes: tuple[Fraction, Planes] | None = None

    def planes_at(self, at: Fraction) -> Planes:
        """Return the picture that is seen at a time in seconds from the clip's first picture; its last one is held.

        Raises:
            RenderError: the clip does not decode so far.
        """
        try:
            start, picture = self._find(at)
            if self._planes is None or self._planes[0] != start:
                self._planes = (start, self._converted(picture))
        except (av.FFmpegError, ValueError) as exc:
            raise RenderError(f"the clip {self._path.name} does not decode at {float(at):.2f} s: {exc}") from exc
        return self._planes[1]

    def close(self) -> None:
        """Close the file."""
        if self._closing is not None:
            self._closing()

    def _begin(self) -> None:
        """Open the file (again) and decode its first picture."""
        self.close()
        try:
            self._container = _opened(self._path)
            self._closing = weakref.finalize(self, self._container.close)
            self._stream = _pictures_of(self._container, self._path)
            self._decoded = self._timed(self._container.decode(self._stream))
            self._shown, self._next = next(self._decoded, None), next(self._decoded, None)
        except (av.FFmpegError, OSError, ValueError) as exc:
            raise RenderError(f"the clip {self._path.name} can't be read: {exc}") from exc

    def _timed(self, frames: Iterator[VideoFrame]) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Yield pictures with their times from the clip's first one."""
        for frame in frames:
            if frame.pts is None:
                continue
            start = frame.pts * Fraction(frame.time_base or 1)
            if self._origin is None:
                self._origin = start
            yield start - self._origin, frame

    def _find(self, at: Fraction) -> tuple[Fraction, VideoFrame]:
        if self._shown is None or at < self._shown[0]:
            self._begin()
        if self._shown is not None and at - self._shown[0] > _SEEK_FROM_S:
            self._jump(at)
        while self._next is not None and self._next[0] <= at:
            self._shown, self._next = self._next, next(self._decoded, None)
        if self._shown is None:
            raise RenderError(f"the clip {self._path.name} holds no picture that decodes")
        return self._shown

    def _jump(self, at: Fraction) -> None:
        """Go to the key picture before a time, where the container can; each picture of a GIF needs all before it."""
        if self._container.format.name == "gif" or self._origin is None:
            return
        ticks = int((self._origin + at) / Fraction(self._stream.time_base or 1))
        self._container.seek(ticks, stream=self._stream, backward=True)
        self._decoded = self._timed(self._container.decode(self._stream))
        self._shown, self._next = next(self._decoded, None), next(self._decoded, None)
        if self._shown is None or self._shown[0] > at:
            self._begin()

    def _converted(self, frame: VideoFrame) -> Planes:
        turns = _quarter_turns(frame)
        upright = _upright_size(frame, self._stream)
        width, height = working_size(upright, self._frame, self._zoom, self._oversampling)
        size = (height, width) if turns % 2 else (width, height)
        if any(component.is_alpha for component in frame.format.components):
            planes = _over_white(frame, size)
        else:
            planes = _planes_of(frame, size)
        if not turns:
            return planes
        y, u, v = (np.ascontiguousarray(np.rot90(plane, turns)) for plane in planes)
        return y, u, v


def _planes_of(frame: VideoFrame, size: Size) -> Planes:
    """Return a picture's planes at an even size, each chroma sample the mean of its four."""
    unsaid = Colorspace.ITU709 if min(frame.width, frame.height) >= _HD_FROM_PX else Colorspace.ITU601
    scaled = frame.reformat(
        width=size[0],
        height=size[1],
        format="yuv444p",
        src_colorspace=_MATRICES.get(int(frame.colorspace), unsaid),
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange(int(frame.color_range)) if int(frame.color_range) == 2 else ColorRange.MPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=_EXACTLY,
    )
    y, u, v = scaled.to_ndarray()
    half = (size[0] // 2, size[1] // 2)
    small_u, small_v = (np.asarray(cv2.resize(one, half, interpolation=cv2.INTER_AREA), np.uint8) for one in (u, v))
    return y, small_u, small_v


def _over_white(frame: VideoFrame, size: Size) -> Planes:
    """Return the planes of a picture with transparent parts, which show white, as those of stills do."""
    rgba = frame.reformat(width=size[0], height=size[1], format="rgba", interpolation=Interpolation.BICUBIC)
    pixels = rgba.to_ndarray().astype(np.float32)
    share = pixels[..., 3:] / 255
    return planes_of_rgb(np.rint(pixels[..., :3] * share + 255 * (1 - share)).astype(np.uint8))


__all__ = ["MAX_CLIP_S", "MAX_SIDE_PX", "ClipFacts", "ClipFrames", "inspect_clip"]
