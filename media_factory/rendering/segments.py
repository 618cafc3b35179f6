"""Segments: closed runs of encoded frames, each in an MP4 of its own.

One single-threaded encoder makes a segment (`encoders`), so that a machine runs one per core and the same request gives
the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event

import av
import cv2
from av.video.frame import VideoFrame

from media_factory.errors import RenderError
from media_factory.files import whole_file
from media_factory.rendering.compose import Composer
from media_factory.rendering.encoders import KEY_FRAME_EVERY_S, open_encoder
from media_factory.rendering.film_encoding import FILM_ENCODING
from media_factory.rendering.memory import give_back_large_blocks
from media_factory.rendering.model import SegmentRequest
from media_factory.rendering.planes import planes_of_frame


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
                encoder = open_encoder(container, request, plain=composer.plain)
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


__all__ = ["FILM_ENCODING", "KEY_FRAME_EVERY_S", "encode_segment"]
