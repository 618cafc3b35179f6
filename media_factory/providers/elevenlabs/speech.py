"""Speech by ElevenLabs, with the times of its words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from media_factory.captions.alignment import check_words
from media_factory.catalogue.entries import catalogue, entry_of, models_of, price_of
from media_factory.catalogue.listings import ListedModel, ModelSource
from media_factory.errors import BadReply, InvalidRequest, VoiceNotFound
from media_factory.model import Model
from media_factory.providers.base import (
    Call,
    Capabilities,
    Recoverer,
    SpeechProvider,
    SpeechReply,
    Voice,
    VoiceCloner,
    VoiceSource,
)
from media_factory.providers.elevenlabs.account import Account, AccountProvider, charged_usd
from media_factory.providers.elevenlabs.characters import timed_characters, words_of
from media_factory.providers.elevenlabs.errors import VENDOR, elevenlabs_errors
from media_factory.providers.elevenlabs.expression import (
    EMOTIONS,
    LANGUAGES,
    language_code,
    sent_text,
    voice_settings,
)
from media_factory.providers.elevenlabs.history import recovered
from media_factory.providers.elevenlabs.voices import DEFAULT_VOICE, Voices
from media_factory.providers.replies import decoded_base64, wav_from_pcm
from media_factory.requests import SpeechRequest
from media_factory.settings import Settings
from media_factory.timing import Word

RATE_HZ = 24_000
# Every plan may have it; 44.1 kHz is for the dearer ones.
_FORMAT = "pcm_24000"
# Minutes of speech arrive in one piece only when the last word is made; in a stream, the connection stays alive.
_STREAMED_FROM_CHARS = 2000
_JITTER_S = 0.05


class SpeechChunk(Model):
    """A part of an utterance: samples (16 bit, mono, 24 kHz) and when its characters sound.

    Times are seconds from the start of the utterance. Price and vendor's id are those of the whole, in each chunk.
    """

    pcm: bytes
    characters: tuple[Word, ...]
    price_usd: Decimal | None
    vendor_id: str | None


@dataclass(frozen=True)
class _Asked:
    """A request in the SDK's terms."""

    model: str
    sent: str
    voice_id: str
    body: dict[str, Any]


class ElevenLabsSpeech(
    AccountProvider[SpeechRequest], SpeechProvider, VoiceSource, VoiceCloner, ModelSource, Recoverer
):
    """Speaks with the voices of an account; `voice` is an id or a name, George if a request names none.

    Emotion becomes a tag for eleven_v3 and eleven_v4 and a setting of the voice for others; `style` reaches only those
    that take tags; `rate_wpm` is kept within 0.7 to 1.2 times the voice's usual pace.
    """

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings, account)
        self._voices = Voices(self.account)
        longest = [one.max_text_chars or 0 for one in catalogue() if (one.provider, one.modality) == (VENDOR, "speech")]
        self.capabilities = Capabilities(
            modality="speech",
            models=models_of(VENDOR, "speech"),
            languages=LANGUAGES,
            word_timing=True,
            emotions=EMOTIONS,
            max_text_chars=max(longest),
        )

    def price_usd(self, request: SpeechRequest) -> Decimal | None:
        """Return the price of the characters that are sent, with their tags."""
        model = _model(request)
        return price_of(f"{VENDOR}:{model}", "thousand-chars", Decimal(len(sent_text(model, request))) / 1000)

    async def list_models(self) -> tuple[ListedModel, ...]:
        """Return what the vendor lists: its models for speech, and how much text each takes.

        Raises:
            ProviderError: classified.
        """
        found: list[ListedModel] = []
        for one in await self.account.models():
            name, most = getattr(one, "model_id", None), getattr(one, "maximum_text_length_per_request", None)
            if isinstance(name, str) and getattr(one, "can_do_text_to_speech", None) is True:
                chars = most if isinstance(most, int) and most > 0 else None
                found.append(ListedModel(model=name, modality="speech", max_text_chars=chars))
        return tuple(found)

    async def generate(self, request: SpeechRequest, call: Call) -> SpeechReply:
        """Speak a text as WAV (16 bit, mono, 24 kHz) and say when each word sounds.

        Raises:
            VoiceNotFound: no such voice; the message names near ones.
            InvalidRequest: the model does not take this text, language or emotion.
            ProviderError: classified; see `media_factory.errors`.
        """
        asked = await self._asked(request, call)
        try:
            if len(request.text) < _STREAMED_FROM_CHARS:
                chunks = [await self._whole(asked, request)]
            else:
                chunks = [chunk async for chunk in self.stream(request, call)]
        except VoiceNotFound:
            near = await self._voices.near(request.voice or "")
            raise VoiceNotFound(f"{VENDOR} has no voice {request.voice or DEFAULT_VOICE!r}{near}") from None
        return _reply(request, asked.sent, chunks)

    async def stream(
        self, request: SpeechRequest, call: Call, *, previous_text: str | None = None, next_text: str | None = None
    ) -> AsyncIterator[SpeechChunk]:
        """Speak a text and yield it as it is made.

        Args:
            request: what to say.
            call: as for `generate`.
            previous_text: what was said before, which is not spoken but heard in the tone.
            next_text: what will be said after.

        Raises:
            ProviderError: as `generate`; BadReply if the stream ends without a sound.
        """
        asked = await self._asked(request, call)
        around = {"previous_text": previous_text, "next_text": next_text}
        client = await self.account.client()
        body = asked.body | {name: text for name, text in around.items() if text}
        spoken, latest_s = 0, 0.0
        with elevenlabs_errors(request.text, previous_text, next_text):
            opened: AbstractAsyncContextManager[Any] = client.text_to_speech.with_raw_response.stream_with_timestamps(
                asked.voice_id, **body
            )
            async with opened as answer:
                async for part in answer.data:
                    chunk = _chunk(part, answer.headers, asked, from_s=spoken / 2 / RATE_HZ, latest_s=latest_s)
                    spoken += len(chunk.pcm)
                    latest_s = chunk.characters[-1].end_s if chunk.characters else latest_s
                    yield chunk
        if not spoken:
            raise BadReply(f"{VENDOR} ended its stream without a sound")

    async def voices(self) -> tuple[Voice, ...]:
        """Return all voices of the account, by name.

        Raises:
            ProviderError: classified.
        """
        return await self._voices.all(fresh=True)

    async def clone(self, name: str, samples: Sequence[Path], description: str) -> Voice:
        """Make a voice from samples of a person's speech (instant voice cloning).

        Raises:
            InputError: there is no sample, or one can't be read.
            ProviderError: classified.
        """
        return await self._voices.clone(name, samples, description)

    async def recover(self, request: SpeechRequest, since: datetime) -> SpeechReply | None:
        """Return what an earlier call made whose answer was lost, from the account's history; None if it is not there.

        Nothing is made and nothing charged. The history knows no key of ours, so the same text by the same voice and
        model since that moment counts as the same call.

        Raises:
            ProviderError: classified.
        """
        model = _model(request)
        voice_id, sent = await self._voices.id_of(request.voice), sent_text(model, request)
        return await recovered(self.account, request, sent, voice_id, model, since)

    async def _whole(self, asked: _Asked, request: SpeechRequest) -> SpeechChunk:
        client = await self.account.client()
        with elevenlabs_errors(request.text):
            answer = await client.text_to_speech.with_raw_response.convert_with_timestamps(asked.voice_id, **asked.body)
        return _chunk(answer.data, answer.headers, asked, from_s=0.0, latest_s=0.0)

    async def _asked(self, request: SpeechRequest, call: Call) -> _Asked:
        """Return what to ask the SDK for; all that can be refused without asking the vendor is refused here."""
        model = _model(request)
        language, dials = language_code(model, request.language), voice_settings(model, request)
        sent = sent_text(model, request)
        if not any(character.isalnum() for character in request.text):
            raise InvalidRequest(f"{VENDOR} finds nothing to say in the text; give it at least one word")
        entry = entry_of(f"{VENDOR}:{model}")
        if entry and entry.max_text_chars and len(sent) > entry.max_text_chars:
            raise InvalidRequest(f"{model} speaks {entry.max_text_chars} characters at most; the text has {len(sent)}")
        body: dict[str, Any] = {
            "text": sent,
            "model_id": model,
            "output_format": _FORMAT,
            # The same for every try at the same thing; the vendor does its best to sound the same again.
            "seed": int(call.key[:8], 16),
            "request_options": self.account.options,
        }
        if language:
            body["language_code"] = language
        if dials:
            from elevenlabs.types.voice_settings import VoiceSettings

            body["voice_settings"] = VoiceSettings(**dials)
        return _Asked(model, sent, await self._voices.id_of(request.voice), body)


def _model(request: SpeechRequest) -> str:
    return request.provider.partition(":")[2] or models_of(VENDOR, "speech")[0]


def _chunk(part: Any, headers: dict[str, str], asked: _Asked, *, from_s: float, latest_s: float) -> SpeechChunk:
    """Return a part of an answer, checked.

    Args:
        part: as the SDK gives it, which checks nothing.
        headers: of the answer.
        asked: what was asked for.
        from_s: where the part begins in the sound.
        latest_s: when the last character before it ended. Times that begin anew behind it count from the part's start.
    """
    encoded = getattr(part, "audio_base_64", None)
    pcm = b"" if encoded == "" else decoded_base64(encoded, VENDOR, "a sound")
    if len(pcm) % 2:
        raise BadReply(f"{VENDOR} sent {len(pcm)} bytes of sound, which is no whole number of samples")
    timed = getattr(part, "alignment", None)
    names = ("characters", "character_start_times_seconds", "character_end_times_seconds")
    characters = timed_characters(*(getattr(timed, name, None) for name in names), vendor=VENDOR) if timed else ()
    if characters and latest_s and characters[0].start_s < latest_s - _JITTER_S:
        characters = tuple(
            Word(text=one.text, start_s=one.start_s + from_s, end_s=one.end_s + from_s) for one in characters
        )
    price = charged_usd(asked.model, headers, len(asked.sent))
    return SpeechChunk(pcm=pcm, characters=characters, price_usd=price, vendor_id=headers.get("request-id"))


def _reply(request: SpeechRequest, sent: str, chunks: Sequence[SpeechChunk]) -> SpeechReply:
    pcm = b"".join(chunk.pcm for chunk in chunks)
    data = wav_from_pcm(pcm, RATE_HZ, VENDOR)
    characters = [character for chunk in chunks for character in chunk.characters]
    words = words_of(request.text, request.language, characters, VENDOR, sent)
    check_words(words, request.text, request.language, len(pcm) / 2 / RATE_HZ)
    return SpeechReply(
        data=data,
        media_type="audio/wav",
        words=words,
        price_usd=chunks[0].price_usd,
        vendor_id=chunks[0].vendor_id,
    )


__all__ = ["RATE_HZ", "ElevenLabsSpeech", "SpeechChunk"]
