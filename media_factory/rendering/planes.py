"""Planes: a picture file as BT.709 limited-range YUV 4:2:0 at the size that the camera works on.

Each picture is scaled once, by Lanczos, to a little more than the closest window needs; every frame is then one
bilinear warp of it. Measured: 1.25 times as large as needed is 1 to 2 dB better than 1.0, and 2.0 aliases.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from concurrent.futures import Future
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from media_factory.errors import InputError, RenderError
from media_factory.rendering.motion import Size

Plane = NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]

MAX_PIXELS = 64_000_000
CACHE_BYTES = 192 << 20
OVERSAMPLING = 1.25
PICTURE_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP")

_KR, _KB = 0.2126, 0.0722
_KG = 1 - _KR - _KB
_LUMA, _CHROMA = 219 / 255, 224 / 255
# ITU-R BT.709-6, items 3.2 to 3.4: R'G'B' of 0 to 255 to Y'CbCr of 16 to 235 and 16 to 240.
BT709 = np.array(
    [
        [_KR * _LUMA, _KG * _LUMA, _KB * _LUMA, 16],
        [*(np.array([-_KR, -_KG, 1 - _KB]) * _CHROMA / (2 * (1 - _KB))), 128],
        [*(np.array([1 - _KR, -_KG, -_KB]) * _CHROMA / (2 * (1 - _KR))), 128],
    ],
    dtype=np.float32,
)


def working_size(image: Size, frame: Size, zoom: float, oversampling: float = OVERSAMPLING) -> Size:
    """Return the even width and height at which a picture is kept for a frame size and the camera's largest zoom."""
    scale = oversampling * zoom * max(frame[0] / image[0], frame[1] / image[1])
    scale = min(scale, math.sqrt(MAX_PIXELS / (image[0] * image[1])))
    width = max(2, round(image[0] * scale / 2) * 2)
    # Of the even sizes just below, the one that keeps the picture's shape best: a window is meant in the picture's own.
    spare = 6 if oversampling > 1 else 0
    sizes = [(w, max(2, round(w * image[1] / image[0] / 2) * 2)) for w in range(max(2, width - spare), width + 2, 2)]
    return min(sizes, key=lambda size: (abs(size[0] * image[1] / image[0] - size[1]), width - size[0]))


def open_picture(path: Path) -> Image.Image:
    """Return a picture file's first picture, decoded and upright, in its own mode.

    Raises:
        InputError: the picture has more than 64 million pixels.
        RenderError: it can't be read, or is of a kind that we don't read.
    """
    try:
        with Image.open(path, formats=PICTURE_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise InputError(f"picture of {picture.width}x{picture.height} is too large; 64 megapixels are allowed")
            return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError as exc:
        raise InputError("picture is too large; 64 megapixels are allowed") from exc
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as exc:
        raise RenderError(f"picture {path.name} can't be read: {exc}") from exc


def load_planes(path: Path, frame: Size, zoom: float) -> Planes:
    """Read a picture as Y, U and V planes at its working size: upright, without alpha (over white), chroma centred.

    Raises:
        InputError: the picture has more than 64 million pixels.
        RenderError: it can't be read, or is of a kind that we don't read.
    """
    upright = _rgb(open_picture(path))
    size = working_size(upright.size, frame, zoom)
    if upright.size != size:
        upright = upright.resize(size, Image.Resampling.LANCZOS)
    return planes_of_rgb(np.asarray(upright))


def planes_of_rgb(rgb: NDArray[np.uint8]) -> Planes:
    """Return the planes of 8-bit RGB pixels of even width and height; each chroma sample is the mean of its four."""
    y, u, v = cv2.split(cv2.transform(rgb, BT709))
    half = (rgb.shape[1] // 2, rgb.shape[0] // 2)
    small_u, small_v = (cv2.resize(chroma, half, interpolation=cv2.INTER_AREA) for chroma in (u, v))
    return _bytes(y), _bytes(small_u), _bytes(small_v)


def _bytes(plane: cv2.typing.MatLike) -> Plane:
    return np.asarray(plane, dtype=np.uint8)


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode == "I" or picture.mode.startswith("I;16"):
        # Pillow clips 16-bit grey at 255 instead of scaling it.
        return Image.fromarray((np.asarray(picture) >> 8).clip(0, 255).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, picture).convert("RGB")
    return picture.convert("RGB")


class PlaneCache:
    """The planes that were used last, up to a number of bytes; threads that ask for the same picture load it once.

    Args:
        max_bytes: what may be kept; one picture larger than that is kept until the next one comes.
    """

    def __init__(self, max_bytes: int = CACHE_BYTES) -> None:
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, Size, float], Future[Planes]] = OrderedDict()

    @property
    def size_bytes(self) -> int:
        """Bytes of the planes that are kept now."""
        with self._lock:
            return sum(map(_size, self._kept.values()))

    def planes(self, digest: str, path: Path, frame: Size, zoom: float) -> Planes:
        """Return a picture's planes for a frame size and the camera's largest zoom.

        Raises:
            InputError: the picture has more than 64 million pixels.
            RenderError: it can't be read.
        """
        key = (digest, frame, round(zoom, 6))
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            else:
                mine: Future[Planes] = Future()
                self._kept[key] = mine
        if found is not None:
            return found.result()
        try:
            loaded = load_planes(path, frame, zoom)
        except BaseException as exc:
            with self._lock:
                self._kept.pop(key, None)
            mine.set_exception(exc)
            raise
        mine.set_result(loaded)
        self._trim(key)
        return loaded

    def _trim(self, newest: tuple[str, Size, float]) -> None:
        with self._lock:
            total = sum(map(_size, self._kept.values()))
            for key in list(self._kept):
                if total <= self._max_bytes:
                    return
                # What is still being loaded has no size yet, and somebody waits for it.
                if key != newest and self._kept[key].done():
                    total -= _size(self._kept.pop(key))


def _size(kept: Future[Planes]) -> int:
    return sum(plane.nbytes for plane in kept.result()) if kept.done() and not kept.exception() else 0


__all__ = [
    "BT709",
    "CACHE_BYTES",
    "MAX_PIXELS",
    "OVERSAMPLING",
    "PICTURE_FORMATS",
    "Plane",
    "PlaneCache",
    "Planes",
    "load_planes",
    "open_picture",
    "planes_of_rgb",
    "working_size",
]
