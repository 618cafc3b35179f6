"""How much memory is taken by what is made beside a film, estimated from the sizes of its frames. Pure.

Measured at 1920x1080 and 3840x2160, MiB above the interpreter: smaller sizes 219 and 718, preview 81 and 171,
storyboard 69 and 160. Pictures in web sizes: 159 at 1350x2400, 550 at 8000x6000.
"""

from __future__ import annotations

from media_factory.delivery.extras_model import ImageSetRequest, PreviewRequest, RungsRequest, StoryboardRequest
from media_factory.rendering.footprint import FIXED_BYTES, pixels_of

# Bytes a pixel of the frame, or of the picture.
_RUNGS, _LOOKED_AT, _PICTURE = 100, 20, 12


def rungs_memory(request: RungsRequest) -> int:
    """Return how many bytes of memory the making of smaller sizes takes."""
    return FIXED_BYTES + pixels_of(request.segment.video) * _RUNGS


def film_pictures_memory(request: PreviewRequest | StoryboardRequest) -> int:
    """Return how many bytes of memory the making of a preview or a storyboard takes."""
    return FIXED_BYTES + pixels_of(request.master) * _LOOKED_AT


def image_set_memory(request: ImageSetRequest) -> int:
    """Return how many bytes of memory the making of a picture's web sizes takes."""
    return 2 * FIXED_BYTES + pixels_of(request.image) * _PICTURE


__all__ = ["film_pictures_memory", "image_set_memory", "rungs_memory"]
