"""Compose: one frame of a segment, from planes, camera, cross-fade and captions.

Planes of a frame follow H.264's default chroma siting: a chroma sample stands level with the left one of its luma
samples, and between the two rows. A picture's own chroma stands in the middle of its four pixels, so the two differ by
half a luma pixel sideways, which the warp makes good.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from media_factory.captions.cards import CaptionSpan, CaptionStyle
from media_factory.errors import InputError
from media_factory.rendering.model import Camera, SegmentRequest, ShotSpan
from media_factory.rendering.motion import Rect, Size, window_at, window_rect
from media_factory.rendering.planes import Plane, PlaneCache, Planes
from media_factory.rendering.sprites import blend, caption_sprite

_WARP = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
_CACHE = PlaneCache()


def empty_planes(size: Size) -> Planes:
    """Return planes of a frame's even size with nothing in them yet."""
    width, height = size
    half = (height // 2, width // 2)
    return np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8)


def warp_into(out: Planes, source: Planes, rect: Rect) -> None:
    """Fill a frame with the part of a picture that a rectangle names, in pixels of the picture's Y plane."""
    left, top, width, height = rect
    rows, columns = out[0].shape
    step_x, step_y = width / columns, height / rows
    luma = np.array([[step_x, 0, left + step_x / 2 - 0.5], [0, step_y, top + step_y / 2 - 0.5]])
    chroma = np.array([[step_x, 0, (left + step_x / 2 - 1) / 2], [0, step_y, (top + step_y - 1) / 2]])
    for plane, base, matrix in zip(out, source, (luma, chroma, chroma), strict=True):
        _warp(plane, base, matrix)


def _warp(out: Plane, base: Plane, matrix: cv2.typing.MatLike) -> None:
    size = (out.shape[1], out.shape[0])
    cv2.warpAffine(base, matrix, size, dst=out, flags=_WARP, borderMode=cv2.BORDER_REPLICATE)


def fade_share(frame: int, frames: int) -> float:
    """Return how much of the second shot a cross-fade's frame shows: even steps, never all or nothing."""
    return (frame + 1) / (frames + 1)


class Composer:
    """Makes the frames of one segment, in any order; not for two threads at once.

    Args:
        request: the segment.
        images: where each picture's bytes are, by digest.
        cache: planes that other segments may share; the process's own if none is given.

    Raises:
        InputError: the frame's size is odd, a shot is shorter than its run, captions have no style or a picture is
            missing or too large.
        RenderError: a picture can't be read.
    """

    def __init__(self, request: SegmentRequest, images: Mapping[str, Path], cache: PlaneCache = _CACHE) -> None:
        if request.width_px % 2 or request.height_px % 2:
            raise InputError(f"a frame of {request.width_px}x{request.height_px}: width and height must be even")
        if request.captions and request.caption_style is None:
            raise InputError("captions need a caption_style")
        self._request = request
        self.size: Size = (request.width_px, request.height_px)
        self._sources = [self._source(shot, images, cache) for shot in request.shots]
        self._second = empty_planes(self.size) if len(request.shots) == 2 else None

    def _source(self, shot: ShotSpan, images: Mapping[str, Path], cache: PlaneCache) -> Planes:
        if shot.first + self._request.frames > shot.of:
            raise InputError(f"frames {shot.first} to {shot.first + self._request.frames} of a shot of {shot.of}")
        try:
            path = images[shot.image.digest]
        except KeyError as exc:
            raise InputError(f"no picture at hand for {shot.image.digest}") from exc
        return cache.planes(shot.image.digest, path, self.size, _largest_zoom(shot.camera))

    def draw(self, frame: int, out: Planes) -> None:
        """Fill `out` with a frame of the segment, counted from 0.

        Raises:
            InputError: the segment has no such frame.
        """
        if not 0 <= frame < self._request.frames:
            raise InputError(f"frame {frame} of a segment of {self._request.frames} frames")
        self._draw_shot(0, frame, out)
        if self._second is not None:
            self._draw_shot(1, frame, self._second)
            share = fade_share(frame, self._request.frames)
            for plane, other in zip(out, self._second, strict=True):
                cv2.addWeighted(plane, 1 - share, other, share, 0, dst=plane)
        for span in self._request.captions:
            if span.first <= frame < span.end:
                _caption(out, span, self._request.caption_style)

    def _draw_shot(self, index: int, frame: int, out: Planes) -> None:
        shot, source = self._request.shots[index], self._sources[index]
        window = window_at(shot.camera, shot.first + frame, shot.of)
        height, width = source[0].shape
        warp_into(out, source, window_rect(window, width, height, *self.size))


def _largest_zoom(camera: Camera) -> float:
    return max(camera.start.zoom, camera.end.zoom)


def _caption(out: Planes, span: CaptionSpan, style: CaptionStyle | None) -> None:
    assert style is not None
    blend(out, caption_sprite(span.lines, span.active, style))


__all__ = ["Composer", "empty_planes", "fade_share", "warp_into"]
