"""Sidecar files: cues as WebVTT (W3C) and as SubRip (SRT, as players read it)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from media_factory.captions.cueing import Cue
from media_factory.captions.words import join_words
from media_factory.timing import Word

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": "\ufffd"})
# SRT has no escapes: an invisible space keeps players from reading text as an arrow, a tag or an override.
_SRT_MARKUP = re.compile(r"(?<=--)(?=>)|(?<=<)(?=[a-zA-Z/])|(?<=\{)(?=\\)")
_INVISIBLE_SPACE = "\u200b"


def webvtt(cues: Sequence[Cue], language: str, *, word_times: bool = False) -> str:
    """Return cues as a WebVTT file; with `word_times`, players that can do so light each word as it is spoken.

    Times are rounded to milliseconds; every cue lasts at least one, and none runs into the next.
    """
    tag = re.sub(r"[^A-Za-z0-9-]", "", language)
    blocks = [f"WEBVTT\nKind: captions\nLanguage: {tag}"]
    for cue, (start, end) in zip(cues, _milliseconds(cues), strict=True):
        lines = _timed_lines(cue, language, start, end) if word_times else [_escaped(line) for line in cue.lines]
        blocks.append("\n".join([f"{_clock(start, '.')} --> {_clock(end, '.')}", *lines]))
    return "\n\n".join(blocks) + "\n"


def srt(cues: Sequence[Cue]) -> str:
    """Return cues as a SubRip file: CRLF line ends, numbers from 1, no tags.

    Times are rounded to milliseconds; every cue lasts at least one, and none runs into the next.
    """
    blocks = []
    for number, (cue, (start, end)) in enumerate(zip(cues, _milliseconds(cues), strict=True), start=1):
        lines = (_SRT_MARKUP.sub(_INVISIBLE_SPACE, _one_line(line)).replace("\0", "\ufffd") for line in cue.lines)
        blocks.append("\r\n".join([str(number), f"{_clock(start, ',')} --> {_clock(end, ',')}", *lines]))
    return "".join(f"{block}\r\n\r\n" for block in blocks)


def _milliseconds(cues: Sequence[Cue]) -> list[tuple[int, int]]:
    """Return when cues start and end; one gives way to the next, whose start is that of its first word."""
    times: list[tuple[int, int]] = []
    earliest = 0
    following = [*(round(cue.start_s * 1000) for cue in cues[1:]), None]
    for cue, after in zip(cues, following, strict=False):
        start = max(round(cue.start_s * 1000), earliest)
        end = round(cue.end_s * 1000) if after is None else min(round(cue.end_s * 1000), after)
        earliest = max(end, start + 1)
        times.append((start, earliest))
    return times


def _clock(milliseconds: int, mark: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{rest:03d}"


def _one_line(text: str) -> str:
    """Return text with every run of white space as one space: a blank line would end the cue."""
    return " ".join(text.split())


def _escaped(text: str) -> str:
    return _one_line(text).translate(_ESCAPES)


def _timed_lines(cue: Cue, language: str, start: int, end: int) -> list[str]:
    """Return a cue's lines with a time before each word that starts after the cue and before its end."""
    lines: list[str] = []
    latest = start
    for line in _words_of_lines(cue, language):
        pieces: list[str] = []
        for word in line:
            at = round(word.start_s * 1000)
            stamp = f"<{_clock(at, '.')}>" if latest < at < end else ""
            latest = at if stamp else latest
            pieces.append(stamp)
        lines.append(_stamped([word.text for word in line], pieces, language))
    return lines


def _stamped(texts: Sequence[str], stamps: Sequence[str], language: str) -> str:
    shown, so_far = "", ""
    for index, (text, stamp) in enumerate(zip(texts, stamps, strict=True)):
        joined = join_words(texts[: index + 1], language)
        shown += joined[len(so_far) : -len(text)] + stamp + _escaped(text)
        so_far = joined
    return shown


def _words_of_lines(cue: Cue, language: str) -> list[list[Word]]:
    """Return the words of each line of a cue."""
    lines: list[list[Word]] = [[]]
    for word in cue.words:
        if (
            len(lines) <= len(cue.lines)
            and join_words([w.text for w in lines[-1]], language) == cue.lines[len(lines) - 1]
        ):
            lines.append([])
        lines[-1].append(word)
    return lines


__all__ = ["srt", "webvtt"]
