"""Parallax: a still seen from a viewpoint that travels, by a depth map that says what is near.

What is near moves more than what is far. The map's steps are softened on their far side, so that near things keep their
shape and what they uncover is filled by stretching the ground beside them.
"""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from media_factory.errors import InputError
from media_factory.rendering.model import Camera, Parallax, ShotSpan, Window
from media_factory.rendering.motion import Rect, Size, eased
from media_factory.rendering.planes import Planes, open_picture

Depth = NDArray[np.float32]

# The depth that stands still: what is farther moves the other way, a third as much as the nearest part.
_STILL_DEPTH = 0.25
# How far the viewpoint rises in the middle of its way, as a share of half the way.
_ARC = 0.35
_PER_S, _LEAST, _MOST = 0.012, 0.02, 0.05
_PUSH = 1.03
# A step of the map must not be steeper than the shift that it causes, or the ground would fold over itself.
_SOFTENING = 0.55
_ROUNDS = 4
_SHAPE_TOLERANCE = 0.02


def parallax_for(duration_s: float) -> float:
    """Return the reach of a shot's parallax, as a share of the frame's width: 1.2 % a second, 2 to 5 %."""
    return min(_MOST, max(_LEAST, _PER_S * duration_s))


def parallax_camera(reach: float) -> Camera:
    """Return the camera that goes with a parallax: near enough that no edge shows, and coming a little nearer."""
    margin = 1 + 2 * (1 - _STILL_DEPTH) * reach
    return Camera(start=Window(zoom=margin), end=Window(zoom=margin * _PUSH))


def viewpoint(frame: int, of: int, camera: Camera) -> tuple[float, float]:
    """Return where on its arc the viewpoint is: across from -0.5 to 0.5, and up (negative) in the middle."""
    along = eased(frame / (of - 1), camera.ease) - 0.5 if of > 1 else 0.0
    return along, -_ARC * (0.25 - along * along) * 2


def load_depth(path: Path, planes_size: Size, reach: float) -> Depth:
    """Return a depth map, 0 (far) to 1 (near), at half the size of a picture's luma plane.

    Its own darkest and brightest parts count as 0 and 1; one of a single brightness is all at the depth that stands
    still.

    Raises:
        InputError: the map has another shape than the picture, or more than 64 million pixels.
        RenderError: it can't be read.
    """
    picture = open_picture(path)
    width, height = planes_size
    if abs(math.log(picture.width / picture.height * height / width)) > _SHAPE_TOLERANCE:
        raise InputError(f"a depth map of {picture.width}x{picture.height} does not have its picture's shape")
    # Kept whole: 16 bits of depth must not become 8.
    grey = picture if picture.mode in ("I", "F") or picture.mode.startswith("I;16") else picture.convert("L")
    values = np.asarray(grey, np.float32)
    low, high = (float(np.percentile(values, share)) for share in (0.5, 99.5))
    half = (width // 2, height // 2)
    if high <= low:
        return np.full((half[1], half[0]), _STILL_DEPTH, np.float32)
    scaled = cv2.resize((values - low) / (high - low), half, interpolation=cv2.INTER_AREA)
    return _softened(np.clip(scaled, 0, 1).astype(np.float32), reach * half[0] / 2)


def _softened(depth: Depth, shift_px: float) -> Depth:
    sigma = max(1.0, _SOFTENING * shift_px)
    around = 2 * math.ceil(1.5 * sigma) + 1
    grown = cv2.dilate(depth, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (around, around)))
    return np.asarray(cv2.GaussianBlur(grown, (0, 0), sigmaX=sigma, borderType=cv2.BORDER_REPLICATE), np.float32)


def warp_parallax(out: Planes, source: Planes, depth: Depth, rect: Rect, shift_px: tuple[float, float]) -> None:
    """Fill a frame with the part of a picture that a rectangle names, each point moved by its depth.

    Args:
        out: the frame's planes.
        source: the picture's planes.
        depth: its map, as `load_depth` gives it.
        rect: left, top, width and height in pixels of the picture's Y plane.
        shift_px: how far (across, down) the nearest points move beyond the farthest, in pixels of that plane.
    """
    left, top, width, height = rect
    rows, columns = out[0].shape
    step_x, step_y = width / columns, height / rows
    # Chroma samples stand level with the left luma sample, and between two rows; the map and the picture's own chroma
    # stand in the middle of their four pixels.
    across = (left + step_x * (2 * np.arange(columns // 2) + 0.5)) / 2 - 0.5
    down = (top + step_y * (2 * np.arange(rows // 2) + 1)) / 2 - 0.5
    nearness = _nearness(depth, across, down, shift_px)
    _remap(out[1:], source[1:], across, down, nearness, (shift_px[0] / 2, shift_px[1] / 2))
    fine = cv2.warpAffine(
        nearness,
        np.array([[0.5, 0, 0], [0, 0.5, -0.25]]),
        (columns, rows),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    luma_across = left + step_x * (np.arange(columns) + 0.5) - 0.5
    luma_down = top + step_y * (np.arange(rows) + 0.5) - 0.5
    _remap(out[:1], source[:1], luma_across, luma_down, np.asarray(fine, np.float32), shift_px)


def _nearness(
    depth: Depth, across: NDArray[np.float64], down: NDArray[np.float64], shift_px: tuple[float, float]
) -> Depth:
    """Return, for each point of the frame, how near that is which is seen there: a fixed point, found by repeating."""
    nearness = np.zeros((down.size, across.size), np.float32)
    for _ in range(_ROUNDS):
        maps = _maps(across, down, nearness, (shift_px[0] / 2, shift_px[1] / 2))
        nearness = np.asarray(
            cv2.remap(depth, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) - _STILL_DEPTH, np.float32
        )
    return nearness


def _remap(
    out: tuple[NDArray[np.uint8], ...],
    source: tuple[NDArray[np.uint8], ...],
    across: NDArray[np.float64],
    down: NDArray[np.float64],
    nearness: Depth,
    shift_px: tuple[float, float],
) -> None:
    maps = _maps(across, down, nearness, shift_px)
    for plane, base in zip(out, source, strict=True):
        cv2.remap(base, *maps, cv2.INTER_LINEAR, dst=plane, borderMode=cv2.BORDER_REFLECT_101)


def _maps(
    across: NDArray[np.float64], down: NDArray[np.float64], nearness: Depth, shift_px: tuple[float, float]
) -> tuple[Depth, Depth]:
    """Return where in the picture each point of the frame comes from."""
    return (
        across.astype(np.float32)[None, :] - np.float32(shift_px[0]) * nearness,
        down.astype(np.float32)[:, None] - np.float32(shift_px[1]) * nearness,
    )


def shift_at(shot: ShotSpan, parallax: Parallax, frame: int, rect: Rect) -> tuple[float, float]:
    """Return how far the nearest points have moved beyond the farthest at a shot's frame, in the picture's pixels."""
    across, down = viewpoint(frame, shot.of, shot.camera)
    reach_px = parallax.reach * rect[2]
    return across * reach_px, down * reach_px


__all__ = ["Depth", "load_depth", "parallax_camera", "parallax_for", "shift_at", "viewpoint", "warp_parallax"]
