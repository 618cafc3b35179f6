"""The picture: a motif, a card's words on it, and the ground between them made calm enough to read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from media_factory.design.colour import Floats, contrast, inks_of
from media_factory.design.themes import THEMES, Theme
from media_factory.drawing.areas import Box, focus
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, painted_size, quantised, smoothstep
from media_factory.drawing.chart import chart
from media_factory.drawing.choice import motif_for
from media_factory.drawing.composition import Composition, Desk
from media_factory.drawing.layouts import Compose, figure, listing, quote, title
from media_factory.drawing.lettering import Placed, letter
from media_factory.drawing.looks import LOOKS
from media_factory.drawing.motifs import MOTIFS
from media_factory.drawing.reading import card_from_prompt
from media_factory.drawing.shapes import Bar, Shape, draw_shape
from media_factory.drawing.textures import adorn, lay
from media_factory.errors import InvalidRequest
from media_factory.languages import is_right_to_left
from media_factory.requests import Card, ImageRequest, Layout

SMALLEST_TEXT_SIDE_PX = 216
"""Pictures whose shorter side is smaller carry no words: the smallest type would be under 6 pixels."""

_CONTRAST = 4.9
# Stars and fine lines between letters are no contrast problem, but they are noise.
_LEAST_SCRIM = 0.6
_PANEL_ALPHA = 0.93
_LAYOUTS: dict[Layout, tuple[Compose, ...]] = {
    "title": (title,),
    "quote": (quote, title),
    "figure": (figure, title),
    "chart": (chart, figure, title),
    "list": (listing, title),
    "art": (),
}


@dataclass(frozen=True)
class Picture:
    """An 8-bit RGB picture, the words on it in their places, and the name of the motif behind them."""

    image: Image.Image
    texts: tuple[Placed, ...]
    motif: str


def draw_picture(request: ImageRequest, *, lettered: bool = True) -> Picture:
    """Draw what a request asks for; the same request gives the same pixels.

    Words that can't stand whole and legible are left away; then the picture is art alone.

    Args:
        request: what to draw.
        lettered: False leaves the words away but keeps their ground, to see what lies behind them.

    Raises:
        GlyphsMissing: no installed font can draw a word.
        InvalidRequest: the theme or the palette is none.
    """
    theme = _theme(request.theme)
    look, inks = LOOKS[theme.name], inks_of(request.palette or theme.palette.as_tuple())
    width, height = painted_size(request.width_px, request.height_px)
    rng = _generator(request)
    card = request.card or card_from_prompt(request.prompt)
    desk = Desk(width, height, inks, theme, look, request.language)
    composition = _composed(card, desk, min(request.width_px, request.height_px))
    canvas = Canvas(width, height, inks.background)
    x, y = focus(width, height, words=bool(composition.texts), backwards=is_right_to_left(request.language))
    brush = Brush(inks, rng, x, y)
    motif = motif_for(request.prompt, request.seed, look, measured=composition.measured)
    MOTIFS[motif](canvas, brush)
    lay(canvas, brush, look.textures)
    _calm(canvas, composition, desk)
    adorn(canvas, brush, look.ornament)
    for shape in composition.shapes:
        draw_shape(canvas, shape)
    image = quantised(canvas, request.width_px, request.height_px, rng, theme.grain_sigma)
    texts = composition.texts
    if (width, height) != image.size:
        # Words are set again for the larger picture, so that they stay sharp.
        large = Desk(*image.size, inks, theme, look, request.language)
        texts = _composed(card, large, min(image.size)).texts
    if lettered:
        for placed in texts:
            letter(image, placed)
    return Picture(image, texts, motif)


def _theme(name: str) -> Theme:
    for theme in THEMES.values():
        if theme.name == name:
            return theme
    raise InvalidRequest(f"there is no theme {name!r}; known: {', '.join(THEMES)}")


def _generator(request: ImageRequest) -> np.random.Generator:
    """Return chance that depends on what is shown, not on its size: a story looks alike in every aspect."""
    text = "\x1f".join((request.prompt, str(request.seed), request.theme, *request.palette))
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))


def _composed(card: Card, desk: Desk, side_px: int) -> Composition:
    if side_px >= SMALLEST_TEXT_SIDE_PX:
        for compose in _LAYOUTS[card.layout]:
            composition = compose(card, desk)
            if composition:
                return composition
    return Composition()


def _calm(canvas: Canvas, composition: Composition, desk: Desk) -> None:
    """Quieten the motif where the composition asks for it, and under its words until they can be read."""
    if composition.wash:
        canvas.pixels += (desk.inks.background - canvas.pixels) * np.float32(composition.wash)
    if composition.panel:
        draw_shape(canvas, _panel(composition.panel, desk, _PANEL_ALPHA))
    bare = [placed for placed in composition.texts if not placed.plate]
    if not bare:
        return
    ground = desk.inks.surface if composition.panel else desk.inks.background
    needed = max(_needed(canvas, placed, ground) for placed in bare)
    if composition.panel:
        draw_shape(canvas, _panel(composition.panel, desk, needed))
    else:
        _scrim(canvas, [placed.box for placed in bare], ground, max(_LEAST_SCRIM, needed))


def _panel(box: Box, desk: Desk, alpha: float) -> Shape:
    radius = max(desk.look.radius_u, 2) * 1.5 * desk.u
    return Bar(box.left, box.top, box.right, box.bottom, desk.inks.surface, radius=radius, alpha=alpha)


def _needed(canvas: Canvas, placed: Placed, ground: Floats) -> float:
    """Return how much ground must be laid under a text for its contrast, 0 to 1."""
    box = placed.box
    top, bottom = max(0, int(box.top) - 2), min(canvas.height, int(box.bottom) + 3)
    left, right = max(0, int(box.left) - 2), min(canvas.width, int(box.right) + 3)
    behind = canvas.pixels[top:bottom:2, left:right:2]
    if not behind.size:
        return 0.0
    for step in range(20):
        share = np.float32(step / 20)
        # The worst 0.2 % are single pixels of grain and edges.
        if np.quantile(contrast(placed.colour, behind + (ground - behind) * share), 0.002) >= _CONTRAST:
            return step / 20
    return 1.0


def _scrim(canvas: Canvas, boxes: Sequence[Box], ground: Floats, strength: float) -> None:
    """Lay a soft ground under words: from the top to below them, or from their side to beyond them in wide pictures."""
    edge, u = 14 * canvas.u, canvas.u
    under = np.maximum(canvas.ys - (max(box.bottom for box in boxes) + edge), 0)
    if canvas.width > canvas.height * 1.2:
        left, right = min(box.left for box in boxes) - edge, max(box.right for box in boxes) + edge
        reach = (left, canvas.width) if left > canvas.width - right else (0.0, right)
        beside = np.maximum(np.maximum(reach[0] - canvas.xs, canvas.xs - reach[1]), 0)
        away = np.hypot(beside / np.float32(480 * u), under / np.float32(420 * u))
    else:
        away = under / np.float32(320 * u)
    mask = np.broadcast_to(smoothstep(1, 0, away) * np.float32(strength), (canvas.height, canvas.width))
    canvas.blend(mask, ground)


__all__ = ["SMALLEST_TEXT_SIDE_PX", "Picture", "draw_picture"]
