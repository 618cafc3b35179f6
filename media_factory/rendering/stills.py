"""Stills: a picture of any mode as 8-bit sRGB, as its maker saw it."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms

from media_factory.errors import InputError

FLOATING = "the picture holds floating-point numbers; give one of 8 or 16 bits"
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
# A profile that moves no colour of a coarse grid by more than this is sRGB by another name, as most cameras write it.
_SAME_WITHIN = 2
_GRID = np.stack(np.meshgrid(*[np.arange(0, 256, 51)] * 3), axis=-1).reshape(1, -1, 3).astype(np.uint8)


def rgb_of(picture: Image.Image) -> Image.Image:
    """Return a decoded picture as RGB: its profile's colours in sRGB, 16 bits as 8, what is transparent over white.

    Raises:
        InputError: its values are floating-point numbers, which do not say what is white.
    """
    if picture.mode == "F":
        raise InputError(FLOATING)
    if picture.mode == "I" or picture.mode.startswith("I;16"):
        # Pillow clips 16-bit grey at 255 instead of scaling it.
        return Image.fromarray((np.asarray(picture) >> 8).clip(0, 255).astype(np.uint8)).convert("RGB")
    profile: bytes | None = picture.info.get("icc_profile")
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        coloured = _in_srgb(seen.convert("RGB"), profile)
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(coloured, mask=seen.getchannel("A"))
        return paper
    if picture.mode not in ("RGB", "CMYK", "L"):
        picture = picture.convert("RGB")
    return _in_srgb(picture, profile)


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a picture as RGB in sRGB; a profile that can't be used counts as none."""
    plain = picture if picture.mode == "RGB" else None
    if profile:
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turn = ImageCms.buildTransform(given, _SRGB, picture.mode, "RGB")
            if plain is None or not _changes_nothing(turn):
                return ImageCms.applyTransform(picture, turn) or picture
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return plain or picture.convert("RGB")


def _changes_nothing(turn: ImageCms.ImageCmsTransform) -> bool:
    turned = ImageCms.applyTransform(Image.fromarray(_GRID), turn)
    return int(np.abs(np.asarray(turned).astype(np.int16) - _GRID).max()) <= _SAME_WITHIN


__all__ = ["FLOATING", "rgb_of"]
