"""Labelling: a badge drawn on a picture that stays as it is everywhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from media_factory.captions.cards import Badge
from media_factory.errors import InputError
from media_factory.rendering.inking import drawn_card
from media_factory.rendering.planes import open_picture
from media_factory.rendering.stills import rgb_of

Size = tuple[int, int]


def label_picture(source: Path, badge: Badge, target: Path) -> Size:
    """Write a picture with a badge on it as PNG and return its width and height; call it in a thread.

    Raises:
        InputError: the badge is for another size.
        RenderError: the picture can't be read.
        GlyphsMissing: no installed font can draw one of the words.
    """
    picture = rgb_of(open_picture(source))
    box = badge.style.box
    if box.x_px + box.width_px > picture.width or box.y_px + box.height_px > picture.height:
        raise InputError(f"label: it is made for a larger picture than one of {picture.width}x{picture.height} px")
    card = drawn_card(badge.lines, None, badge.style)
    place = (box.x_px, box.y_px, box.x_px + box.width_px, box.y_px + box.height_px)
    under = np.asarray(picture.crop(place), np.float32)
    ink, cover = np.moveaxis(card[:3], 0, -1) * 255, card[3][..., None]
    over = np.clip(np.rint(under * (1 - cover) + ink), 0, 255).astype(np.uint8)
    picture.paste(Image.fromarray(over), place)
    picture.save(target, "PNG")
    return picture.size


__all__ = ["label_picture"]
