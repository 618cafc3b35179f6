"""Caption cards: the words that stand on the picture together, and how they look."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from media_factory.model import Model
from media_factory.timing import Word


class CaptionBox(Model):
    """Where captions may stand, in pixels of the frame: left, top, width and height."""

    x_px: int = Field(ge=0)
    y_px: int = Field(ge=0)
    width_px: int = Field(ge=1)
    height_px: int = Field(ge=1)


class CaptionPanel(Model):
    """A rounded ground behind a card's words, as wide as they are, with a bar at the side where they begin if asked."""

    colour: str
    opacity: float = Field(ge=0, le=1)
    pad_px: int = Field(ge=1, description="between the words and the panel's sides")
    radius_px: int = Field(ge=0)
    bar_colour: str | None = None
    bar_px: int = Field(default=0, ge=0, description="how wide the bar is; it stands inside the panel")


class CaptionStyle(Model):
    """How burned-in captions look. Colours are #rrggbb; lengths are pixels of the frame.

    `highlight` says how the spoken word is lit: by a pill behind it, in its own colour, or not at all. A word lit in
    its own colour may also be enlarged by `lit_scale`; nothing around it moves.
    """

    family: str
    weight: int = Field(ge=100, le=900)
    size_px: int = Field(ge=8, description="font size")
    colour: str = Field(description="resting words")
    active_colour: str = Field(description="the word that is being spoken")
    outline_colour: str = "#000000"
    outline_px: int = Field(ge=0)
    box: CaptionBox
    align: Literal["left", "center", "right"] = "left"
    max_lines: int = Field(default=2, ge=1, le=3)
    language: str = "en"
    highlight: Literal["pill", "colour", "none"] = "pill"
    lit_scale: float = Field(default=1.0, ge=1, le=1.06)
    panel: CaptionPanel | None = None
    max_words: int | None = Field(default=None, ge=1, description="words of a card; None for as many as fit")


class CaptionCard(Model):
    """Words shown together, broken into lines; times are seconds from the start of the utterance they come from."""

    lines: tuple[tuple[Word, ...], ...] = Field(min_length=1)
    start_s: float = Field(ge=0)
    end_s: float = Field(ge=0)

    @property
    def words(self) -> tuple[Word, ...]:
        """All words of the card in reading order."""
        return tuple(word for line in self.lines for word in line)


class CaptionSpan(Model):
    """A card on screen with one of its words lit: frames `first` to `end` (excluded), relative to the segment.

    `lines` holds written words only, so that a segment's key does not change with times that it does not show.
    `active` is the index of the lit word in reading order, or None.
    """

    first: int = Field(ge=0)
    end: int = Field(ge=1)
    lines: tuple[tuple[str, ...], ...]
    active: int | None = None


class Badge(Model):
    """Words that stand in a corner of every frame, such as a visible mark of what made the picture."""

    lines: tuple[tuple[str, ...], ...] = Field(min_length=1)
    style: CaptionStyle


__all__ = ["Badge", "CaptionBox", "CaptionCard", "CaptionPanel", "CaptionSpan", "CaptionStyle"]
