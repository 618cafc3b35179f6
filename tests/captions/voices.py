"""Voices whose word times are known exactly: espeak's."""

from __future__ import annotations

import pytest

from media_factory.calls.timing_words import samples_of
from media_factory.captions.cepstra import Floats
from media_factory.providers.espeak.provider import Espeak
from media_factory.requests import SpeechRequest
from media_factory.testing.conformance import CALL
from media_factory.timing import Word
from tests.needs import lacking

NEWS = (
    "The port of Rotterdam reopened this morning after a two-day storm closure. Forty vessels are waiting offshore, "
    "and terminals expect the queue to clear by Sunday. Freight rates rose four percent while the gates were shut."
)
BREATH = (
    "Breathe in slowly and count to four, then hold. Soft clouds pass over a still lake while the grass moves. "
    "Nothing else needs your attention now. Breathe out again, and follow us for more exercises like this one."
)
_SAID: dict[tuple[str, str | None, int, str], tuple[Floats, tuple[Word, ...]]] = {}


@pytest.fixture
def library() -> None:
    """Ask for eSpeak NG."""
    if Espeak().missing() is not None:
        lacking("espeakng-loader is not installed")


async def said(
    text: str, voice: str | None = None, rate_wpm: int = 160, language: str = "en"
) -> tuple[Floats, tuple[Word, ...]]:
    """Return a text as a voice says it, and when it says each word; each is said once in a test session."""
    key = (text, voice, rate_wpm, language)
    if key not in _SAID:
        _SAID[key] = await _say(*key)
    return _SAID[key]


async def _say(text: str, voice: str | None, rate_wpm: int, language: str) -> tuple[Floats, tuple[Word, ...]]:
    request = SpeechRequest(provider="espeak:1.52", text=text, voice=voice, rate_wpm=rate_wpm, language=language)
    reply = await Espeak().generate(request, CALL)
    assert reply.words is not None
    return samples_of(reply.data), reply.words
