"""Speech from OpenAI's voices, and from servers that speak its API. No word times: those are found afterwards."""

from __future__ import annotations

import io
import wave
from decimal import Decimal
from typing import Any, get_args

from media_factory.catalogue.entries import models_of, price_of
from media_factory.errors import InvalidRequest, VoiceNotFound
from media_factory.providers.base import Call, Capabilities, SpeechProvider, SpeechReply, Voice, VoiceSource
from media_factory.providers.openai.account import Account, AccountProvider, model_of, vendor_id
from media_factory.providers.replies import wav_from_sound
from media_factory.requests import Emotion, SpeechRequest
from media_factory.settings import Settings

_MAX_TEXT_CHARS = 4096
_MAX_INSTRUCTIONS_CHARS = 4096
_USUAL_WPM = 160
_SLOWEST, _FASTEST = 0.25, 4.0
# Characters of English that a second of speech takes at 160 words a minute, with the spaces.
_CHARS_PER_SECOND = Decimal(14)
# The first eleven speak with every model; the newer ones only with those that take instructions.
_VOICES = ("alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer")
_NEWER_VOICES = ("ballad", "cedar", "marin", "verse")
_OWN_VOICE = "voice_"
_EMOTIONS: dict[Emotion, str] = {
    "calm": "Speak calmly and evenly.",
    "cheerful": "Speak cheerfully, with a smile in the voice.",
    "serious": "Speak seriously, as in a news broadcast.",
    "sad": "Speak sadly and softly.",
    "excited": "Speak with excitement and energy.",
    "whispering": "Whisper.",
}


class OpenAISpeech(AccountProvider[SpeechRequest], SpeechProvider, VoiceSource):
    """Speaks text as WAV, 16 bit.

    How it is said (`emotion`, `style`) goes into the instructions of the models that take them; the older ones (tts-1,
    tts-1-hd) take none.

    Args:
        settings: keys and base URLs.
        account: whose voices; OpenAI's if none is given.
    """

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings, account)
        endpoint = self.account.endpoint
        self.capabilities = Capabilities(
            modality="speech",
            models=endpoint.speech_models if endpoint else models_of("openai", "speech"),
            emotions=() if endpoint else get_args(Emotion),
            idempotent=bool(endpoint and endpoint.honours_idempotency_key),
            max_text_chars=_MAX_TEXT_CHARS,
        )

    def price_usd(self, request: SpeechRequest) -> Decimal | None:
        """Return the price of the characters, or an estimate by how long they take to say."""
        if self.account.endpoint:
            return self.account.endpoint.price_usd("thousand-chars", Decimal(len(request.text)) / 1000)
        seconds = Decimal(len(request.text)) / _CHARS_PER_SECOND * _USUAL_WPM / request.rate_wpm
        return self._price(request, seconds)

    async def generate(self, request: SpeechRequest, call: Call) -> SpeechReply:
        """Speak a text.

        Raises:
            VoiceNotFound: there is no such voice.
            InvalidRequest: the text is too long.
            ProviderError: classified.
        """
        if len(request.text) > _MAX_TEXT_CHARS:
            raise InvalidRequest(f"{request.provider} takes texts of at most {_MAX_TEXT_CHARS} characters")
        model = self._model(request)
        asked: dict[str, Any] = {"model": model, "voice": self._voice(model, request.voice), "input": request.text}
        if instructions := self._instructions(model, request):
            asked["instructions"] = instructions
        if request.rate_wpm != _USUAL_WPM:
            asked["speed"] = min(max(round(request.rate_wpm / _USUAL_WPM, 3), _SLOWEST), _FASTEST)
        async with self.account.asking(request.provider, request.text, request.style) as client:
            raw = await client.audio.speech.with_raw_response.create(
                **asked, response_format="wav", extra_headers=self.account.headers(call)
            )
            sound = raw.http_response.content
        data = wav_from_sound(sound, request.provider)
        with wave.open(io.BytesIO(data)) as file:
            seconds = Decimal(file.getnframes()) / file.getframerate()
        return SpeechReply(
            data=data,
            media_type="audio/wav",
            words=None,
            price_usd=self._price(request, seconds),
            vendor_id=vendor_id(raw),
        )

    async def voices(self) -> tuple[Voice, ...]:
        """Return the voices that everybody has; OpenAI has no list of an account's own, nor have other servers."""
        if self.account.endpoint:
            return ()
        return tuple(Voice(id=name, name=name.capitalize()) for name in sorted((*_VOICES, *_NEWER_VOICES)))

    def _model(self, request: SpeechRequest) -> str:
        return model_of(request.provider, self.capabilities.models[0])

    def _price(self, request: SpeechRequest, seconds: Decimal) -> Decimal | None:
        reference = f"{self.account.name}:{self._model(request)}"
        by_chars = price_of(reference, "thousand-chars", Decimal(len(request.text)) / 1000)
        return price_of(reference, "second", seconds) if by_chars is None else by_chars

    def _voice(self, model: str, wanted: str | None) -> Any:
        if self.account.endpoint:
            return wanted or _VOICES[0]
        newer = not _is_older(model)
        if wanted is None:
            return "marin" if newer else "nova"
        if newer and wanted.startswith(_OWN_VOICE):
            return {"id": wanted}
        known = (*_VOICES, *_NEWER_VOICES) if newer else _VOICES
        if wanted not in known:
            raise VoiceNotFound(f"openai:{model} has no voice {wanted!r}; it has {', '.join(sorted(known))}")
        return wanted

    def _instructions(self, model: str, request: SpeechRequest) -> str:
        if _is_older(model):
            return ""
        emotion = _EMOTIONS[request.emotion] if request.emotion else ""
        return " ".join(part for part in (emotion, (request.style or "").strip()) if part)[:_MAX_INSTRUCTIONS_CHARS]


def _is_older(model: str) -> bool:
    return model.startswith("tts-1")


__all__ = ["OpenAISpeech"]
