"""Shapes: which aspects, sizes and lengths the models behind ElevenLabs' flows take, and the nearest to what is asked.

From the vendor's OpenAPI file of 2026-08-22 and, for the models that are younger, from its SDK 2.78.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from media_factory.errors import InvalidRequest

_GPT_ASPECTS = "1:1 4:5 5:4 3:4 4:3 2:3 3:2 1:2 2:1 9:16 16:9 21:9 1:3 3:1"
_GEMINI_ASPECTS = "1:1 2:3 3:2 3:4 4:3 4:5 5:4 9:16 16:9 21:9"
_SEEDREAM_ASPECTS = "1:1 3:4 4:3 9:16 16:9"
_SEEDANCE_ASPECTS = "1:1 3:4 4:3 9:16 16:9 21:9"
# Pixels of a square picture's side, as the makers of the models count them.
_SIDES_PX = {"512": 512, "1K": 1024, "2K": 2048, "3K": 3072, "4K": 4096}
# Pixels of a clip's shorter side.
_LINES = {"480p": 480, "720p": 720, "1080p": 1080, "4k": 2160, "4K": 2160}
# A picture that lacks so little of the asked area is enlarged without anybody seeing it.
_SLACK = 0.9


class ImageShapes(NamedTuple):
    """What a picture model takes; sizes in rising order, none where it has only one."""

    aspects: str
    sizes: tuple[str, ...] = ()
    seed: bool = False


class ClipShapes(NamedTuple):
    """What a clip model takes; durations in seconds, rising."""

    aspects: str
    sizes: tuple[str, ...]
    durations_s: tuple[int, ...]
    aspect_with_still: bool = True


IMAGES = {
    "gemini-3.1-flash-image": ImageShapes(f"{_GEMINI_ASPECTS} 1:4 4:1 1:8 8:1", ("512", "1K", "2K", "4K")),
    "gemini-3.1-flash-lite-image": ImageShapes(_GEMINI_ASPECTS, ("1K",)),
    "gemini-3-pro-image": ImageShapes(_GEMINI_ASPECTS, ("1K", "2K", "4K")),
    "gemini-2.5-flash-image": ImageShapes("1:1 2:3 3:2 3:4 4:3 4:5 5:4 9:16 16:9 21:9"),
    "gpt-image-2": ImageShapes(_GPT_ASPECTS, ("1K", "2K", "4K")),
    "gpt-image-2.5-flare": ImageShapes(_GPT_ASPECTS, ("1K", "2K", "4K")),
    "gpt-image-2.5-sunburst": ImageShapes(_GPT_ASPECTS, ("1K", "2K", "4K")),
    "gpt-image-1.5": ImageShapes("1:1 3:2 2:3"),
    "bytedance-seedream-5-lite": ImageShapes(_SEEDREAM_ASPECTS, ("2K", "3K"), seed=True),
    "bytedance-seedream-5-pro": ImageShapes(_SEEDREAM_ASPECTS, ("1K", "2K"), seed=True),
}
_FOUR_TO_FIFTEEN = tuple(range(4, 16))
CLIPS = {
    "veo-3.1-generate-001": ClipShapes("16:9 9:16", ("720p", "1080p", "4K"), (4, 6, 8)),
    "veo-3.1-fast-generate-001": ClipShapes("16:9 9:16", ("720p", "1080p", "4K"), (4, 6, 8)),
    "bytedance-seedance-v2": ClipShapes(_SEEDANCE_ASPECTS, ("480p", "720p", "1080p", "4k"), _FOUR_TO_FIFTEEN),
    "bytedance-seedance-v2-fast": ClipShapes(_SEEDANCE_ASPECTS, ("480p", "720p"), _FOUR_TO_FIFTEEN),
    "bytedance-seedance-v2-mini": ClipShapes(_SEEDANCE_ASPECTS, ("480p", "720p"), _FOUR_TO_FIFTEEN),
    "bytedance-seedance-v2.5": ClipShapes(
        _SEEDANCE_ASPECTS, ("480p", "720p", "1080p"), tuple(range(4, 31)), aspect_with_still=False
    ),
}


def nearest_aspect(aspects: str, width_px: int, height_px: int) -> str:
    """Return the aspect of a list that is nearest to a size's, by ratio.

    >>> nearest_aspect("1:1 16:9 9:16", 1920, 1080)
    '16:9'
    """
    asked = math.log(width_px / height_px)

    def distance(aspect: str) -> float:
        wide, high = map(int, aspect.split(":"))
        return abs(math.log(wide / high) - asked)

    return min(aspects.split(), key=distance)


def picture_size(sizes: tuple[str, ...], width_px: int, height_px: int) -> str | None:
    """Return the smallest size with the area that is asked for, else the largest; None where there is no choice.

    >>> picture_size(("1K", "2K", "4K"), 1920, 1080)
    '2K'
    """
    enough = (size for size in sizes if _SIDES_PX[size] ** 2 >= _SLACK * width_px * height_px)
    return next(enough, sizes[-1] if sizes else None)


def clip_size(sizes: tuple[str, ...], width_px: int, height_px: int) -> str:
    """Return the smallest size whose shorter side is as long as that of the asked one, else the largest.

    >>> clip_size(("480p", "720p", "1080p"), 1280, 720)
    '720p'
    """
    asked = min(width_px, height_px)
    return next((size for size in sizes if _LINES[size] >= _SLACK * asked), sizes[-1])


def clip_duration_s(model: str, shapes: ClipShapes, duration_s: float) -> int:
    """Return the shortest length of a model that is long enough.

    Raises:
        InvalidRequest: it has none so long.
    """
    found = next((one for one in shapes.durations_s if one >= duration_s), None)
    if found is None:
        raise InvalidRequest(
            f"{model} makes clips of {shapes.durations_s[-1]} s at most; {duration_s:g} s was asked for"
        )
    return found


__all__ = [
    "CLIPS",
    "IMAGES",
    "ClipShapes",
    "ImageShapes",
    "clip_duration_s",
    "clip_size",
    "nearest_aspect",
    "picture_size",
]
