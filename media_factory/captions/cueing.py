"""Words in time become captions: cards that are burned in, the frames that show them, and cues for sidecar files."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

from pydantic import Field

from media_factory.captions.cards import CaptionCard, CaptionSpan, CaptionStyle
from media_factory.captions.graphemes import clusters
from media_factory.captions.grouping import Group, Room, group_words
from media_factory.captions.measure import line_width_px, room_px
from media_factory.captions.words import join_words
from media_factory.model import Model
from media_factory.timing import Word, frame_at

FLOOR_PX = 28
_HOLD_S, _BRIDGE_S, _SHORTEST_CARD_S, _LONGEST_S = 0.5, 0.3, 0.6, 7.0
_SHORTEST_CUE_S, _CUE_HOLD_S, _SHORTEST_SHOWN_S = 5 / 6, 1.5, 0.04
_ACROSS_IN_CARDS, _ACROSS_IN_CUES = 30.0, 12.0
# Characters in a line and characters a second (Netflix Timed Text Style Guide), by primary language.
_LIMITS = {"en": (42, 20), "zh": (16, 9), "yue": (16, 9), "ja": (13, 4), "ko": (16, 12)} | dict.fromkeys(
    ("th", "lo", "km"), (35, 17)
)
_OTHER_LIMITS = (42, 17)


# Where addresses and compounds part best when they must.
_CUT_AFTER = frozenset("/-_.,&=?+@–—·")


class Cue(Model):
    """A caption of a sidecar file: one phrase or sentence in at most two lines; times as those of its words."""

    start_s: float = Field(ge=0)
    end_s: float = Field(ge=0)
    lines: tuple[str, ...] = Field(min_length=1)
    words: tuple[Word, ...] = Field(min_length=1)


def fitted_style(words: Iterable[str], style: CaptionStyle) -> CaptionStyle:
    """Return the style with type small enough for the widest word to stand on a line, down to `FLOOR_PX`.

    Give all the words that shall share a size. Those that are too wide even at the floor, such as addresses of web
    pages, do not make the others small: `cards_from_words` cuts them.

    Raises:
        GlyphsMissing: no installed font can draw one of the words.
    """
    floor = min(FLOOR_PX, style.size_px)
    smallest = resized(style, floor)
    kept = [word for word in dict.fromkeys(words) if _overflow(word, smallest) <= 1]
    fitted = style
    while fitted.size_px > floor:
        over = max((_overflow(word, fitted) for word in kept), default=0.0)
        if over <= 1:
            break
        fitted = resized(style, max(floor, min(fitted.size_px - 1, int(fitted.size_px / over))))
    return fitted


def cards_from_words(words: Sequence[Word], style: CaptionStyle) -> tuple[CaptionCard, ...]:
    """Return the cards that are burned in: lines that fit the style's box when they are drawn, cut at phrase ends.

    A word that is wider than the box is cut between characters into pieces that are lit one after the other. A card
    stays until the next one, or for half a second of silence; it never clears for less than 0.3 s.

    Raises:
        GlyphsMissing: no installed font can draw one of the words.
    """
    room = Room(
        measure=lambda texts: line_width_px(texts, style),
        max_width=room_px(style),
        max_lines=style.max_lines,
        shortest_s=_SHORTEST_CARD_S,
        longest_s=_LONGEST_S,
        hold_s=_HOLD_S,
        across=_ACROSS_IN_CARDS,
        language=style.language,
        max_words=style.max_words,
    )
    groups = group_words([piece for word in words for piece in _pieces(word, style)], room)
    ends = [max(group[-1][-1].end_s + _HOLD_S, group[0][0].start_s + _SHORTEST_CARD_S) for group in groups]
    times = _in_turn(groups, ends)
    return tuple(
        CaptionCard(lines=group, start_s=start, end_s=end) for group, (start, end) in zip(groups, times, strict=True)
    )


def phrase_cues(words: Sequence[Word], language: str) -> tuple[Cue, ...]:
    """Return the cues of a sidecar file: whole phrases in two lines, in time order, none over another.

    Lines hold 42 characters (16 in Chinese and Korean, 13 in Japanese, 35 in Thai) unless one word is longer. A cue
    stays long enough to be read where the next one lets it: 5/6 s to 7 s.
    """
    chars, per_s = reading_limits(language)
    room = Room(
        measure=lambda texts: line_chars(join_words(texts, language), language),
        max_width=chars,
        max_lines=2,
        shortest_s=_SHORTEST_CUE_S,
        longest_s=_LONGEST_S,
        hold_s=_CUE_HOLD_S,
        across=_ACROSS_IN_CUES,
        language=language,
    )
    groups = group_words(words, room)
    texts = [tuple(join_words([word.text for word in line], language) for line in group) for group in groups]
    ends: list[float] = []
    for group, lines in zip(groups, texts, strict=True):
        start, end = group[0][0].start_s, group[-1][-1].end_s
        readable = start + sum(line_chars(line, language) for line in lines) / per_s
        wished = max(start + _SHORTEST_CUE_S, min(readable, end + _CUE_HOLD_S))
        ends.append(max(end, min(wished, start + _LONGEST_S)))
    return tuple(
        Cue(start_s=start, end_s=end, lines=lines, words=tuple(word for line in group for word in line))
        for group, lines, (start, end) in zip(groups, texts, _in_turn(groups, ends), strict=True)
    )


def reading_limits(language: str) -> tuple[int, int]:
    """Return how many characters a line of captions holds and how many can be read in a second, in a language."""
    return _LIMITS.get(language.split("-")[0].lower(), _OTHER_LIMITS)


def line_chars(line: str, language: str) -> float:
    """Return how long a line is in characters as caption guides count: marks on letters are none of their own.

    In Chinese, Japanese and Korean a narrow character is half a wide one.
    """
    inked = [c for c in line if unicodedata.category(c) not in ("Mn", "Me", "Cf")]
    if language.split("-")[0].lower() not in ("zh", "yue", "ja", "ko"):
        return len(inked)
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.5 for c in inked)


def spans_for(
    cards: Sequence[CaptionCard], rate: Fraction, first_frame: int, frames: int, *, lit: bool = True
) -> tuple[CaptionSpan, ...]:
    """Return which of a segment's frames show which card with which word lit.

    A word is lit from the frame nearest to its start until the next one begins, or until it ends where at least 0.3 s
    of silence follow. Cards' times are seconds of the shot.

    Args:
        cards: of the shot, in time order.
        rate: frames per second.
        first_frame: the shot's frame that comes first in the segment.
        frames: how many frames the segment has.
        lit: False for styles that light no word: a card is one span then.
    """
    words = [word for card in cards for word in card.words]
    lit_until = [
        after.start_s if after.start_s - word.end_s < _BRIDGE_S else word.end_s for word, after in pairwise(words)
    ] + [word.end_s for word in words[-1:]]
    spans: list[CaptionSpan] = []
    seen = 0
    for card in cards:
        texts = tuple(tuple(word.text for word in line) for line in card.lines)
        until = lit_until[seen : seen + len(card.words)]
        seen += len(card.words)
        unlit = (frame_at(card.start_s, rate), frame_at(card.end_s, rate), None)
        for start, end, active in _lit(card, until, rate) if lit else [unlit]:
            first, last = max(start - first_frame, 0), min(end - first_frame, frames)
            if first < last:
                spans.append(CaptionSpan(first=first, end=last, lines=texts, active=active))
    return tuple(spans)


def _lit(card: CaptionCard, until: Sequence[float], rate: Fraction) -> list[tuple[int, int, int | None]]:
    """Return a card's frames in runs with one word lit, or none: first frame, end (excluded), word."""
    runs: list[tuple[int, int, int | None]] = []
    now, end = frame_at(card.start_s, rate), frame_at(card.end_s, rate)
    changes: list[tuple[int, int | None]] = []
    for index, (word, dark_s) in enumerate(zip(card.words, until, strict=True)):
        changes += [(frame_at(word.start_s, rate), index), (frame_at(dark_s, rate), None)]
    active: int | None = None
    for frame, then in [*changes, (end, None)]:
        moment = min(max(frame, now), end)
        if moment > now and runs and runs[-1][2] == active and runs[-1][1] == now:
            runs[-1] = (runs[-1][0], moment, active)
        elif moment > now:
            runs.append((now, moment, active))
        now, active = moment, then
    return runs


def _in_turn(groups: Sequence[Group], ends: Sequence[float]) -> list[tuple[float, float]]:
    """Return when each caption is shown: from its first word to its wished end, but never over the next.

    Gaps of less than 0.3 s are bridged, and each caption shows for one frame at least, whatever the times say.
    """
    times: list[tuple[float, float]] = []
    earliest = 0.0
    for index, (group, wished) in enumerate(zip(groups, ends, strict=True)):
        start = max(group[0][0].start_s, earliest)
        end = wished
        if index + 1 < len(groups):
            following = groups[index + 1][0][0].start_s
            end = following if following - wished < _BRIDGE_S else wished
        earliest = max(end, start + _SHORTEST_SHOWN_S)
        times.append((start, earliest))
    return times


def _pieces(word: Word, style: CaptionStyle) -> list[Word]:
    """Return a word as it is, or cut between characters where it is wider than the box; time is shared by length."""
    if _overflow(word.text, style) <= 1:
        return [word]
    cut = _cut(word.text, style)
    per_char = (word.end_s - word.start_s) / len(word.text)
    pieces: list[Word] = []
    at = 0
    for text in cut:
        start, end = (min(word.start_s + place * per_char, word.end_s) for place in (at, at + len(text)))
        pieces.append(Word(text=text, start_s=start, end_s=end))
        at += len(text)
    return pieces


def _cut(text: str, style: CaptionStyle) -> list[str]:
    """Return a text cut into pieces that fit on a line: after a mark, if a piece has one in its latter half."""
    pieces: list[list[str]] = [[]]
    for cluster in clusters(text):
        piece = pieces[-1]
        if piece and _overflow("".join(piece) + cluster, style) > 1:
            marks = [place for place in range(len(piece) // 2, len(piece)) if piece[place] in _CUT_AFTER]
            end = marks[-1] + 1 if marks else len(piece)
            pieces[-1:] = [piece[:end], piece[end:]]
        pieces[-1].append(cluster)
    return ["".join(piece) for piece in pieces]


def _overflow(word: str, style: CaptionStyle) -> float:
    """Return a word's width as a share of the box's room."""
    return line_width_px((word,), style) / room_px(style)


def resized(style: CaptionStyle, size_px: int) -> CaptionStyle:
    """Return a style in another font size, its outline in proportion."""
    share = size_px / style.size_px
    panel = style.panel
    if panel:
        lengths = {"pad_px": max(1, round(panel.pad_px * share)), "radius_px": round(panel.radius_px * share)}
        panel = panel.model_copy(update={**lengths, "bar_px": round(panel.bar_px * share)})
    outline = round(style.outline_px * share)
    return style.model_copy(update={"size_px": size_px, "outline_px": outline, "panel": panel})


__all__ = [
    "FLOOR_PX",
    "Cue",
    "cards_from_words",
    "fitted_style",
    "line_chars",
    "phrase_cues",
    "reading_limits",
    "resized",
    "spans_for",
]
