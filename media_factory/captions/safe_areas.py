"""Safe areas: the part of a frame that no platform's own interface covers."""

from __future__ import annotations

from collections.abc import Iterable

from media_factory.briefs.destinations import DESTINATIONS
from media_factory.briefs.fields import Destination
from media_factory.briefs.publishing import SafeMargins
from media_factory.captions.cards import CaptionBox

TALL_FROM, WIDE_TO = 1.5, 0.7
"""Height over width from which a frame is tall, and up to which it is wide; between them it is near a square."""

# Margins are told for this frame.
_WIDTH_PX, _HEIGHT_PX = 1080, 1920
# The share of a frame that captions may take (BBC Subtitle Guidelines; 4:5 is in no guide and is taken as a square).
_WIDE_AREA, _SQUARE_AREA = (0.75, 0.90), (0.90, 0.90)


def safe_box(destinations: Iterable[Destination], width_px: int, height_px: int) -> CaptionBox:
    """Return where words may stand on frames that are published at these destinations.

    Tall frames for one known platform take what it leaves free; for several, for others and for none it is what every
    known platform leaves free (x 120 to 780, y 288 to 1248 of 1080 x 1920). Other frames take captions' safe area.
    """
    if height_px >= TALL_FROM * width_px:
        return _tall_box(destinations, width_px, height_px)
    across, down = _WIDE_AREA if height_px <= WIDE_TO * width_px else _SQUARE_AREA
    width, height = round(across * width_px), round(down * height_px)
    return CaptionBox(x_px=(width_px - width) // 2, y_px=(height_px - height) // 2, width_px=width, height_px=height)


def _tall_box(destinations: Iterable[Destination], width_px: int, height_px: int) -> CaptionBox:
    asked = {name: DESTINATIONS[name].margins for name in destinations}
    alone = next(iter(asked.values())) if len(asked) == 1 else None
    every = [spec.margins for spec in DESTINATIONS.values() if spec.margins]
    left, right, top, bottom = _covered([alone] if alone else every)
    return CaptionBox(
        x_px=round(left / _WIDTH_PX * width_px),
        y_px=round(top / _HEIGHT_PX * height_px),
        width_px=round((_WIDTH_PX - left - right) / _WIDTH_PX * width_px),
        height_px=round((_HEIGHT_PX - top - bottom) / _HEIGHT_PX * height_px),
    )


def _covered(margins: Iterable[SafeMargins]) -> tuple[int, int, int, int]:
    """Return what is covered at the left, the right, the top and the bottom by any of the platforms."""
    rows = [(one.left_px, max(one.right_px, one.right_low_px), one.top_px, one.bottom_px) for one in margins]
    left, right, top, bottom = (max(column) for column in zip(*rows, strict=True))
    return left, right, top, bottom


__all__ = ["TALL_FROM", "WIDE_TO", "safe_box"]
