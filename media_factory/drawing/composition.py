"""Compositions: the words, marks and calm grounds of a card, in their places."""

from __future__ import annotations

from dataclasses import dataclass, replace

from media_factory.design.colour import Floats, Inks, legible, mix
from media_factory.design.fitting import Setting
from media_factory.design.themes import Theme
from media_factory.drawing.areas import Box, is_tall, text_areas
from media_factory.drawing.lettering import Placed
from media_factory.drawing.looks import Look
from media_factory.drawing.shapes import Shape
from media_factory.languages import is_right_to_left

BODY_RATIO, TITLE_RATIO = 7.2, 5.4
"""Contrast that inks are brought to on their plain ground; a picture's grain and texture may cost a little of it."""


@dataclass(frozen=True)
class Composition:
    """What a card shows over its motif.

    Shapes are drawn before the texts. `wash` (0 to 1) draws the motif towards the background; `panel` is laid under
    all. `measured` says that numbers are shown, so that no motif may look like a chart of its own.
    """

    texts: tuple[Placed, ...] = ()
    shapes: tuple[Shape, ...] = ()
    wash: float = 0.0
    panel: Box | None = None
    measured: bool = False


@dataclass(frozen=True)
class Desk:
    """What a layout works with: the picture's size, inks, fonts and language."""

    width: int
    height: int
    inks: Inks
    theme: Theme
    look: Look
    language: str

    @property
    def u(self) -> float:
        """The design unit in pixels."""
        return min(self.width, self.height) / 1080

    @property
    def tall(self) -> bool:
        """Say whether the picture is for phones held upright."""
        return is_tall(self.width, self.height)

    @property
    def size(self) -> float:
        """How large text is here, against 9:16."""
        return 1.0 if self.tall else 0.82

    def areas(self, *, column: float = 1.0) -> tuple[Box, ...]:
        """Return where words may stand; in wide pictures, `column` is the share of the width that they take."""
        areas = text_areas(self.width, self.height)
        if self.width > self.height * 1.2:
            spare = areas[0].width * (1 - column)
            if is_right_to_left(self.language):
                return tuple(replace(area, left=area.left + spare) for area in areas)
            return tuple(replace(area, right=area.right - spare) for area in areas)
        return areas

    def title(self, *, leading: float = 1.06, tabular: bool = False, tracked: bool = True) -> Setting:
        """Return how titles are set."""
        tracking = self.look.title_tracking_em if tracked else 0.0
        return Setting(self.theme.title, self.language, leading, tracking, tabular)

    def body(self, *, leading: float = 1.34, tabular: bool = False) -> Setting:
        """Return how running text is set."""
        return Setting(self.theme.body, self.language, leading, 0.0, tabular)

    def label(self) -> Setting:
        """Return how small labels are set: bolder, a little apart."""
        style = self.theme.body.model_copy(update={"weight": max(600, self.theme.body.weight)})
        return Setting(style, self.language, 1.2, 0.035)

    def ink(self, ground: Floats | None = None) -> Floats:
        """Return the colour of titles on a ground."""
        return legible(self.inks.ink, self.inks.background if ground is None else ground, BODY_RATIO)

    def quiet(self, ground: Floats | None = None) -> Floats:
        """Return the colour of running text on a ground."""
        return legible(
            mix(self.inks.muted, self.inks.ink, 0.45), self.inks.background if ground is None else ground, BODY_RATIO
        )

    def accent(self, ground: Floats | None = None) -> Floats:
        """Return the accent as a colour for words on a ground."""
        return legible(self.inks.accent, self.inks.background if ground is None else ground, TITLE_RATIO)


__all__ = ["BODY_RATIO", "TITLE_RATIO", "Composition", "Desk"]
