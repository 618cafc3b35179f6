"""Planes: a picture file as BT.709 limited-range YUV 4:2:0 at the size that the camera works on.

Each picture is scaled once, by Lanczos, to a little more than the closest window needs; every frame is then one
bilinear warp of it. Measured: 1.25 times as large as needed is 1 to 2 dB better than 1.0, and 2.0 aliases.

FFmpeg's scaler takes colours and size in one pass: 24 ms of CPU for 8 megapixels and 58.9 dB against scaling in
floating point, where Pillow's takes 140 ms and gives 55.9 dB.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from media_factory.errors import InputError, RenderError
from media_factory.rendering.kept import Kept
from media_factory.rendering.motion import Size
from media_factory.rendering.stills import rgb_of

Plane = NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]

MAX_PIXELS = 64_000_000
CACHE_BYTES = 192 << 20
OVERSAMPLING = 1.25
PICTURE_FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "GIF", "TIFF", "BMP")

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
# The same bytes on every processor, and chroma from all four pixels instead of from two.
_LANCZOS = Interpolation.LANCZOS | Interpolation.ACCURATE_RND | Interpolation.BITEXACT | Interpolation.FULL_CHR_H_INP
_BAND_ROWS = 64


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
    with _opened(path) as picture:
        picture.load()
        ImageOps.exif_transpose(picture, in_place=True)  # which copies nothing where it has nothing to turn
        return picture


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open a picture file, whose pixels are not read yet, and say of what goes wrong what `open_picture` says."""
    try:
        with Image.open(path, formats=PICTURE_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise InputError(f"picture of {picture.width}x{picture.height} is too large; 64 megapixels are allowed")
            yield picture
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
    upright = _upright(path)
    width, height = working_size((upright.width, upright.height), frame, zoom)
    try:
        scaled = upright.reformat(
            width=width,
            height=height,
            format="yuv420p",
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=_LANCZOS,
            threads=1,
        )
    except FFmpegError as exc:
        raise RenderError(f"picture {path.name} can't be scaled to {width}x{height}: {exc.strerror}") from exc
    return planes_of_frame(scaled)


def _upright(path: Path) -> VideoFrame:
    """Return a picture's pixels as a frame of 8-bit RGB."""
    with _opened(path) as picture:
        turned = picture.getexif().get(ExifTags.Base.Orientation, 1) != 1
        plain = picture.format == "JPEG" and picture.mode == "RGB" and not turned and "icc_profile" not in picture.info
    if plain:
        # The same decoder as Pillow's, and the same pixels, without Pillow's copies: 30 ms for 8 megapixels, not 65.
        decoded = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
        if decoded is not None:  # Pillow says what is wrong with a broken one
            return _frame_of([np.asarray(decoded, np.uint8)], decoded.shape[1], decoded.shape[0])
    rgb = rgb_of(open_picture(path))
    tops = range(0, rgb.height, _BAND_ROWS)
    # Band by band: at once, Pillow would hold all pixels twice more.
    bands = (np.asarray(rgb.crop((0, top, rgb.width, min(top + _BAND_ROWS, rgb.height)))) for top in tops)
    return _frame_of(bands, rgb.width, rgb.height)


def _frame_of(bands: Iterable[Plane], width: int, height: int) -> VideoFrame:
    """Return rows of RGB pixels as one frame; memory of numpy's is in large pages, which cost little to get."""
    room = np.empty((height + 1, width, 3), np.uint8)  # a scaler may read a little beyond the last row
    top = 0
    for band in bands:
        room[top : top + len(band)] = band
        top += len(band)
    return VideoFrame.from_numpy_buffer(room[:height], format="rgb24")


def planes_of_frame(frame: VideoFrame) -> Planes:
    """Return views of a yuv420p frame's own planes."""
    y, u, v = map(_view, frame.planes)
    return y, u, v


def _view(plane: VideoPlane) -> Plane:
    buffer: Any = plane
    return np.frombuffer(buffer, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]


def planes_of_rgb(rgb: NDArray[np.uint8]) -> Planes:
    """Return the planes of 8-bit RGB pixels of even width and height; each chroma sample is the mean of its four."""
    y, u, v = cv2.split(cv2.transform(rgb, BT709))
    half = (rgb.shape[1] // 2, rgb.shape[0] // 2)
    small_u, small_v = (cv2.resize(chroma, half, interpolation=cv2.INTER_AREA) for chroma in (u, v))
    return _bytes(y), _bytes(small_u), _bytes(small_v)


def _bytes(plane: cv2.typing.MatLike) -> Plane:
    return np.asarray(plane, dtype=np.uint8)


class PlaneCache:
    """The planes that were used last, up to a number of bytes; threads that ask for the same picture load it once.

    Args:
        max_bytes: what may be kept; one picture larger than that is kept until the next one comes.
    """

    def __init__(self, max_bytes: int = CACHE_BYTES) -> None:
        self._kept: Kept[Planes] = Kept(max_bytes, lambda planes: sum(plane.nbytes for plane in planes))

    @property
    def size_bytes(self) -> int:
        """Bytes of the planes that are kept now."""
        return self._kept.size_bytes

    def planes(self, digest: str, path: Path, frame: Size, zoom: float) -> Planes:
        """Return a picture's planes for a frame size and the camera's largest zoom.

        Raises:
            InputError: the picture has more than 64 million pixels.
            RenderError: it can't be read.
        """
        return self._kept.get((digest, frame, round(zoom, 6)), lambda: load_planes(path, frame, zoom))


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
    "planes_of_frame",
    "planes_of_rgb",
    "working_size",
]
