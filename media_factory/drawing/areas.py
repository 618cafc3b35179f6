"""Areas: where words may stand, and where a picture's weight should lie.

In 9:16 the platforms' own controls cover the top, the bottom and the right, and captions are burned in at 50 to 65 % of
the height: words of a card stand above that. In other shapes the lowest 30 % is left to captions.
"""

from __future__ import annotations

from dataclasses import dataclass

ZOOM = 1.06
"""How far the renderer may push into a picture while its words must stay in their area."""

_TALL = 0.68


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    def scaled(self, factor: float) -> Box:
        """Return the box times a factor, edge by edge."""
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    def holds(self, other: Box, slack: float = 0.5) -> bool:
        """Say whether another box lies inside this one."""
        return (
            other.left >= self.left - slack
            and other.top >= self.top - slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )


def is_tall(width: int, height: int) -> bool:
    """Say whether a picture is for phones held upright (narrower than about 2:3)."""
    return width / height < _TALL


def safe_areas(width: int, height: int) -> tuple[Box, ...]:
    """Return the areas in which words may stand on the screen, in pixels; what stands inside any one is safe."""
    if is_tall(width, height):
        # 1080 x 1920: x 120 to 960, but 780 beside the controls that begin at y 840; y 288 to 930.
        shares = [
            (120 / 1080, 288 / 1920, 960 / 1080, 840 / 1920),
            (120 / 1080, 288 / 1920, 780 / 1080, 930 / 1920),
        ]
    else:
        shares = [(0.083, 0.083, 0.917, 0.70)]
    return tuple(Box(left * width, top * height, right * width, bottom * height) for left, top, right, bottom in shares)


def text_areas(width: int, height: int) -> tuple[Box, ...]:
    """Return the safe areas less what a zoom into the picture about its centre would push out of them."""
    return tuple(_zoom_proof(box, width, height) for box in safe_areas(width, height))


def _zoom_proof(box: Box, width: int, height: int) -> Box:
    x, y = width / 2, height / 2
    return Box(
        max(box.left, x + (box.left - x) / ZOOM),
        max(box.top, y + (box.top - y) / ZOOM),
        min(box.right, x + (box.right - x) / ZOOM),
        min(box.bottom, y + (box.bottom - y) / ZOOM),
    )


def focus(width: int, height: int, *, words: bool, backwards: bool = False) -> tuple[float, float]:
    """Return where the weight of a picture lies, as shares of width and height: away from words if there are any.

    `backwards` says that the words begin on the right.
    """
    if not words:
        return 0.5, 0.56
    if is_tall(width, height):
        x, y = 0.53, 0.74
    else:
        x, y = (0.76, 0.60) if width > height * 1.2 else (0.62, 0.76)
    return (1 - x if backwards else x), y


__all__ = ["ZOOM", "Box", "focus", "is_tall", "safe_areas", "text_areas"]
