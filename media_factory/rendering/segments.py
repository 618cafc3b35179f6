"""Segments: closed runs of encoded frames, each in an MP4 of its own.

One single-threaded encoder makes a segment, so that a machine runs one per core and the same request gives the same
bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from threading import Event
from typing import Any

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from media_factory.errors import RenderError
from media_factory.files import whole_file
from media_factory.rendering.compose import Composer
from media_factory.rendering.model import Encoding, SegmentRequest
from media_factory.rendering.planes import Plane, Planes

KEY_FRAME_EVERY_S = 2
_AVX_512 = 13  # CPU_AVX_512F of cv::CpuFeatures, which the binding has no name for

# Stills under a slow camera are easy to predict, so most of what `veryfast` searches for isn't there. Measured on
# photographs at equal CRF: 0.63 of stock veryfast's CPU seconds, the same bytes, VMAF 96.9 against 95.7.
FILM_ENCODING = Encoding(
    preset="veryfast",
    crf=20,
    tuning="me=dia:subme=1:ref=1:weightp=0:b-adapt=0:trellis=0:bframes=5:b-pyramid=normal",
)


def encode_segment(
    request: SegmentRequest, images: Mapping[str, Path], target: Path, *, stop: Event | None = None
) -> int:
    """Compose and encode a segment into an MP4 and return its number of frames; call it in a thread.

    Args:
        request: the segment.
        images: where each picture's bytes are, by digest.
        target: the file to make; it appears whole or not at all.
        stop: set it to end the work after the frame in hand.

    Raises:
        InputError: the request can't be drawn.
        RenderError: a picture can't be read, the encoder failed, or `stop` was set.
    """
    # Segments already run one per core; OpenCV's own threads would only get in their way.
    cv2.setNumThreads(1)
    composer = Composer(request, images)
    with whole_file(target) as draft:
        try:
            with av.open(str(draft), "w", format="mp4") as container:
                stream = container.add_stream("libx264", rate=request.rate, options=_options(request))
                _describe(stream, request)
                for frame in _frames(composer, request, stop):
                    container.mux(stream.encode(frame))
                container.mux(stream.encode())
        except av.FFmpegError as exc:
            raise RenderError(f"the encoder failed: {exc}") from exc
    return request.frames


def _options(request: SegmentRequest) -> dict[str, str]:
    keyint = round(KEY_FRAME_EVERY_S * request.rate)
    fixed = f"keyint={keyint}:scenecut=0:open-gop=0"
    if cv2.checkHardwareSupport(_AVX_512):
        # In AVX-512 x264's macroblock tree reads memory that nobody wrote: the same frames give different films.
        fixed += ":asm=avx2"
    tuning = request.encoding.tuning
    return {
        "preset": request.encoding.preset,
        "crf": str(request.encoding.crf),
        "profile": "high",
        "x264-params": f"{tuning}:{fixed}" if tuning else fixed,
    }


def _describe(stream: VideoStream, request: SegmentRequest) -> None:
    stream.width, stream.height, stream.pix_fmt = request.width_px, request.height_px, "yuv420p"
    stream.sample_aspect_ratio = Fraction(1)
    context = stream.codec_context
    context.thread_count = 1
    context.time_base = 1 / request.rate
    context.color_range = ColorRange.MPEG
    context.colorspace = Colorspace.ITU709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709


def _frames(composer: Composer, request: SegmentRequest, stop: Event | None) -> Iterator[VideoFrame]:
    """Draw into two frames by turns: the encoder may still hold the one before."""
    ring = [VideoFrame(request.width_px, request.height_px, "yuv420p") for _ in range(2)]
    for index in range(request.frames):
        if stop is not None and stop.is_set():
            raise RenderError("encoding was stopped")
        frame = ring[index % len(ring)]
        frame.make_writable()
        composer.draw(index, planes_of_frame(frame))
        frame.pts, frame.time_base = index, 1 / request.rate
        yield frame


def planes_of_frame(frame: VideoFrame) -> Planes:
    """Return views of a yuv420p frame's own planes."""
    y, u, v = map(_view, frame.planes)
    return y, u, v


def _view(plane: VideoPlane) -> Plane:
    buffer: Any = plane
    return np.frombuffer(buffer, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]


__all__ = ["FILM_ENCODING", "KEY_FRAME_EVERY_S", "encode_segment", "planes_of_frame"]
