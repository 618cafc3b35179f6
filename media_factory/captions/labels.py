"""Labels: captions that nobody speaks. They stand on a shot for as long as it is seen, no word of them lit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pydantic import Field

from media_factory.captions.cards import CaptionSpan, CaptionStyle
from media_factory.captions.cueing import cards_from_words, fitted_style, resized
from media_factory.captions.linebreak import break_lines
from media_factory.captions.measure import line_width_px, room_px
from media_factory.captions.words import split_words
from media_factory.model import Model
from media_factory.timing import Word, frame_at, seconds_of

# Longer than that, no card of words goes on; the rest of a label's time belongs to its last words.
_READ_WITHIN_S = 6.5
_SMALLER, _SMALLEST = 0.94, 0.72


class Label(Model):
    """Words that stand on a shot in frames `first` to `end` (excluded) of the time in which it is seen alone."""

    first: int = Field(ge=0)
    end: int = Field(ge=1)
    lines: tuple[tuple[str, ...], ...]
    style: CaptionStyle

    def span(self, since: int, frames: int) -> CaptionSpan:
        """Return what a segment shows of it: one of `frames` frames that begins `since` frames into that time."""
        return CaptionSpan(first=max(0, self.first - since), end=min(frames, self.end - since), lines=self.lines)


def timed_words(text: str, language: str, start_s: float, end_s: float) -> tuple[Word, ...]:
    """Return a text's words, spread by their length over a span of at most 6.5 s."""
    texts = split_words(text, language)
    span_s = min(_READ_WITHIN_S, end_s - start_s)
    letters = sum(len(word) for word in texts)
    words, read = [], 0
    for word in texts:
        begins = start_s + span_s * read / letters
        read += len(word)
        words.append(Word(text=word, start_s=begins, end_s=start_s + span_s * read / letters))
    return tuple(words)


def label_for(text: str, style: CaptionStyle, frames: int, rate: Fraction) -> tuple[Label, ...]:
    """Return a text as one label, in type as small as 72 % if that makes it fit, else as several in turn.

    Args:
        text: the caption.
        style: how captions look.
        frames: how long the shot is seen alone.
        rate: frames per second.

    Raises:
        GlyphsMissing: no installed font can draw one of the words.
    """
    texts = split_words(text, style.language)
    fitted = fitted_style(texts, style)
    smallest = min(fitted.size_px, round(_SMALLEST * style.size_px))
    size_px = fitted.size_px
    while size_px >= smallest:
        tried = resized(fitted, size_px)
        if lines := _lines(texts, tried):
            return (Label(first=0, end=frames, lines=lines, style=tried),)
        size_px = min(size_px - 1, int(size_px * _SMALLER))
    return _in_turn(text, fitted, frames, rate)


def _lines(texts: Sequence[str], style: CaptionStyle) -> tuple[tuple[str, ...], ...] | None:
    """Return the lines of words that all fit into the box, or None."""
    if any(line_width_px((word,), style) > room_px(style) for word in texts):
        return None
    return break_lines(texts, lambda line: line_width_px(line, style), room_px(style), style.max_lines, style.language)


def _in_turn(text: str, style: CaptionStyle, frames: int, rate: Fraction) -> tuple[Label, ...]:
    words = timed_words(text, style.language, 0.0, float(seconds_of(frames, rate)))
    cards = cards_from_words(words, style)
    share = seconds_of(frames, rate) / Fraction(words[-1].end_s)
    starts = [min(frame_at(Fraction(card.start_s) * share, rate), frames) for card in cards]
    ends = [*starts[1:], frames]
    lines = [tuple(tuple(word.text for word in line) for line in card.lines) for card in cards]
    return tuple(
        Label(first=first, end=end, lines=shown, style=style)
        for first, end, shown in zip(starts, ends, lines, strict=True)
        if first < end
    )


__all__ = ["Label", "label_for", "timed_words"]
