"""Transitions: how much of two pictures a frame shows, and where they lie, while one gives way to the other.

A picture that moves is warped once, at its place between pixels, so slides and zooms are as smooth as the camera.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from media_factory.rendering.model import Transition
from media_factory.rendering.motion import Rect, Size
from media_factory.rendering.planes import Plane, Planes, planes_of_rgb

# How much larger a zoom leaves the first picture than it was, and how much smaller the second one begins than it ends.
_GOING, _COMING = 1.6, 1.18
# The part of a zoom in which both pictures are seen: the second one's mirrored edges are gone before they show.
_SEEN_TOGETHER = (0.3, 0.8)
# Of the frame's side along which a wipe moves.
_SOFT_EDGE = 0.06


class Place(NamedTuple):
    """Where a picture lies in the frame: moved by pixels of the frame, grown about the frame's centre."""

    x_px: float = 0.0
    y_px: float = 0.0
    growth: float = 1.0


IN_PLACE = Place()


def fade_share(frame: int, frames: int) -> float:
    """Return how far a transition's frame is from the first shot to the second: even steps, never all or nothing."""
    return (frame + 1) / (frames + 1)


def smooth(share: float) -> float:
    """Return a share of 0 to 1 that starts and ends gently (the cubic smoothstep); what lies beyond is held."""
    held = min(1.0, max(0.0, share))
    return held * held * (3 - 2 * held)


def places(transition: Transition, share: float, size: Size) -> tuple[Place, Place]:
    """Return where the first and the second picture lie when a transition has come so far (0 to 1)."""
    moved = smooth(share)
    if transition.kind == "zoom":
        return Place(growth=_GOING**moved), Place(growth=_COMING ** (moved - 1))
    if transition.kind != "slide":
        return IN_PLACE, IN_PLACE
    way = -1 if transition.towards in ("left", "up") else 1
    width, height = size
    if transition.towards in ("left", "right"):
        return Place(x_px=way * moved * width), Place(x_px=way * (moved - 1) * width)
    return Place(y_px=way * moved * height), Place(y_px=way * (moved - 1) * height)


def placed(rect: Rect, place: Place, size: Size) -> Rect:
    """Return the part of a picture that fills the frame once the picture has moved to a place; it may lie beyond."""
    left, top, width, height = rect
    seen_w, seen_h = width / place.growth, height / place.growth
    return (
        left + (width - seen_w) / 2 - place.x_px * seen_w / size[0],
        top + (height - seen_h) / 2 - place.y_px * seen_h / size[1],
        seen_w,
        seen_h,
    )


def mix_into(first: Planes, second: Planes, transition: Transition, share: float) -> None:
    """Make a frame of two pictures that lie in their `places`; the first one's planes become the frame.

    Args:
        first: the picture that goes.
        second: the picture that comes, of the same size.
        transition: how.
        share: how far it has come, 0 (nothing but the first) to 1 (nothing but the second).
    """
    if transition.kind == "fade":
        _through_colour(first, second, colour_codes(transition.colour), share)
    elif transition.kind in ("slide", "wipe"):
        _along_an_edge(first, second, transition, share)
    else:
        since, until = _SEEN_TOGETHER if transition.kind == "zoom" else (0.0, 1.0)
        seen = (min(max(share, since), until) - since) / (until - since)
        for plane, other in zip(first, second, strict=True):
            cv2.addWeighted(plane, 1 - seen, other, seen, 0, dst=plane)


def colour_codes(colour: str) -> tuple[int, int, int]:
    """Return the BT.709 limited-range codes (Y, U, V) of a #rrggbb colour."""
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.uint8)
    y, u, v = planes_of_rgb(np.broadcast_to(rgb, (2, 2, 3)).copy())
    return int(y[0, 0]), int(u[0, 0]), int(v[0, 0])


def fill(planes: Planes, codes: tuple[int, int, int]) -> None:
    """Fill a frame with one colour."""
    for plane, code in zip(planes, codes, strict=True):
        plane[:] = code


def _through_colour(first: Planes, second: Planes, codes: tuple[int, int, int], share: float) -> None:
    seen, shown = abs(1 - 2 * share), first if share < 0.5 else second
    for plane, picture, code in zip(first, shown, codes, strict=True):
        cv2.convertScaleAbs(picture, dst=plane, alpha=seen, beta=(1 - seen) * code)


def _along_an_edge(first: Planes, second: Planes, transition: Transition, share: float) -> None:
    """Show the second picture on one side of an edge that moves across the frame."""
    axis = 1 if transition.towards in ("left", "right") else 0
    length = first[0].shape[axis]
    soft = _SOFT_EDGE * length if transition.kind == "wipe" else 0.0
    travelled = smooth(share) * (length + soft) - soft / 2
    behind = transition.towards in ("right", "down")
    edge = travelled if behind else length - travelled
    for index, (plane, other) in enumerate(zip(first, second, strict=True)):
        cover = _cover(plane.shape[axis], edge, soft, axis, is_chroma=index > 0)
        _lay(plane, other, 1 - cover if behind else cover, axis)


def _cover(samples: int, edge: float, soft: float, axis: int, *, is_chroma: bool) -> NDArray[np.float32]:
    """Return how much of each sample lies beyond an edge, which is hard (but never jagged) or soft."""
    # A chroma sample stands level with the left one of two luma samples, and between two rows.
    pitch, origin = ((2, 0.5) if axis == 1 else (2, 1.0)) if is_chroma else (1, 0.5)
    ramp = max(soft, pitch)
    share = np.clip((np.arange(samples) * pitch + origin - edge) / ramp + 0.5, 0, 1)
    return np.asarray(share * share * (3 - 2 * share) if soft else share, np.float32)


def _lay(plane: Plane, other: Plane, cover: NDArray[np.float32], axis: int) -> None:
    """Lay a picture over another where it covers rows or columns, wholly or in part."""
    for index in (np.flatnonzero(cover >= 1), np.flatnonzero((cover > 0) & (cover < 1))):
        if not index.size:
            continue
        run = slice(int(index[0]), int(index[-1]) + 1)
        where = (slice(None), run) if axis == 1 else (run, slice(None))
        share = cover[run] if axis == 1 else cover[run, None]
        below = plane[where].astype(np.float32)
        plane[where] = np.rint(below + share * (other[where] - below)).astype(np.uint8)


__all__ = ["IN_PLACE", "Place", "colour_codes", "fade_share", "fill", "mix_into", "placed", "places", "smooth"]
