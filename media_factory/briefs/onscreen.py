"""What a scene's picture shows in type: a card made from the scene's own words.

A card depends on its scene alone, so that a change to one scene changes no other scene's picture. Its text is always an
excerpt of the script or the title; where nothing reads well on its own, the picture carries no type.
"""

from __future__ import annotations

import re

from media_factory.briefs.charts import points_in
from media_factory.briefs.excerpts import clause_around, label_of, name_in, quote_in, words_before
from media_factory.briefs.figures import Figure, figures_in, most_telling
from media_factory.briefs.sentences import split_sentences
from media_factory.requests import Card

_STOPS = ".。।．"
_LINE_WORDS = 6
_LINE_CHARS = 48
_TITLE_CHARS = 90
_FIGURE_CHARS = 24
_DECK_CHARS = 60
_ITEM_WORDS = 6
_MAX_ITEMS = 6
_ENUMERATION = re.compile(r"^(?P<lead>[^:“”\"]{1,60}):\s+(?P<items>[^:“”\"]+?)[.!?]?$")
_BETWEEN_ITEMS = re.compile(r";\s+(?:and\s+|or\s+)?|,\s+(?:and\s+|or\s+)?|\s+(?:and|or)\s+")


def title_card(headline: str, kicker: str | None = None) -> Card:
    """Return the card that opens or closes a film."""
    return Card(layout="title", headline=headline.rstrip(_STOPS) or headline, kicker=kicker)


def card_for(text: str, language: str = "en") -> Card:
    """Return the card of a scene: a quote, a list, a chart, a figure, a short line of its text, or art without type."""
    quote = quote_in(text, language)
    if quote:
        return Card(layout="quote", headline=quote[0], attribution=quote[1])
    return _list_card(text, language) or _number_card(text, language) or _line_card(text, language) or Card()


def closing_card(text: str, language: str = "en") -> Card:
    """Return the card of a call to action: its first sentence, or art if that is too long to stand in large type."""
    first = split_sentences(text, language)[0]
    return title_card(first) if len(first) <= _TITLE_CHARS else Card()


def _list_card(text: str, language: str) -> Card | None:
    """Return a list card where a text counts up: "Three things matter: cost, speed and trust.", or short sentences."""
    sentences = split_sentences(text, language)
    if 3 <= len(sentences) <= _MAX_ITEMS and all(len(sentence.split()) <= _ITEM_WORDS for sentence in sentences):
        return Card(layout="list", items=tuple(sentence.rstrip(_STOPS) for sentence in sentences))
    match = _ENUMERATION.match(text) if len(sentences) == 1 else None
    items = _BETWEEN_ITEMS.split(match["items"]) if match else []
    if match and 3 <= len(items) <= _MAX_ITEMS and all(0 < len(item.split()) <= _ITEM_WORDS for item in items):
        return Card(layout="list", headline=match["lead"], items=tuple(items))
    return None


def _number_card(text: str, language: str) -> Card | None:
    figures = figures_in(text, language)
    points = points_in(text, figures)
    if points:
        return Card(layout="chart", headline=words_before(text[: figures[0].start]), points=points)
    figure = most_telling(figures)
    label = label_of(figure, text, language) if figure else None
    if figure is None or label is None or len(figure.shown) > _FIGURE_CHARS:
        return None
    return Card(layout="figure", figure=figure.shown, figure_label=label, deck=_comparison(figure, figures, text))


def _comparison(figure: Figure, figures: tuple[Figure, ...], text: str) -> str | None:
    """Return the clause with the number that a figure is to be compared with, if the text has one."""
    clause = clause_around(text, figure.start, figure.end)
    for other in figures:
        beside = clause_around(text, other.start, other.end)
        if other.kind == figure.kind and beside != clause and len(beside) <= _DECK_CHARS:
            return beside
    return None


def _line_card(text: str, language: str) -> Card | None:
    """Return a scene's whole text in type if it is a short line, or a name that it holds."""
    if len(text.split()) <= _LINE_WORDS and len(text) <= _LINE_CHARS:
        return title_card(text)
    name = name_in(text, language)
    return title_card(name) if name else None


__all__ = ["card_for", "closing_card", "title_card"]
