"""Placeholders: what a page shows until a picture is there, in about 30 bytes."""

from __future__ import annotations

import base64
from pathlib import Path

import thumbhash
from PIL import Image, ImageOps

from media_factory.results import Placeholder

# A ThumbHash keeps 7 waves per side at most: more pixels than this change nothing in it and cost time.
_LONG_SIDE_PX = 32


def placeholder_of(picture: Image.Image) -> Placeholder:
    """Return a picture's ThumbHash and its mean colour; what shows through counts as what lies on white."""
    # What has channels of its own is made small first, which is faster.
    small = picture if picture.mode in ("RGB", "L") else picture.convert("RGBA")
    if max(small.size) > _LONG_SIDE_PX:
        small = ImageOps.contain(small, (_LONG_SIDE_PX, _LONG_SIDE_PX), Image.Resampling.BOX)
    small = small.convert("RGBA")
    opaque = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
    mean = opaque.convert("RGB").resize((1, 1), Image.Resampling.BOX).tobytes()
    # The library fails on pictures that show something through (0.1.2), so it is given none.
    hashed = thumbhash.rgba_to_thumb_hash(opaque.width, opaque.height, list(opaque.tobytes()))
    return Placeholder(thumbhash=base64.b64encode(bytes(hashed)).decode(), colour=f"#{mean.hex()}")


def placeholder_in(path: Path) -> Placeholder:
    """Return the placeholder of a picture file that we made."""
    with Image.open(path) as picture:
        picture.draft("RGB", (_LONG_SIDE_PX, _LONG_SIDE_PX))
        return placeholder_of(picture)


__all__ = ["placeholder_in", "placeholder_of"]
