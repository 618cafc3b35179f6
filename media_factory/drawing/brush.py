"""The brush: what a motif is given besides the canvas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from media_factory.design.colour import Floats, Inks, mix
from media_factory.drawing.canvas import Canvas


@dataclass(frozen=True)
class Brush:
    """Colours, chance, and where the weight of the picture should lie.

    `focus_x` and `focus_y` are shares of the canvas; what lies above and to the left of the focus is kept calm, since
    words may stand there.
    """

    inks: Inks
    rng: np.random.Generator
    focus_x: float
    focus_y: float

    def between(self, low: float, high: float) -> float:
        """Return a random number of a range."""
        return float(self.rng.uniform(low, high))

    def tint(self, colour: Floats, share: float) -> Floats:
        """Return the background on its way to a colour."""
        return mix(self.inks.background, colour, share)

    @property
    def sun(self) -> Floats:
        """The colour of a sun's disc: pale at night, the warm ink by day, and never brown."""
        share = 0.6 if self.inks.dark else 0.12 if self.inks.warm[0] > 0.6 else 0.42
        return mix(self.inks.warm, self.inks.gleam, share)

    @property
    def halo(self) -> Floats:
        """The colour of the light around a sun: never darker than its disc by day."""
        return mix(
            self.inks.warm if self.inks.dark else self.sun, self.inks.gleam, 0.25 if self.inks.warm[0] > 0.6 else 0.6
        )

    def centre(self, canvas: Canvas) -> tuple[float, float]:
        """Return the focus in pixels."""
        return canvas.width * self.focus_x, canvas.height * self.focus_y


Motif = Callable[[Canvas, Brush], None]

__all__ = ["Brush", "Motif"]
