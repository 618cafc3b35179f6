"""What a scene's picture shows in type: a card made from the scene's own words.

A card depends on its scene alone, so that a change to one scene changes no other scene's picture. Its text is always an
excerpt of the script or the title; where nothing reads well on its own, the picture carries no type.
"""

from __future__ import annotations

import re

from media_factory.briefs.charts import points_in
from media_factory.briefs.excerpts import clause_around, label_of, name_in, quote_in, words_before
from media_factory.briefs.figures import Figure, figures_in
from media_factory.briefs.pace import spoken_words
from media_factory.briefs.sentences import split_sentences
from media_factory.requests import Card

_STOPS = ".。।．"
_LINE_WORDS = 7
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
    for sentence in sentences:
        match = _ENUMERATION.match(sentence)
        items = _BETWEEN_ITEMS.split(match["items"]) if match else []
        if match and 3 <= len(items) <= _MAX_ITEMS and all(0 < len(item.split()) <= _ITEM_WORDS for item in items):
            return Card(layout="list", headline=match["lead"], items=tuple(items))
    return None


def _number_card(text: str, language: str) -> Card | None:
    found = [(sentence, figures_in(sentence, language)) for sentence in split_sentences(text, language)]
    for sentence, figures in found:
        points = points_in(sentence, figures)
        if points:
            lead = sentence[: figures[0].start].partition(points[0].label)[0]
            return Card(layout="chart", headline=words_before(lead), points=points)
    placed = [
        (figure, sentence) for sentence, figures in found for figure in figures if len(figure.shown) <= _FIGURE_CHARS
    ]
    for figure, sentence in sorted(placed, key=lambda place: -place[0].weight):
        label = label_of(figure, sentence, language)
        if label:
            deck = _comparison(figure, sentence, placed)
            return Card(layout="figure", figure=figure.shown, figure_label=label, deck=deck)
    return None


def _comparison(figure: Figure, sentence: str, placed: list[tuple[Figure, str]]) -> str | None:
    """Return the clause with the number that a figure is to be compared with, if the text has one."""
    clause = clause_around(sentence, figure.start, figure.end)
    for other, home in placed:
        beside = clause_around(home, other.start, other.end)
        if other.kind == figure.kind and beside != clause and len(beside) <= _DECK_CHARS:
            return beside
    return None


def _line_card(text: str, language: str) -> Card | None:
    """Return a scene's whole text in type if it is a short line, or a name that it holds."""
    if spoken_words(text) <= _LINE_WORDS and len(text) <= _LINE_CHARS:
        return title_card(text)
    name = name_in(text, language)
    return title_card(name) if name else None


__all__ = ["card_for", "closing_card", "title_card"]
