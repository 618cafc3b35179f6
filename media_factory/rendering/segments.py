"""Segments: closed runs of encoded frames, each in an MP4 of its own.

One single-threaded encoder makes a segment (`encoders`), so that a machine runs one per core and the same request gives
the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import Any

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane

from media_factory.errors import RenderError
from media_factory.files import whole_file
from media_factory.rendering.compose import Composer
from media_factory.rendering.encoders import KEY_FRAME_EVERY_S, open_encoder
from media_factory.rendering.memory import give_back_large_blocks
from media_factory.rendering.model import Encoding, SegmentRequest
from media_factory.rendering.planes import Plane, Planes

# Stills under a slow camera are easy to predict, so most of what `veryfast` searches for isn't there: about half of its
# CPU seconds at equal VMAF. Adaptive quantisation keeps its full strength: at 0.4 VMAF saw nothing, and dark slopes had
# visible bands.
FILM_ENCODING = Encoding(
    preset="veryfast",
    crf=20,
    tuning="me=dia:subme=0:ref=1:weightp=0:b-adapt=0:trellis=0:bframes=7:b-pyramid=normal",
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
        InputError: the request can't be drawn, or its codec does not go with its size.
        RenderError: a picture can't be read, the encoder failed, or `stop` was set.
    """
    # Segments already run one per core; OpenCV's own threads would only get in their way.
    cv2.setNumThreads(1)
    give_back_large_blocks()
    composer = Composer(request, images)
    with whole_file(target) as draft:
        try:
            with av.open(str(draft), "w", format="mp4") as container:
                encoder = open_encoder(container, request)
                for frame in _frames(composer, request, stop):
                    container.mux(encoder.encode(frame))
                container.mux(encoder.encode())
        except av.FFmpegError as exc:
            raise RenderError(f"the encoder failed: {exc.strerror}") from exc
    return request.frames


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
