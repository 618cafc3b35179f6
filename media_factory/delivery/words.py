"""Delivering spoken words: `captions.vtt`, `captions.srt` and `alignment.json`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import Field

from media_factory.captions.cueing import phrase_cues
from media_factory.captions.sidecars import srt, webvtt
from media_factory.delivery.folder import Delivery
from media_factory.model import Model
from media_factory.timing import Word


class AlignedWords(Model):
    """The content of `alignment.json`: every spoken word, in order."""

    method: str = Field(
        description="how the times were found: provider, forced, dtw, proportional, joined by + where they differ"
    )
    words: tuple[Word, ...] = Field(description="times are seconds of the delivered sound")


async def add_words(
    delivery: Delivery, spoken: Sequence[tuple[Word, ...]], methods: Iterable[str], language: str
) -> None:
    """Add the sidecar files of what was spoken; no cue reaches from one utterance into the next."""
    cues = [cue for words in spoken for cue in phrase_cues(words, language)]
    aligned = AlignedWords(
        method="+".join(sorted(set(methods))), words=tuple(word for words in spoken for word in words)
    )
    await delivery.add_text("captions", "captions.vtt", webvtt(cues, language), "text/vtt")
    await delivery.add_text("captions", "captions.srt", srt(cues), "application/x-subrip")
    await delivery.add_text("alignment", "alignment.json", aligned.model_dump_json(indent=1) + "\n", "application/json")


__all__ = ["AlignedWords", "add_words"]
