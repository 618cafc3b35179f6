"""espeak: speech in about 115 languages with sample-exact word times, on this machine, with no key and no network.

The voice is a robot's: fit for previews and tests. The espeak-ng library never enters our process (see `child`).
"""

from __future__ import annotations

import io
import json
import sys
import wave
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from media_factory.captions.words import is_spaced, split_words
from media_factory.errors import (
    BadReply,
    InvalidRequest,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    VoiceNotFound,
)
from media_factory.programs import Limits, run_program
from media_factory.providers.base import Call, Capabilities, SpeechProvider, SpeechReply, Voice, VoiceSource
from media_factory.providers.espeak.reading import spoken_words
from media_factory.providers.espeak.times import Event, SpokenText, timed_words
from media_factory.providers.espeak.voices import LANGUAGES, VARIANTS, VOICES, voice_for
from media_factory.requests import SpeechRequest
from media_factory.settings import Settings

_VERSION = "1.52"
_CHILD = Path(__file__).with_name("child.py")
_CURE = "install media-factory[espeak]"


def _spoken_text(words: tuple[str, ...], language: str) -> SpokenText:
    """Return what to say for the words of a text, and where each word's part of it is."""
    between = " " if is_spaced(language) else ""
    text, spans = "", []
    for said in spoken_words(words, language):
        start = len(text) + (len(between) if text and said else 0)
        text += between + said if text and said else said
        spans.append((start, start + len(said)))
    return SpokenText(text, tuple(spans))


def _wav(pcm: bytes, rate_hz: int) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(pcm)
    return buffer.getvalue()


class Espeak(SpeechProvider, VoiceSource):
    """Speaks with espeak-ng: one fresh program for each utterance, so the same request gives the same sound.

    Args:
        timeout_s: how long an utterance may take; a minute of speech takes about half a second.
    """

    name = "espeak"
    capabilities = Capabilities(
        modality="speech",
        models=(_VERSION,),
        languages=LANGUAGES,
        word_timing=True,
        local=True,
        draft=True,
        trained=False,
    )

    def __init__(self, settings: Settings | None = None, timeout_s: float = 60) -> None:
        super().__init__(settings)
        self.timeout_s = timeout_s

    def price_usd(self, request: SpeechRequest) -> Decimal | None:
        """Return 0: it runs here."""
        return Decimal(0)

    def missing(self) -> str | None:
        """Return how to install the library if it is absent; looking for it does not load it."""
        return None if find_spec("espeakng_loader") else f"the espeak-ng library is not installed; {_CURE}"

    async def generate(self, request: SpeechRequest, call: Call) -> SpeechReply:
        """Speak a text as WAV (16 bit, mono, 22.05 kHz) and say when each word sounds.

        Raises:
            VoiceNotFound: no such language or voice.
            InvalidRequest: there is nothing in the text that can be said.
            ProviderUnavailable: the library is not installed, or is another version.
            ProviderTimeout: it took longer than `timeout_s`.
            BadReply: the program said nothing that can be used.
        """
        voice = voice_for(request.language, request.voice)
        words = split_words(request.text, request.language)
        spoken = _spoken_text(words, request.language)
        if not any(character.isalnum() for character in spoken.text):
            raise InvalidRequest("espeak finds nothing to say in the text; give it at least one word")
        asked = {"text": spoken.text, "voice": voice, "rate_wpm": request.rate_wpm}
        head, pcm = await self._ask(asked)
        if len(pcm) != 2 * head["samples"] or not any(pcm):
            raise BadReply(f"espeak said nothing for {len(words)} words in {request.language}")
        events = [Event(*event) for event in head["events"]]
        timed = timed_words(words, spoken, events, head["samples"], head["rate_hz"])
        return SpeechReply(data=_wav(pcm, head["rate_hz"]), media_type="audio/wav", words=timed, price_usd=Decimal(0))

    async def voices(self) -> tuple[Voice, ...]:
        """Return a voice per language or accent, and the variants that each of them can be spoken in."""
        spoken = [Voice(id=name, name=name, languages=(name,)) for name in VOICES]
        return (*spoken, *(Voice(id=name, name=name, description="a variant for any language") for name in VARIANTS))

    async def installed_voices(self) -> tuple[tuple[str, str], ...]:
        """Return the language and the name of each voice that the library has here.

        Raises:
            ProviderError: classified as for `generate`.
        """
        head, _ = await self._ask({"list": True})
        return tuple((language, name) for language, name in head["voices"])

    async def _ask(self, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Put one question to a fresh program (see `child`) and return its answer's head and PCM."""
        if missing := self.missing():
            raise ProviderUnavailable(missing)
        limits = Limits(timeout_s=self.timeout_s, cpu_s=600, memory_bytes=2 << 30)
        try:
            finished = await run_program(
                [sys.executable, "-P", "-B", str(_CHILD)], data=json.dumps(asked).encode(), limits=limits
            )
        except TimeoutError as exc:
            raise ProviderTimeout(f"espeak took longer than {self.timeout_s:g} s and was stopped") from exc
        except OSError as exc:
            raise ProviderUnavailable(f"espeak's program could not run: {exc.strerror}") from exc
        line, _, pcm = finished.output.partition(b"\n")
        if finished.code or not line:
            raise BadReply(f"espeak's program ended with code {finished.code}")
        head: dict[str, Any] = json.loads(line)
        if problem := head.get("problem"):
            raise _refusal(problem, head)
        if not head["version"].startswith(f"{_VERSION}."):
            raise ProviderUnavailable(f"espeak-ng {head['version']} is installed, {_VERSION} is needed; {_CURE}")
        return head, pcm


def _refusal(problem: str, head: dict[str, Any]) -> ProviderError:
    if head["kind"] == "absent":
        return ProviderUnavailable(f"{problem}; {_CURE}")
    return VoiceNotFound(f"espeak: {problem}") if head["kind"] == "voice" else BadReply(f"espeak: {problem}")


__all__ = ["Espeak"]
