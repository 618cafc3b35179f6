"""Caption sprites: cards drawn once, then blended into BT.709 frames as YUV 4:2:0 planes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from media_factory.captions.cards import CaptionStyle
from media_factory.errors import RenderError
from media_factory.rendering.inking import Layer, Lines, drawn_card
from media_factory.rendering.kept import Kept
from media_factory.rendering.planes import BT709, Plane, Planes

# Coverage that still rounds to one code value.
_LEAST = 0.5 / 255
# Red, green, blue (all times coverage) and coverage, each 0 to 1.
_PREMULTIPLIED = BT709 * np.array([255, 255, 255, 1], np.float32)
_THREE_ACROSS, _ONE_DOWN = np.array([0.25, 0.5, 0.25], np.float32), np.ones(1, np.float32)


@dataclass(frozen=True, eq=False)
class Sprite:
    """A picture to be laid over frames; place, width and height are even numbers of pixels.

    `y`, `u` and `v` are premultiplied BT.709 limited-range planes; `inv_y` and `inv_c` say how much of the frame's luma
    and chroma shines through, 0 to 255.
    """

    x_px: int
    y_px: int
    inv_y: Plane
    y: Plane
    inv_c: Plane
    u: Plane
    v: Plane

    @property
    def width_px(self) -> int:
        """Pixels across."""
        return int(self.y.shape[1])

    @property
    def height_px(self) -> int:
        """Pixels down."""
        return int(self.y.shape[0])

    @property
    def size_bytes(self) -> int:
        """What it takes in memory."""
        return sum(plane.nbytes for plane in (self.inv_y, self.y, self.inv_c, self.u, self.v))


# At 1080x1920 all cards of several shots; at 7680x4320 a line in all its lights.
_SPRITES: Kept[Sprite] = Kept(96 << 20, lambda sprite: sprite.size_bytes)


def caption_sprite(lines: Lines, active: int | None, style: CaptionStyle) -> Sprite:
    """Return a card as a sprite, with the word at index `active` (in reading order) lit as the style says.

    Args:
        lines: written words, as in a `CaptionSpan`.
        active: the lit word, or None.
        style: where and how it is drawn; the top line stands at the same height on every card.

    Raises:
        GlyphsMissing: no installed font can draw one of the words.
        RenderError: nothing of the card lies in the box.
    """
    return _sprite(lines, None if style.highlight == "none" else active, style)


def _sprite(lines: Lines, active: int | None, style: CaptionStyle) -> Sprite:
    return _SPRITES.get((lines, active, style), lambda: _as_sprite(drawn_card(lines, active, style), style))


def blend(planes: Planes, sprite: Sprite) -> None:
    """Lay a sprite over a frame's Y, U and V planes, in place; accurate to one code value.

    Raises:
        RenderError: the sprite reaches beyond the frame.
    """
    y_plane, u_plane, v_plane = planes
    height, width = y_plane.shape
    if sprite.y_px + sprite.height_px > height or sprite.x_px + sprite.width_px > width:
        raise RenderError(
            f"a caption of {sprite.width_px}x{sprite.height_px} px at {sprite.x_px},{sprite.y_px} reaches beyond"
            f" a frame of {width}x{height} px; give a caption box that lies in it"
        )
    _lay(y_plane, sprite.x_px, sprite.y_px, sprite.inv_y, sprite.y)
    _lay(u_plane, sprite.x_px // 2, sprite.y_px // 2, sprite.inv_c, sprite.u)
    _lay(v_plane, sprite.x_px // 2, sprite.y_px // 2, sprite.inv_c, sprite.v)


def _lay(plane: Plane, x: int, y: int, inverse: Plane, premultiplied: Plane) -> None:
    height, width = inverse.shape
    region = plane[y : y + height, x : x + width]
    cv2.multiply(region, inverse, dst=region, scale=1 / 255)
    cv2.add(region, premultiplied, dst=region)


def _as_sprite(card: Layer, style: CaptionStyle) -> Sprite:
    """Return a card, drawn over its box, in YUV, cropped to what is seen and to even pixels."""
    box = style.box
    odd = tuple(
        (before, (before + length) % 2)
        for before, length in zip((box.y_px % 2, box.x_px % 2), card.shape[1:], strict=True)
    )
    if any(map(any, odd)):
        card = np.pad(card, ((0, 0), *odd))
    rows, columns = (np.nonzero(card[3].max(axis=axis) >= _LEAST)[0] // 2 * 2 for axis in (1, 0))
    if not rows.size:
        raise RenderError("a caption has no ink in its box; give a box that is larger than the type")
    y, x = int(rows[0]), int(columns[0])
    seen = (slice(y, int(rows[-1]) + 2), slice(x, int(columns[-1]) + 2))
    inks = [plane[seen] for plane in card]
    planes, cover = cv2.split(cv2.transform(cv2.merge(inks), _PREMULTIPLIED)), inks[3]
    halved = _halved(cover)
    return Sprite(
        x_px=box.x_px // 2 * 2 + x,
        y_px=box.y_px // 2 * 2 + y,
        inv_y=_bytes(255 * (1 - cover)),
        y=_bytes(planes[0]),
        inv_c=_bytes(255 * (1 - halved)),
        u=_bytes(_halved(planes[1])),
        v=_bytes(_halved(planes[2])),
    )


def _halved(plane: cv2.typing.MatLike) -> Layer:
    """Return a plane at half size, sited as H.264's chroma is: level with the left column, between two rows."""
    rows = (plane[0::2] + plane[1::2]) / 2
    blurred = cv2.sepFilter2D(rows, -1, _THREE_ACROSS, _ONE_DOWN, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(blurred[:, ::2], np.float32)


def _bytes(plane: cv2.typing.MatLike) -> Plane:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8)


__all__ = ["Sprite", "blend", "caption_sprite"]
