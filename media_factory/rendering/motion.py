"""Motion: slow camera moves over stills, smooth to the sub-pixel."""

from __future__ import annotations

import math
from random import Random
from typing import Literal

from media_factory.errors import InputError
from media_factory.rendering.model import Camera, Window

Size = tuple[int, int]
Move = Literal["push", "pull", "pan"]
NamedMove = Literal["still", "push", "pull", "pan-left", "pan-right", "tilt-up", "tilt-down"]
Rect = tuple[float, float, float, float]

MAX_ZOOM = 1.06
# Push in : pull out : pan, as editors of documentaries use them.
_SHARES: dict[Move, float] = {"push": 0.5, "pull": 0.2, "pan": 0.3}
# Speed at both ends of an eased move as a share of its mean speed: nothing stops dead.
_RESIDUAL = 0.15
# How far from the middle a move may lead, as a share of the room that there is: type near the edges stays in sight.
_DRIFT = 0.6
_PAN_PER_S = 0.03
# A move that was asked for by name is meant to be seen, whatever the theme's own pace.
_NAMED_ZOOM_PER_S, _NAMED_MOST_ZOOM, _NAMED_LEAST_ZOOM = 0.02, 1.10, 1.03
_NAMED_PAN_PER_S, _NAMED_LEAST_PAN = 0.035, 0.03


def move_for(index: int, seed: int) -> Move:
    """Return the kind of move of a film's shot: never the same twice running, in the long run 5 : 2 : 3."""
    if index < 0:
        raise InputError(f"shot {index}; shots count from 0")
    owed: dict[Move, float] = dict.fromkeys(_SHARES, 0.0)
    moves: list[Move] = []
    for place in range(index + 1):
        dice = Random(f"move:{seed}:{place}")  # noqa: S311 - variety, not secrecy
        whims = {move: dice.random() / 2 for move in _SHARES}
        for move, share in _SHARES.items():
            owed[move] += share
        chosen = max((move for move in _SHARES if move not in moves[-1:]), key=lambda move: owed[move] + whims[move])
        owed[chosen] -= 1
        moves.append(chosen)
    return moves[-1]


def camera_for(
    index: int,
    *,
    seed: int,
    zoom_per_s: float,
    duration_s: float,
    image: Size,
    frame: Size,
    max_zoom: float = MAX_ZOOM,
) -> Camera:
    """Return the camera of a film's shot, chosen by its place and the seed; the same for the same arguments.

    Args:
        index: the shot's place in the film, from 0.
        seed: chooses moves and directions.
        zoom_per_s: share of the picture that a push gains in a second; 0 keeps the camera still.
        duration_s: how long the shot is seen.
        image: width and height of the picture; only their ratio counts.
        frame: width and height of the frame; only their ratio counts.
        max_zoom: the most that a move may enlarge, 1 to 4; 1.06 suits pictures that carry type.

    Raises:
        InputError: an argument is out of range.
    """
    if not 1 <= max_zoom <= 4:
        raise InputError(f"max_zoom of {max_zoom}; 1 to 4 is allowed")
    if zoom_per_s < 0 or duration_s < 0 or min(*image, *frame) < 1:
        raise InputError("a camera needs a zoom and a duration of 0 or more, and sizes above 0")
    near = min(max_zoom, 1 + zoom_per_s * duration_s)
    if near == 1:
        return Camera(start=Window(zoom=1), end=Window(zoom=1))
    dice = Random(f"camera:{seed}:{index}")  # noqa: S311 - variety, not secrecy
    move = move_for(index, seed)
    if move == "pan":
        return _pan(dice, near, duration_s, _room(near, image, frame))
    room_x, room_y = _room(near, image, frame)
    # A picture that is wider or taller than the frame has room to spare on one axis; a push keeps to the subject.
    room_x, room_y = min(room_x, 1 - 1 / near), min(room_y, 1 - 1 / near)
    target = Window(
        zoom=near,
        x=0.5 + dice.uniform(-_DRIFT, _DRIFT) * room_x / 2,
        y=0.5 + dice.uniform(-_DRIFT, _DRIFT) * room_y / 2,
    )
    far = Window(zoom=1)
    return Camera(start=far, end=target) if move == "push" else Camera(start=target, end=far)


def named_camera(move: NamedMove, *, zoom_per_s: float, duration_s: float, image: Size, frame: Size) -> Camera:
    """Return the camera of a move that was asked for by name, about the picture's middle.

    A push or a pull changes the zoom by `zoom_per_s` (at least 2 %) a second, 3 to 10 % in all. A pan or a tilt
    travels 3.5 % of what is seen a second, 3 % at least and no farther than the picture goes; it comes nearer by up to
    10 % where the picture leaves it no room. "pan-left" turns the camera to the left: what is seen moves to the right.

    Args:
        move: the name.
        zoom_per_s: the theme's pace.
        duration_s: how long the shot is seen.
        image: width and height of the picture; only their ratio counts.
        frame: width and height of the frame; only their ratio counts.
    """
    far = Window(zoom=1)
    if move == "still":
        return Camera(start=far, end=far)
    if move in ("push", "pull"):
        grown = 1 + max(zoom_per_s, _NAMED_ZOOM_PER_S) * duration_s
        near = Window(zoom=min(_NAMED_MOST_ZOOM, max(_NAMED_LEAST_ZOOM, grown)))
        return Camera(start=far, end=near) if move == "push" else Camera(start=near, end=far)
    along = 0 if move in ("pan-left", "pan-right") else 1
    wished = max(_NAMED_LEAST_PAN, _NAMED_PAN_PER_S * duration_s)
    seen = 1 - _room(1, image, frame)[along]
    # What is seen and the way along it must fit into the picture: seen / zoom * (1 + wished) <= 1.
    zoom = min(_NAMED_MOST_ZOOM, max(1.0, seen * (1 + wished)))
    travel = min(wished * seen / zoom, _room(zoom, image, frame)[along])
    low, high = 0.5 - travel / 2, 0.5 + travel / 2
    begins, ends = (high, low) if move in ("pan-left", "tilt-up") else (low, high)
    if along == 0:
        return Camera(start=Window(zoom=zoom, x=begins), end=Window(zoom=zoom, x=ends))
    return Camera(start=Window(zoom=zoom, y=begins), end=Window(zoom=zoom, y=ends))


def _room(zoom: float, image: Size, frame: Size) -> tuple[float, float]:
    """Return how far a window can travel across a picture, as shares of the picture's width and height."""
    _, _, width, height = window_rect(Window(zoom=zoom), *image, *frame)
    return 1 - width / image[0], 1 - height / image[1]


def _pan(dice: Random, zoom: float, duration_s: float, room: tuple[float, float]) -> Camera:
    """Pan along the axis with more room, not faster than 3 % of the picture's visible part in a second."""
    along_x = room[0] >= room[1]
    free = max(room)
    travel = min(free * _DRIFT, _PAN_PER_S * duration_s * (1 - free))
    start, end = 0.5 - travel / 2, 0.5 + travel / 2
    if dice.random() < 0.5:
        start, end = end, start
    if along_x:
        return Camera(start=Window(zoom=zoom, x=start), end=Window(zoom=zoom, x=end))
    return Camera(start=Window(zoom=zoom, y=start), end=Window(zoom=zoom, y=end))


def window_at(camera: Camera, frame: int, of: int) -> Window:
    """Return the window at a shot's frame, of `of` frames in all.

    Zoom grows by equal factors; the centre moves with the window's size, so that one point of the picture stands still.

    Raises:
        InputError: the shot has no such frame.
    """
    if not 0 <= frame < of:
        raise InputError(f"frame {frame} of a shot of {of} frames")
    start, end = camera.start, camera.end
    share = eased(frame / (of - 1), camera.ease) if of > 1 else 0.0
    zoom = start.zoom * (end.zoom / start.zoom) ** share
    if start.zoom != end.zoom:
        share = (1 / zoom - 1 / start.zoom) / (1 / end.zoom - 1 / start.zoom)
    return Window(
        zoom=max(1.0, zoom),
        x=_between(start.x, end.x, share),
        y=_between(start.y, end.y, share),
    )


def eased(time: float, ease: Literal["linear", "sine"]) -> float:
    """Return how much of its way a move has gone at a share of its time, both 0 to 1."""
    if ease == "linear":
        return time
    return _RESIDUAL * time + (1 - _RESIDUAL) * (1 - math.cos(math.pi * time)) / 2


def _between(start: float, end: float, share: float) -> float:
    return min(1.0, max(0.0, start + (end - start) * share))


def window_rect(window: Window, image_w: int, image_h: int, out_w: int, out_h: int) -> Rect:
    """Return a window's left, top, width and height in pixels of the picture, kept inside it.

    Pixels are areas: the picture spans 0 to `image_w`, and its first pixel's centre lies at 0.5.
    """
    width = min(image_w, image_h * out_w / out_h) / window.zoom
    height = min(image_h, image_w * out_h / out_w) / window.zoom
    left = min(max(window.x * image_w - width / 2, 0.0), image_w - width)
    top = min(max(window.y * image_h - height / 2, 0.0), image_h - height)
    return left, top, width, height


__all__ = [
    "MAX_ZOOM",
    "Move",
    "NamedMove",
    "Rect",
    "Size",
    "camera_for",
    "eased",
    "move_for",
    "named_camera",
    "window_at",
    "window_rect",
]
