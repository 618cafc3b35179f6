"""Layouts: title, quote, figure and list cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from media_factory.design.colour import legible
from media_factory.design.fitting import Setting
from media_factory.drawing.areas import Box
from media_factory.drawing.composition import TITLE_RATIO, Composition, Desk
from media_factory.drawing.lettering import Placed, place
from media_factory.drawing.shapes import Bar, Shape, Stroke
from media_factory.drawing.stack import Block, set_block, stacked
from media_factory.languages import is_right_to_left
from media_factory.requests import Card

Compose = Callable[[Card, Desk], Composition | None]


def kicker_block(card: Card, desk: Desk) -> list[Block]:
    """Return the small label above a headline, if the card has one."""
    if not card.kicker:
        return []
    return [Block("kicker", card.kicker, desk.label(), 34, desk.accent(), max_lines=1, rank=2)]


def with_device(texts: Sequence[Placed], desk: Desk) -> tuple[tuple[Placed, ...], tuple[Shape, ...]]:
    """Return texts with the theme's device at the kicker, or above the first text where there is no kicker."""
    first, inks, u = texts[0], desk.inks, desk.u
    has_kicker, device = first.role == "kicker", desk.look.kicker
    box = first.box
    if device == "plain":
        return tuple(texts), ()
    if has_kicker and device in ("tag", "brackets"):
        plate = Box(box.left, box.top - 12 * u, box.right + 36 * u, box.bottom + 12 * u)
        if is_right_to_left(desk.language):
            plate = Box(box.left - 36 * u, plate.top, box.right, plate.bottom)
        inside = Box(plate.left + 18 * u, box.top, plate.left + 18 * u + box.width, box.bottom)
        moved = replace(first, box=inside)
        if device == "tag":
            colour = legible(inks.background, inks.accent, TITLE_RATIO)
            moved = replace(moved, colour=colour, plate=True)
            return (moved, *texts[1:]), (
                Bar(plate.left, plate.top, plate.right, plate.bottom, inks.accent, radius=desk.look.radius_u * u),
            )
        return (moved, *texts[1:]), _brackets(plate, desk)
    column = max(text.box.right for text in texts) - min(text.box.left for text in texts)
    left, right = min(text.box.left for text in texts), max(text.box.right for text in texts)
    if device == "line" and has_kicker:
        y = box.bottom + 15 * u
        return tuple(texts), (Bar(left, y, left + column, y + max(1.0, 2 * u), desk.quiet()),)
    span = 72 * u
    edge = (right - span) if is_right_to_left(desk.language) else left
    return tuple(texts), (Bar(edge, box.top - 34 * u, edge + span, box.top - 26 * u, inks.accent),)


def _brackets(plate: Box, desk: Desk) -> tuple[Shape, ...]:
    """Frame a label with cut corners."""
    cut, u = 14 * desk.u, desk.u
    points = (
        (plate.left + cut, plate.top),
        (plate.right, plate.top),
        (plate.right, plate.bottom - cut),
        (plate.right - cut, plate.bottom),
        (plate.left, plate.bottom),
        (plate.left, plate.top + cut),
        (plate.left + cut, plate.top),
    )
    return (Stroke(points, max(1.0, 2.2 * u), desk.inks.accent),)


def _inset(areas: Sequence[Box], desk: Desk) -> tuple[Box, ...]:
    """Return areas with room for a device at their top."""
    return tuple(replace(area, top=area.top + 36 * desk.u) for area in areas)


def title(card: Card, desk: Desk) -> Composition | None:
    """Set a headline large over its motif, with a label above and a sentence below."""
    text = card.headline or card.figure_label or card.deck
    if not text:
        return None
    target = (122 if len(text) < 46 else 110) * desk.look.title_scale * desk.size
    blocks = [
        *kicker_block(card, desk),
        Block("headline", text, desk.title(), target, desk.ink(), gap_u=50, max_lines=6),
    ]
    if card.deck and card.deck != text:
        blocks.append(
            Block("deck", card.deck, desk.body(), 46 * (desk.size + 0.08), desk.quiet(), gap_u=34, max_lines=4, rank=1)
        )
    texts = stacked(blocks, _inset(desk.areas(column=0.64), desk), desk.u)
    if not texts:
        return None
    texts, shapes = with_device(texts, desk)
    return Composition(texts, shapes)


def quote(card: Card, desk: Desk) -> Composition | None:
    """Set a quotation under a hung mark, with whose it is below a short rule."""
    text = card.headline or card.deck
    if not text:
        return None
    mark = Setting(desk.theme.title, desk.language, 1.0, hugging=True)
    accent = desk.accent()
    words = text.strip().strip('"“”„«»').strip()
    blocks = [
        Block("mark", "“", mark, 250 * desk.size, accent, max_lines=1, rank=3),
        Block(
            "quote",
            words,
            desk.title(leading=1.16),
            (88 if len(words) < 90 else 74) * desk.size,
            desk.ink(),
            gap_u=34,
            max_lines=8,
        ),
    ]
    if card.attribution:
        blocks.append(
            Block("attribution", card.attribution, desk.label(), 38, desk.quiet(), gap_u=58, max_lines=2, rank=2)
        )
    texts = stacked(blocks, desk.areas(column=0.80), desk.u)
    if not texts:
        return None
    shapes: list[Shape] = []
    for text_box in (placed.box for placed in texts if placed.role == "attribution"):
        left = text_box.right - 64 * desk.u if is_right_to_left(desk.language) else text_box.left
        y = text_box.top - 32 * desk.u
        shapes.append(Bar(left, y, left + 64 * desk.u, y + 5 * desk.u, desk.inks.accent))
    return Composition(texts, tuple(shapes), wash=0.45)


def figure(card: Card, desk: Desk) -> Composition | None:
    """Set the number that matters as large as the column, with what it counts and what it compares to."""
    if not card.figure:
        return None
    label = card.figure_label or card.headline
    accent, size = desk.accent(), desk.size
    blocks = [
        *kicker_block(card, desk),
        Block("figure", card.figure, desk.title(leading=1.0), 285 * size, accent, gap_u=44, max_lines=1, floor_u=64),
    ]
    if label:
        blocks.append(Block("label", label, desk.title(leading=1.14), 68 * size, desk.ink(), gap_u=62, max_lines=3))
    rest = card.deck or (card.headline if card.headline != label else None)
    if rest:
        blocks.append(Block("deck", rest, desk.body(), 46 * (size + 0.08), desk.quiet(), gap_u=28, max_lines=3, rank=1))
    texts = stacked(blocks, _inset(desk.areas(column=0.74), desk), desk.u)
    if not texts:
        return None
    number = next(placed for placed in texts if placed.role == "figure").box
    y = number.bottom + 20 * desk.u
    line = Bar(
        number.left, y, number.right, y + 9 * desk.u, desk.inks.accent2, radius=min(desk.look.radius_u, 4.5) * desk.u
    )
    head, shapes = with_device(texts, desk) if texts[0].role == "kicker" else (texts, ())
    return Composition(tuple(head), (*shapes, line), wash=0.22, measured=True)


def listing(card: Card, desk: Desk) -> Composition | None:
    """Set a headline and its entries, numbered in the accent colour, with fine rules between them."""
    items = [item for item in card.items if item.strip()]
    if not items:
        return None
    u, size = desk.u, desk.size
    blocks = kicker_block(card, desk)
    if card.headline:
        blocks.append(
            Block("headline", card.headline, desk.title(), 76 * size, desk.ink(), gap_u=44, max_lines=3, rank=3)
        )
    body = desk.body(leading=1.22)
    for index, item in enumerate(items):
        gap = 44 if index == 0 and blocks else 40
        blocks.append(
            Block(f"item {index + 1}", item, body, 50 * (size + 0.06), desk.ink(), gap_u=gap, max_lines=3, indent_u=92)
        )
    texts = stacked(blocks, _inset(desk.areas(column=0.80), desk), u)
    if not texts:
        return None
    numbers, rules = _numbered(texts, desk)
    head, shapes = with_device(texts, desk)
    return Composition((*head, *numbers), (*shapes, *rules), wash=0.45)


def _numbered(texts: Sequence[Placed], desk: Desk) -> tuple[list[Placed], list[Shape]]:
    """Return the numbers beside a list's entries and the rules between them."""
    u, backwards = desk.u, is_right_to_left(desk.language)
    entries = [placed for placed in texts if placed.role.startswith("item")]
    left = min(placed.box.left for placed in entries) - 92 * u
    right = max(placed.box.right for placed in entries)
    setting = desk.title(tabular=True, tracked=False)
    numbers, rules = [], []
    for index, entry in enumerate(entries):
        block = Block(
            f"number {index + 1}",
            str(index + 1),
            setting,
            entry.paragraph.size_px / u * 1.1,
            desk.accent(),
            max_lines=1,
        )
        paragraph = set_block(block, 92 * u, u)
        if paragraph:
            at = right + 92 * u - paragraph.width_px if backwards else left
            top = entry.box.top + entry.paragraph.rise_px - paragraph.rise_px
            numbers.append(place(block.role, paragraph, at, top, block.colour, align="left"))
        if index:
            y = entry.box.top - 21 * u
            edges = (entry.box.left, right + 92 * u) if backwards else (left, right)
            rules.append(Bar(edges[0], y, edges[1], y + max(1.0, 2 * u), desk.inks.muted, alpha=0.45))
    return numbers, list[Shape](rules)


__all__ = ["Compose", "figure", "kicker_block", "listing", "quote", "title", "with_device"]
