"""Stills as Runway takes them: data URIs of at most 5 MiB."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from PIL import Image

from media_factory.providers.replies import checked_media_type

MOST_URI_CHARS = 5 * 1024 * 1024
# base64 makes four characters of three bytes; the rest is the URI's head.
_MOST_BYTES = (MOST_URI_CHARS - 64) * 3 // 4
_TAKEN = ("image/png", "image/jpeg", "image/webp")
_QUALITY = 92
_LEAST_SIDE_PX = 256


def data_uri(still: Path) -> str:
    """Return a picture as a data URI; one that is too large is made a JPEG, and smaller until it fits.

    Raises:
        BadReply: it is no picture.
    """
    data = still.read_bytes()
    media_type = checked_media_type(data, _TAKEN, "the store")
    if len(data) > _MOST_BYTES:
        data, media_type = _smaller(data), "image/jpeg"
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def _smaller(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as file:
        picture = file.convert("RGB")
    while True:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=_QUALITY)
        if buffer.tell() <= _MOST_BYTES or min(picture.size) <= _LEAST_SIDE_PX:
            return buffer.getvalue()
        width_px, height_px = picture.size
        picture = picture.resize((width_px * 3 // 4, height_px * 3 // 4), Image.Resampling.LANCZOS)


__all__ = ["MOST_URI_CHARS", "data_uri"]
