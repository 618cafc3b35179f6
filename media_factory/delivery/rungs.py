"""Rungs: a master's segment in smaller sizes, decoded once, with key frames where its own are.

Segment by segment, so that an edit encodes again what it touches and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from threading import Event

import av
from av.container import OutputContainer
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from av.video.stream import VideoStream

from media_factory.delivery.extras_model import Rung
from media_factory.errors import InputError, RenderError
from media_factory.rendering.segments import KEY_FRAME_EVERY_S

_CRF = 21
# As for films: what most of `veryfast` searches for isn't in stills under a slow camera.
_TUNING = "me=dia:subme=1:ref=1:weightp=0:b-adapt=0:trellis=0:bframes=5:b-pyramid=normal"
_EIGHT_BIT = ("yuv420p", "yuvj420p")


def encode_rungs(
    segment: Path, rate: Fraction, rungs: Sequence[Rung], folder: Path, *, stop: Event | None = None
) -> list[tuple[Path, int]]:
    """Write a segment once per rung and return each file and its number of frames; call it in a thread.

    Args:
        segment: an MP4 of 8-bit BT.709 pictures, beginning with a key frame.
        rate: its frames per second.
        rungs: the sizes; none may be larger than the segment.
        folder: where the files go.
        stop: set it to end the work after the frame in hand.

    Raises:
        InputError: a rung is larger than the segment, or the segment isn't 8-bit 4:2:0.
        RenderError: it can't be decoded, the encoder failed, or `stop` was set.
    """
    made = []
    try:
        with av.open(str(segment), options={"protocol_whitelist": "file"}) as source:
            stream = source.streams.video[0]
            _check(stream, rungs, segment.name)
            outputs = [_Output(folder / f"rung-{index}.mp4", rate, rung) for index, rung in enumerate(rungs)]
            frames = 0
            for frame in source.decode(stream):
                if stop is not None and stop.is_set():
                    raise RenderError("encoding was stopped")
                for output in outputs:
                    output.encode(frame, frames)
                frames += 1
            for output in outputs:
                output.close()
                made.append((output.path, frames))
    except av.FFmpegError as exc:
        raise RenderError(f"smaller sizes of {segment.name} can't be made: {exc}") from exc
    return made


def _check(stream: VideoStream, rungs: Sequence[Rung], name: str) -> None:
    context = stream.codec_context
    if context.pix_fmt not in _EIGHT_BIT:
        raise InputError(f"{name} has {context.pix_fmt} pictures; smaller sizes are made of 8-bit 4:2:0 ones")
    for rung in rungs:
        if rung.width_px > context.width or rung.height_px > context.height:
            wanted, has = f"{rung.width_px}x{rung.height_px}", f"{context.width}x{context.height}"
            raise InputError(f"{name} is {has}; it is not enlarged to {wanted}")


class _Output:
    """One rung's file in the making. It lies in a scratch folder: only a whole one is ever kept."""

    def __init__(self, path: Path, rate: Fraction, rung: Rung) -> None:
        self.path = path
        self._rung, self._rate = rung, rate
        self._container: OutputContainer = av.open(str(path), "w", format="mp4")
        self._stream = self._container.add_stream("libx264", rate=rate, options=_options(rung, rate))
        _describe(self._stream, rung, rate)

    def encode(self, frame: VideoFrame, index: int) -> None:
        small = frame.reformat(
            width=self._rung.width_px,
            height=self._rung.height_px,
            format="yuv420p",
            interpolation=Interpolation.BICUBIC,
        )
        small.pts, small.time_base = index, 1 / self._rate
        small.pict_type = PictureType.I if frame.key_frame else PictureType.NONE
        self._container.mux(self._stream.encode(small))

    def close(self) -> None:
        self._container.mux(self._stream.encode())
        self._container.close()


def _options(rung: Rung, rate: Fraction) -> dict[str, str]:
    keyint = round(KEY_FRAME_EVERY_S * rate)
    kbit = rung.max_bitrate_bps // 1000
    # Half a buffer at the start: runs are joined, and each would otherwise begin with a full one to spend.
    bounds = f"vbv-maxrate={kbit}:vbv-bufsize={kbit}:vbv-init=0.5"
    return {
        "preset": "veryfast",
        "crf": str(_CRF),
        "profile": "high",
        "forced-idr": "1",
        "x264-params": f"{_TUNING}:{bounds}:keyint={keyint}:scenecut=0:open-gop=0",
    }


def _describe(stream: VideoStream, rung: Rung, rate: Fraction) -> None:
    stream.width, stream.height, stream.pix_fmt = rung.width_px, rung.height_px, "yuv420p"
    stream.sample_aspect_ratio = Fraction(1)
    context = stream.codec_context
    context.thread_count = 1
    context.time_base = 1 / rate
    context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU709
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709


__all__ = ["encode_rungs"]
