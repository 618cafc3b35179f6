"""What is wrong with captions: words that no cue shows, cues that nobody can read in time. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from media_factory.captions.cueing import line_chars, reading_limits
from media_factory.rendering.inspect_model import CaptionText, Finding, InspectionRequest
from media_factory.timing import Word

# A cue may come and go this much off its words (FCC 2014 asks for synchronous, NFLX for three frames).
_OFF_S = 0.12
# Verbatim captions run as fast as the speaker; guides count with shortened ones. Japanese guides shorten most: news
# is spoken at about 7 characters a second, the guide says 4.
_VERBATIM, _VERBATIM_JAPANESE = 1.25, 1.9
_SHORTEST_S, _LONGEST_S = 0.3, 7.5
_MISSED_FAILS = 0.1


def caption_findings(request: InspectionRequest) -> tuple[Finding, ...]:
    """Return what is wrong with a film's captions; a check that finds nothing says so."""
    words = [word for spoken in request.speech for word in spoken]
    if not words:
        return (Finding(check="captions", verdict="passed", message="nobody speaks, so there is nothing to caption"),)
    if not request.cues:
        where = "only on the picture" if request.burned_in else "nowhere"
        message = f"the spoken words stand {where}: there is no caption file"
        return (Finding(check="captions", verdict="doubtful", message=message),)
    return (
        _coverage(words, request.cues),
        _wording(words, request.cues),
        _speed(request.cues, request.language),
        _lengths(request.cues),
    )


def uncovered(words: Sequence[Word], cues: Sequence[CaptionText]) -> list[Word]:
    """Return the words that no cue is on screen for, from when they begin to when they end."""
    missed: list[Word] = []
    place = 0
    for word in words:
        while place < len(cues) and cues[place].end_s < word.end_s - _OFF_S:
            place += 1
        if place == len(cues) or cues[place].start_s > word.start_s + _OFF_S:
            missed.append(word)
    return missed


def reading_speed_cps(cue: CaptionText, language: str) -> float:
    """Return how many characters of a cue must be read in a second."""
    return sum(line_chars(line, language) for line in cue.text.splitlines()) / max(cue.end_s - cue.start_s, 0.001)


def _coverage(words: Sequence[Word], cues: Sequence[CaptionText]) -> Finding:
    missed = uncovered(words, cues)
    if not missed:
        return Finding(check="caption-coverage", verdict="passed", message=f"all {len(words)} words are captioned")
    verdict = "failed" if len(missed) > _MISSED_FAILS * len(words) else "doubtful"
    first = missed[0]
    message = (
        f"no caption is on screen for {len(missed)} of {len(words)} words, "
        f"the first of them “{first.text}” at {first.start_s:.1f} s"
    )
    return Finding.model_validate(
        {"check": "caption-coverage", "verdict": verdict, "message": message, "at_s": first.start_s}
    )


def _wording(words: Sequence[Word], cues: Sequence[CaptionText]) -> Finding:
    spoken = "".join("".join(word.text.split()) for word in words)
    shown = "".join("".join(cue.text.split()) for cue in cues)
    if spoken == shown:
        return Finding(check="caption-text", verdict="passed", message="captions say what is spoken, word for word")
    return Finding(check="caption-text", verdict="failed", message="captions say other words than are spoken")


def _speed(cues: Sequence[CaptionText], language: str) -> Finding:
    limit = reading_limits(language)[1]
    allowed = limit * (_VERBATIM_JAPANESE if language.split("-")[0].lower() == "ja" else _VERBATIM)
    fast = [cue for cue in cues if reading_speed_cps(cue, language) > allowed]
    if not fast:
        message = f"no caption asks for more than {allowed:g} characters a second"
        return Finding(check="caption-speed", verdict="passed", message=message)
    worst = max(fast, key=lambda cue: reading_speed_cps(cue, language))
    message = (
        f"{len(fast)} of {len(cues)} captions are hard to read in time, the worst at {worst.start_s:.1f} s with "
        f"{reading_speed_cps(worst, language):.0f} characters a second; {allowed:g} can be read"
    )
    return Finding(check="caption-speed", verdict="doubtful", message=message, at_s=worst.start_s)


def _lengths(cues: Sequence[CaptionText]) -> Finding:
    odd = [cue for cue in cues if not _SHORTEST_S <= cue.end_s - cue.start_s <= _LONGEST_S]
    if not odd:
        message = f"every caption stays for {_SHORTEST_S:g} to {_LONGEST_S:g} s"
        return Finding(check="caption-length", verdict="passed", message=message)
    first = odd[0]
    message = (
        f"{len(odd)} of {len(cues)} captions stay too briefly or too long, the first for "
        f"{first.end_s - first.start_s:.1f} s at {first.start_s:.1f} s"
    )
    return Finding(check="caption-length", verdict="doubtful", message=message, at_s=first.start_s)


__all__ = ["caption_findings", "reading_speed_cps", "uncovered"]
