"""Compose: one frame of a segment, from pictures or clips, camera, transition and captions.

Planes of a frame follow H.264's default chroma siting: a chroma sample stands level with the left one of its luma
samples, and between the two rows. A picture's own chroma stands in the middle of its four pixels, so the two differ by
half a luma pixel sideways, which the warp makes good.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from media_factory.assets import Asset
from media_factory.captions.cards import CaptionSpan, CaptionStyle
from media_factory.errors import InputError
from media_factory.rendering.clips import ClipFrames
from media_factory.rendering.content import PLAIN_FROM, plain_share
from media_factory.rendering.model import Camera, ClipPart, Parallax, SegmentRequest, ShotSpan, Transition, Window
from media_factory.rendering.motion import Rect, Size, window_at, window_rect
from media_factory.rendering.parallax import Depth, load_depth, shift_at, warp_parallax
from media_factory.rendering.planes import OVERSAMPLING, Plane, PlaneCache, Planes
from media_factory.rendering.resample import Resampler
from media_factory.rendering.sprites import blend, caption_sprite
from media_factory.rendering.transitions import (
    IN_PLACE,
    Place,
    colour_codes,
    fade_share,
    fill,
    mix_into,
    placed,
    places,
)
from media_factory.timing import seconds_of

_WARP = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
_CACHE = PlaneCache()
# Multiples of the square root of 5 less 1 leave no large gaps between their fractions.
_PANNING = (5**0.5 - 1) / OVERSAMPLING


def empty_planes(size: Size) -> Planes:
    """Return planes of a frame's even size with nothing in them yet."""
    width, height = size
    half = (height // 2, width // 2)
    return np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8)


def warp_into(out: Planes, source: Planes, rect: Rect, *, mirrored: bool = False) -> None:
    """Fill a frame with the part of a picture that a rectangle names, in pixels of the picture's Y plane.

    What lies beyond the picture repeats its edge, or mirrors the picture.
    """
    left, top, width, height = rect
    rows, columns = out[0].shape
    step_x, step_y = width / columns, height / rows
    luma = np.array([[step_x, 0, left + step_x / 2 - 0.5], [0, step_y, top + step_y / 2 - 0.5]])
    chroma = np.array([[step_x, 0, (left + step_x / 2 - 1) / 2], [0, step_y, (top + step_y - 1) / 2]])
    for plane, base, matrix in zip(out, source, (luma, chroma, chroma), strict=True):
        _warp(plane, base, matrix, cv2.BORDER_REFLECT_101 if mirrored else cv2.BORDER_REPLICATE)


def _warp(out: Plane, base: Plane, matrix: cv2.typing.MatLike, border: int) -> None:
    size = (out.shape[1], out.shape[0])
    cv2.warpAffine(base, matrix, size, dst=out, flags=_WARP, borderMode=border)


class _Still:
    """A picture under the camera."""

    def __init__(self, shot: ShotSpan, planes: Planes) -> None:
        self._shot, self._planes, self._resampler = shot, planes, Resampler(planes)

    @property
    def plain(self) -> bool:
        return plain_share(self._planes[0]) >= PLAIN_FROM

    def draw(self, frame: int, out: Planes, place: Place) -> None:
        rect = _seen(self._shot, frame, self._planes, out, place)
        if place.growth < 1:
            warp_into(out, self._planes, rect, mirrored=True)
        else:
            self._resampler.fill(out, rect)


class _Deep:
    """A picture with a depth map, seen from a viewpoint that travels."""

    plain = False

    def __init__(self, shot: ShotSpan, parallax: Parallax, planes: Planes, depth: Depth) -> None:
        self._shot, self._parallax, self._planes, self._depth = shot, parallax, planes, depth

    def draw(self, frame: int, out: Planes, place: Place) -> None:
        rect = _seen(self._shot, frame, self._planes, out, place)
        shift = shift_at(self._shot, self._parallax, self._shot.first + frame, rect)
        warp_parallax(out, self._planes, self._depth, rect, shift)


class _Moving:
    """A clip under the camera."""

    plain = False

    def __init__(self, shot: ShotSpan, clip: ClipPart, rate: Fraction, frames: ClipFrames) -> None:
        self._shot, self._clip, self._rate, self._frames = shot, clip, rate, frames

    def draw(self, frame: int, out: Planes, place: Place) -> None:
        index = self._clip.first + self._shot.first + frame
        if self._clip.loop_frames is not None:
            index %= self._clip.loop_frames
        # Half a frame on, so that times which a container rounds never show the picture before.
        planes = self._frames.planes_at(seconds_of(2 * index + 1, 2 * self._rate))
        rect = _seen(self._shot, frame, planes, out, place)
        warp_into(out, planes, rect, mirrored=place.growth < 1)


class _Flat:
    """One colour, out of which a film's first picture comes."""

    plain = True

    def __init__(self, colour: str) -> None:
        self._codes = colour_codes(colour)

    def draw(self, frame: int, out: Planes, place: Place) -> None:  # noqa: ARG002
        fill(out, self._codes)


_Layer = _Still | _Deep | _Moving | _Flat


def _seen(shot: ShotSpan, frame: int, planes: Planes, out: Planes, place: Place) -> Rect:
    """Return the part of a picture that fills a segment's frame."""
    rows, columns = out[0].shape
    height, width = planes[0].shape
    window = window_at(shot.camera, shot.first + frame, shot.of)
    rect = window_rect(window, width, height, columns, rows)
    return rect if place == IN_PLACE else placed(rect, place, (columns, rows))


class Composer:
    """Makes the frames of one segment, in any order; not for two threads at once.

    Args:
        request: the segment.
        images: where the bytes of each picture, clip and depth map are, by digest.
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
        self._layers = [self._layer(shot, images, cache) for shot in request.shots]
        self._transition = request.transition or Transition()
        if request.transition is not None and len(request.shots) == 1:
            self._layers.insert(0, _Flat(self._transition.colour))
            if self._transition.kind == "fade":  # it is in the colour already
                self._transition = Transition()
        self._second = empty_planes(self.size) if len(self._layers) == 2 else None

    def _layer(self, shot: ShotSpan, images: Mapping[str, Path], cache: PlaneCache) -> _Layer:
        if shot.first + self._request.frames > shot.of:
            raise InputError(f"frames {shot.first} to {shot.first + self._request.frames} of a shot of {shot.of}")
        path, zoom = _path_of(shot.image, images), _largest_zoom(shot.camera)
        if shot.clip is not None:
            oversampling = 1.0 if shot.camera.start == shot.camera.end == Window(zoom=1) else OVERSAMPLING
            return _Moving(shot, shot.clip, self._request.rate, ClipFrames(path, self.size, zoom, oversampling))
        planes = cache.planes(shot.image.digest, path, self.size, zoom)
        if shot.parallax is None:
            return _Still(shot, planes)
        height, width = planes[0].shape
        depth = load_depth(_path_of(shot.parallax.depth, images), (width, height), shot.parallax.reach)
        return _Deep(shot, shot.parallax, planes, depth)

    @property
    def plain(self) -> bool:
        """Whether all that is seen are pictures of mostly plain areas, and none of them moves by itself."""
        return all(layer.plain for layer in self._layers)

    def draw(self, frame: int, out: Planes) -> None:
        """Fill `out` with a frame of the segment, counted from 0.

        Raises:
            InputError: the segment has no such frame.
            RenderError: a clip does not decode so far.
        """
        if not 0 <= frame < self._request.frames:
            raise InputError(f"frame {frame} of a segment of {self._request.frames} frames")
        if self._second is None:
            self._layers[0].draw(frame, out, IN_PLACE)
        else:
            share = fade_share(frame, self._request.frames)
            first, second = places(self._transition, share, self.size)
            self._layers[0].draw(frame, out, first)
            self._layers[1].draw(frame, self._second, second)
            mix_into(out, self._second, self._transition, share)
        for span in self._request.captions:
            if span.first <= frame < span.end:
                _caption(out, span, self._request.caption_style)
        if badge := self._request.badge:
            blend(out, caption_sprite(badge.lines, None, badge.style))


def _path_of(asset: Asset, images: Mapping[str, Path]) -> Path:
    try:
        return images[asset.digest]
    except KeyError as exc:
        raise InputError(f"no picture at hand for {asset.digest}") from exc


def _largest_zoom(camera: Camera) -> float:
    zoom = max(camera.start.zoom, camera.end.zoom)
    # A pan keeps one scale throughout; this one lets samples fall into place (see `resample`), which 5/4 never does.
    return zoom * _PANNING if camera.start.zoom == camera.end.zoom and camera.start != camera.end else zoom


def _caption(out: Planes, span: CaptionSpan, style: CaptionStyle | None) -> None:
    assert style is not None
    blend(out, caption_sprite(span.lines, span.active, style))


__all__ = ["Composer", "empty_planes", "warp_into"]
