"""Footage: the pictures, clips and depth maps that a user points at, looked through before anything is made of them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PIL import Image, UnidentifiedImageError

from media_factory.assets import Asset
from media_factory.errors import InputError, RenderError
from media_factory.model import Model
from media_factory.rendering.clips import ClipFacts, inspect_clip
from media_factory.rendering.planes import MAX_PIXELS, PICTURE_FORMATS
from media_factory.rendering.stills import FLOATING
from media_factory.store.base import AssetStore
from media_factory.store.intake import take_in

_UNKNOWN = "application/octet-stream"
_NOT_SHOWABLE = (
    "the file is no picture (PNG, JPEG, WebP, AVIF, TIFF, BMP) or clip (MP4, MOV, WebM, MKV, GIF) that can be shown"
)
_SHAPE_TOLERANCE = 0.02
# JPEG decodes to an eighth of its size in a fraction of the time, and is read to its end all the same.
_DRAFT_PX = (64, 64)
_SIDEWAYS = (5, 6, 7, 8)
_ORIENTATION = 0x0112


class PointedAt(Protocol):
    """A shot of a brief, as far as it points at files."""

    @property
    def image(self) -> str | None:
        """Path or URL of the picture or clip, if one is given."""

    @property
    def depth(self) -> str | None:
        """Path or URL of the depth map."""


class Footage(Model):
    """A still or a clip (`clip` says how long it lasts) with its upright size, and the depth map of a still."""

    image: Asset
    clip: ClipFacts | None = None
    depth: Asset | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.width_px or 1, self.image.height_px or 1


async def take_in_footage(shots: Sequence[PointedAt], store: AssetStore) -> tuple[Footage, ...]:
    """Copy what shots point at into the store and return what each of them holds; a file is looked through once.

    Shots that point at no picture or clip are passed over.

    Raises:
        InputError: a file can't be read, is neither picture nor clip, or is too large; the message names the field.
    """
    seen: dict[str, Footage] = {}
    found: list[Footage] = []
    for index, shot in enumerate(shots):
        if shot.image is None:
            continue
        field = f"shots[{index}].image"
        if shot.image not in seen:
            seen[shot.image] = await _taken_in(shot.image, field, store)
        footage = seen[shot.image]
        if shot.depth is not None:
            depth = await _depth_of(shot.depth, footage, f"shots[{index}].depth", store)
            footage = footage.model_copy(update={"depth": depth})
        found.append(footage)
    return tuple(found)


async def _taken_in(location: str, field: str, store: AssetStore, *, depth: bool = False) -> Footage:
    asset = await take_in(location, field, _UNKNOWN, store)
    path = await store.fetch(asset)
    try:
        return await asyncio.to_thread(_looked_through, asset, path, depth)
    except InputError as problem:
        raise InputError(f"{field}: {problem}") from problem
    except RenderError as problem:
        raise InputError(f"{field}: {_NOT_SHOWABLE}") from problem


async def _depth_of(location: str, footage: Footage, field: str, store: AssetStore) -> Asset:
    if footage.clip is not None:
        raise InputError(f"{field}: a clip takes no depth map; leave it out")
    depth = await _taken_in(location, field, store, depth=True)
    (width, height), (wide, high) = depth.size, footage.size
    if depth.clip is not None:
        raise InputError(f"{field}: the file is a clip; a grey picture is needed")
    if abs(math.log(width / height * high / wide)) > _SHAPE_TOLERANCE:
        raise InputError(f"{field}: the map is {width}x{height}, the picture {wide}x{high}; give one of the same shape")
    return depth.image


def _looked_through(asset: Asset, path: Path, depth: bool) -> Footage:
    still = _still_facts(path, depth)
    if still is not None:
        media_type, width_px, height_px = still
        facts = {"media_type": media_type, "width_px": width_px, "height_px": height_px}
        return Footage(image=asset.model_copy(update=facts))
    clip = inspect_clip(path)
    facts = clip.model_dump(include={"media_type", "width_px", "height_px", "duration_s"})
    return Footage(image=asset.model_copy(update=facts), clip=clip)


def _still_facts(path: Path, depth: bool) -> tuple[str, int, int] | None:
    """Return a still's media type and upright size, having decoded all of it; None if it is no still.

    Raises:
        InputError: it has more than 64 million pixels, or is no depth map and holds floating-point numbers.
        RenderError: it is a picture, and broken.
    """
    try:
        picture = Image.open(path, formats=PICTURE_FORMATS)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return None
    except Image.DecompressionBombError as exc:
        raise InputError("the picture is too large; 64 megapixels are allowed") from exc
    with picture:
        if picture.format == "GIF" and getattr(picture, "n_frames", 1) > 1:
            return None
        width, height = picture.size
        if width * height > MAX_PIXELS:
            raise InputError(f"the picture has {width}x{height} pixels; 64 megapixels are allowed")
        if picture.mode == "F" and not depth:
            raise InputError(FLOATING)
        media_type = Image.MIME.get(picture.format or "", _UNKNOWN)
        try:
            if picture.getexif().get(_ORIENTATION) in _SIDEWAYS:
                width, height = height, width
            picture.draft("RGB", _DRAFT_PX)
            picture.load()
        except (OSError, SyntaxError, ValueError) as exc:
            raise RenderError(f"the picture is broken: {exc}") from exc
    return media_type, width, height


__all__ = ["Footage", "PointedAt", "take_in_footage"]
