"""Poster: one composed frame as a progressive JPEG of bounded size."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from media_factory.errors import InputError
from media_factory.files import write_whole
from media_factory.rendering.compose import Composer
from media_factory.rendering.model import PosterRequest, SegmentRequest
from media_factory.rendering.motion import Size
from media_factory.rendering.planes import planes_of_frame

LARGEST: Size = (1080, 1920)
_BEST, _WORST = 90, 40
_SHRINK = 0.85
_SMALLEST_PX = 64


def make_poster(request: PosterRequest, images: Mapping[str, Path], target: Path) -> Size:
    """Draw the frame, write it as JPEG and return its width and height; call it in a thread.

    It is at most 1080 by 1920 (or 1920 by 1080), of the best quality between 90 and 40 that fits into `max_bytes`, and
    smaller where even 40 doesn't.

    Raises:
        InputError: the segment has no such frame or can't be drawn, or no JPEG is as small as `max_bytes`.
        RenderError: a picture can't be read.
    """
    picture = frame_image(request.segment, request.frame, images)
    short, long = LARGEST
    picture.thumbnail(LARGEST if picture.height >= picture.width else (long, short), Image.Resampling.LANCZOS)
    while (data := _fitting(picture, request.max_bytes)) is None:
        size = round(picture.width * _SHRINK), round(picture.height * _SHRINK)
        if min(size) < _SMALLEST_PX:
            raise InputError(f"a poster does not fit into {request.max_bytes} bytes; allow more")
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    write_whole(target, data)
    return picture.size


def frame_image(request: SegmentRequest, frame: int, images: Mapping[str, Path]) -> Image.Image:
    """Return a frame of a segment as an RGB picture.

    Raises:
        InputError: the segment has no such frame or can't be drawn.
        RenderError: a picture can't be read.
    """
    drawn = VideoFrame(request.width_px, request.height_px, "yuv420p")
    Composer(request, images).draw(frame, planes_of_frame(drawn))
    rgb = drawn.reformat(
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
    )
    return Image.fromarray(rgb.to_ndarray())


def _fitting(picture: Image.Image, max_bytes: int) -> bytes | None:
    """Return the picture at the best quality that fits, or None."""
    best: bytes | None = None
    low, high = _WORST, _BEST
    while low <= high:
        quality = (low + high) // 2
        data = _jpeg(picture, quality)
        if len(data) <= max_bytes:
            best, low = data, quality + 1
        else:
            high = quality - 1
    return best


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, progressive=True, optimize=True)
    return file.getvalue()


__all__ = ["LARGEST", "frame_image", "make_poster"]
