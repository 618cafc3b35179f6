"""Lettering: set paragraphs put on an 8-bit picture, word by word, in the order in which they are read."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw

from media_factory.design.colour import Floats, rgb8
from media_factory.design.fitting import Paragraph, features_of, runs_of, space_px, tracking_px, word_width_px
from media_factory.design.fonts import load
from media_factory.design.typesetting import visual_order
from media_factory.drawing.areas import Box
from media_factory.languages import is_right_to_left


@dataclass(frozen=True)
class Placed:
    """A paragraph in its place: `role` says what it is (headline, label ...), `box` bounds it, `colour` is its ink.

    `align` is where its lines begin: left, right, or centre. `plate` says that a plate of plain colour lies under it.
    """

    role: str
    paragraph: Paragraph
    box: Box
    colour: Floats
    align: str = "left"
    plate: bool = False

    @property
    def text(self) -> str:
        """The words, as written."""
        joint = " " if self.paragraph.spaced else ""
        return joint.join(joint.join(line) for line in self.paragraph.lines)


def place(
    role: str,
    paragraph: Paragraph,
    left: float,
    top: float,
    colour: Floats,
    *,
    width: float | None = None,
    align: str = "start",
) -> Placed:
    """Return a paragraph in its place.

    Args:
        role: what it is.
        paragraph: what is set.
        left: of the column, in pixels.
        top: of the first line's rise, in pixels.
        colour: the ink.
        width: of the column; that of the paragraph if none.
        align: "start" (by the language's direction), "left", "right" or "centre" of the column.
    """
    column = paragraph.width_px if width is None else width
    if align == "start":
        align = "right" if is_right_to_left(paragraph.setting.language) else "left"
    spare = {"left": 0.0, "right": column - paragraph.width_px, "centre": (column - paragraph.width_px) / 2}[align]
    box = Box(left + spare, top, left + spare + paragraph.width_px, top + paragraph.height_px)
    return Placed(role, paragraph, box, colour, align)


def letter(image: Image.Image, placed: Placed) -> None:
    """Draw a placed paragraph."""
    pen, paragraph = ImageDraw.Draw(image), placed.paragraph
    setting, size = paragraph.setting, paragraph.size_px
    space = space_px(setting, size, spaced=paragraph.spaced)
    baseline = placed.box.top + paragraph.rise_px
    for line, width in zip(paragraph.lines, paragraph.widths_px, strict=True):
        spare = paragraph.width_px - width
        x = placed.box.left + {"left": 0.0, "right": spare, "centre": spare / 2}[placed.align]
        for index in visual_order(line, setting.language):
            _word(pen, line[index], x, baseline, placed)
            x += word_width_px(line[index], setting, size) + space
        baseline += paragraph.advance_px


def _word(pen: ImageDraw.ImageDraw, word: str, x: float, baseline: float, placed: Placed) -> None:
    setting, size, fill = placed.paragraph.setting, placed.paragraph.size_px, rgb8(placed.colour)
    features, gap = features_of(setting), tracking_px(word, setting, size)
    runs = runs_of(word, setting.style, setting.language)
    for index in visual_order([run.text for run in runs], setting.language) if len(runs) > 1 else range(len(runs)):
        run = runs[index]
        font = load(run.face, size)
        if gap:
            for at, char in enumerate(run.text):
                # Prefix lengths keep the kerning of the pair.
                offset = font.getlength(run.text[: at + 1], features=features) - font.getlength(char, features=features)
                pen.text((x + offset + gap * at, baseline), char, fill, font, anchor="ls", features=features)
        else:
            pen.text((x, baseline), run.text, fill, font, anchor="ls", features=features)
        x += font.getlength(run.text, features=features) + gap * len(run.text)


__all__ = ["Placed", "letter", "place"]
