"""Placeholders: what a page shows until a picture is there, in about 30 bytes."""

from __future__ import annotations

import base64

import thumbhash
from PIL import Image

from media_factory.delivery.extras_model import Placeholder

# A ThumbHash keeps 7 waves per side at most: more pixels than this change nothing in it and cost time.
_LONG_SIDE_PX = 32


def placeholder_of(picture: Image.Image) -> Placeholder:
    """Return a picture's ThumbHash and its mean colour; what shows through counts as what lies on white."""
    small = picture.convert("RGBA")
    small.thumbnail((_LONG_SIDE_PX, _LONG_SIDE_PX), Image.Resampling.BOX)
    opaque = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
    mean = opaque.convert("RGB").resize((1, 1), Image.Resampling.BOX).tobytes()
    # The library fails on pictures that show something through (0.1.2), so it is given none.
    hashed = thumbhash.rgba_to_thumb_hash(opaque.width, opaque.height, list(opaque.tobytes()))
    return Placeholder(thumbhash=base64.b64encode(bytes(hashed)).decode(), colour=f"#{mean.hex()}")


__all__ = ["placeholder_of"]
