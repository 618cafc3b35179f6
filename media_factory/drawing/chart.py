"""The chart card: a claim, and the numbers that it rests on."""

from __future__ import annotations

from dataclasses import replace

from media_factory.drawing.areas import Box
from media_factory.drawing.composition import Composition, Desk
from media_factory.drawing.layouts import kicker_block, with_device
from media_factory.drawing.lettering import Placed, place
from media_factory.drawing.plots import Plot, drawn
from media_factory.drawing.stack import Block, set_block, stacked
from media_factory.requests import Card

_LEAST_HEIGHT_U = 210


def chart(card: Card, desk: Desk) -> Composition | None:
    """Set a claim over a chart of the card's points, on a calm panel; None if nothing can be compared here."""
    if len(card.points) < 2:
        return None
    u, ground = desk.u, desk.inks.surface
    pad = 40 * u
    # The narrow area reaches further down, and a chart needs height more than width.
    for area in reversed(desk.areas()):
        heading = _heading(card, desk, area)
        top = heading[-1].box.bottom + 34 * u if heading else area.top
        foot = _source(card, desk, area)
        bottom = foot.box.top - 22 * u if foot else area.bottom
        if bottom - top < _LEAST_HEIGHT_U * u:
            continue
        plotted = drawn(Plot(Box(area.left, top, area.right, bottom), card.points, desk, ground))
        if plotted is None:
            continue
        texts, shapes = plotted
        head, device = with_device(heading, desk) if heading and heading[0].role == "kicker" else (heading, ())
        panel = Box(area.left - pad, area.top - pad - 6 * u, area.right + pad, area.bottom + pad * 0.8)
        every = (*head, *texts, *((foot,) if foot else ()))
        return Composition(every, (*device, *shapes), wash=0.15, panel=panel, measured=True)
    return None


def _heading(card: Card, desk: Desk, area: Box) -> tuple[Placed, ...]:
    ground = desk.inks.surface
    blocks = [replace(block, colour=desk.accent(ground)) for block in kicker_block(card, desk)]
    if card.headline:
        blocks.append(
            Block(
                "headline",
                card.headline,
                desk.title(leading=1.1),
                56 * desk.size,
                desk.ink(ground),
                gap_u=30,
                max_lines=2,
            )
        )
    room = Box(area.left, area.top + 14 * desk.u, area.right, area.top + area.height * 0.46)
    return stacked(blocks, (room,), desk.u, rise=0) or ()


def _source(card: Card, desk: Desk, area: Box) -> Placed | None:
    if not card.attribution:
        return None
    block = Block("source", card.attribution, desk.body(), 30, desk.quiet(desk.inks.surface), max_lines=1)
    paragraph = set_block(block, area.width, desk.u)
    if paragraph is None:
        return None
    return place("source", paragraph, area.left, area.bottom - paragraph.height_px, block.colour, width=area.width)


__all__ = ["chart"]
