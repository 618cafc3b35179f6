"""Renditions: a picture in the widths and formats that web pages choose from.

Settings are measured (`benchmarks/images.py`): every format reaches the SSIMULACRA2 of JPEG at 82, about 76 for
photographs and 77 for cards with type. WebP then takes 0.90 and 0.75 of JPEG's bytes, AVIF 0.67 and 0.38.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

from PIL import Image, ImageOps

from media_factory.delivery.extras_model import ImageFormat
from media_factory.errors import InputError, RenderError

# Pictures larger than this are refused before their pixels are unpacked.
_MOST_PIXELS = 8192 * 8192


class Rendition(NamedTuple):
    """One encoded size of a picture."""

    form: ImageFormat
    width_px: int
    height_px: int
    data: bytes


def settings(form: ImageFormat, *, lettered: bool) -> dict[str, Any]:
    """Return Pillow's options for a format, for pictures with type or without."""
    sampling = "4:4:4" if lettered else "4:2:0"
    if form == "jpeg":
        return {"quality": 82, "progressive": True, "optimize": True, "subsampling": sampling}
    if form == "webp":
        return {"quality": 90 if lettered else 86, "method": 4}
    return {"quality": 62 if lettered else 66, "speed": 7, "subsampling": sampling, "max_threads": 1}


def widths_for(width_px: int, widths: Sequence[int]) -> tuple[int, ...]:
    """Return the widths to make of a picture, rising: those asked for that it fills, never larger than itself.

    A picture that is narrower than the widest asked for comes in its own width too.
    """
    fitting = {width for width in widths if width <= width_px}
    return tuple(sorted(fitting | {min(width_px, max(widths))}))


def make_renditions(
    picture: Image.Image,
    widths: Sequence[int],
    formats: Sequence[ImageFormat],
    *,
    lettered: bool,
    stop: Event | None = None,
) -> Iterator[Rendition]:
    """Yield a picture in every format and width, smallest first within each format; work for a thread.

    Raises:
        RenderError: `stop` was set.
    """
    sizes = [_resized(picture, width) for width in widths_for(picture.width, widths)]
    for form in formats:
        for small in sizes:
            if stop is not None and stop.is_set():
                raise RenderError("making renditions was stopped")
            yield Rendition(form, small.width, small.height, encoded(small, form, **settings(form, lettered=lettered)))


def encoded(picture: Image.Image, form: ImageFormat, **options: Any) -> bytes:
    """Return a picture in a format; JPEG, which has no transparency, shows it on white."""
    if form == "jpeg" and picture.mode == "RGBA":
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture).convert("RGB")
    file = io.BytesIO()
    picture.save(file, form.upper(), **options)
    return file.getvalue()


def opened_picture(path: Path) -> Image.Image:
    """Return a file's picture upright, in RGB (RGBA where something shows through), without its metadata.

    Raises:
        InputError: it is no picture that we read, or has more than 67 million pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as file:
                if file.width * file.height > _MOST_PIXELS:
                    raise InputError(
                        f"{path.name} is {file.width}x{file.height}; at most {_MOST_PIXELS} pixels are read"
                    )
                upright = ImageOps.exif_transpose(file)
                picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise InputError(f"{path.name} is no picture that can be read: {exc}") from exc
    picture.info.clear()
    return picture


def _resized(picture: Image.Image, width: int) -> Image.Image:
    if width == picture.width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


__all__ = ["Rendition", "encoded", "make_renditions", "opened_picture", "settings", "widths_for"]
