"""Speech by Gemini's TTS models: the text as it stands, directions beside it, PCM made WAV; no word times."""

from __future__ import annotations

import difflib
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from media_factory.captions.words import split_words
from media_factory.catalogue.entries import models_of, price_of
from media_factory.errors import BadReply, VoiceNotFound
from media_factory.providers.base import Call, Capabilities, SpeechProvider, SpeechReply, Voice, VoiceSource
from media_factory.providers.google.account import NAME, OnGoogle, model_of
from media_factory.providers.google.answers import charge_usd, check_whole, finish_of, generate_content, parts_of
from media_factory.providers.replies import wav_from_pcm, wav_from_sound
from media_factory.requests import Emotion, SpeechRequest

if TYPE_CHECKING:
    from google.genai.types import Blob, Part, VoiceConfig

# The prebuilt voices, the default first (ai.google.dev, speech generation); each of them speaks every language.
_VOICES = {
    "Kore": "firm",
    "Achernar": "soft",
    "Achird": "friendly",
    "Algenib": "gravelly",
    "Algieba": "smooth",
    "Alnilam": "firm",
    "Aoede": "breezy",
    "Autonoe": "bright",
    "Callirrhoe": "easy-going",
    "Charon": "informative",
    "Despina": "smooth",
    "Enceladus": "breathy",
    "Erinome": "clear",
    "Fenrir": "excitable",
    "Gacrux": "mature",
    "Iapetus": "clear",
    "Laomedeia": "upbeat",
    "Leda": "youthful",
    "Orus": "firm",
    "Puck": "upbeat",
    "Pulcherrima": "forward",
    "Rasalgethi": "informative",
    "Sadachbia": "lively",
    "Sadaltager": "knowledgeable",
    "Schedar": "even",
    "Sulafat": "warm",
    "Umbriel": "easy-going",
    "Vindemiatrix": "gentle",
    "Zephyr": "bright",
    "Zubenelgenubi": "casual",
}
# Voices that an account designed or replicated go by these ids.
_OWN_VOICE = re.compile(r"voice(?:key)?_\S{1,4000}")
_EMOTIONS: dict[Emotion, str] = {
    "calm": "calm and unhurried",
    "cheerful": "cheerful",
    "serious": "serious",
    "sad": "sad",
    "excited": "excited",
    "whispering": "whispering",
}
_PACES = ((110, "very slow"), (140, "slow"), (185, ""), (220, "fast"), (301, "very fast"))
_PCM = re.compile(r"audio/(?:l16|pcm)\b", re.IGNORECASE)
_RATE = re.compile(r"rate=(\d{4,6})")
_RATE_HZ = 24_000
# What is billed for a second of sound (ai.google.dev, tokens), and for text by the rule of thumb, both for estimates.
_TOKENS_PER_S = 25
_CHARS_PER_TOKEN = 3
_MILLION = Decimal(1_000_000)


class GeminiSpeech(OnGoogle[SpeechRequest], SpeechProvider, VoiceSource):
    """Speaks with Gemini; the default voice is Kore."""

    capabilities = Capabilities(
        modality="speech", models=models_of(NAME, "speech"), emotions=tuple(_EMOTIONS), max_text_chars=8000
    )

    def price_usd(self, request: SpeechRequest) -> Decimal | None:
        """Return an estimate: the vendor counts tokens, which follow the length of the sound."""
        words = len(split_words(request.text, request.language))
        seconds = Decimal(words * 60) / request.rate_wpm
        text_tokens = Decimal(len(request.text) + len(directions(request))) / _CHARS_PER_TOKEN
        prices = (
            price_of(request.provider, "million-tokens-in", text_tokens / _MILLION),
            price_of(request.provider, "million-tokens-out", seconds * _TOKENS_PER_S / _MILLION),
        )
        return None if None in prices else sum((price for price in prices if price is not None), Decimal(0))

    async def voices(self) -> tuple[Voice, ...]:
        """Return the prebuilt voices."""
        return tuple(Voice(id=name, name=name, description=manner) for name, manner in _VOICES.items())

    async def generate(self, request: SpeechRequest, call: Call) -> SpeechReply:
        """Speak a text, as WAV.

        Raises:
            VoiceNotFound: Gemini has no such voice.
            ProviderError: classified; ContentRefused where Google will not say it.
        """
        from google.genai import types

        voice = voice_of(request)
        part, voice_config = _new_form(request, voice) if _is_new(request) else _old_form(request, voice)
        config = types.GenerateContentConfig(
            response_modalities=["AUDIO"], speech_config=types.SpeechConfig(voice_config=voice_config)
        )
        hidden = (request.text, request.style)
        answer = await generate_content(self.account, request.provider, [part], config, hidden)
        sounds = [part.inline_data for part in parts_of(answer) if part.inline_data and part.inline_data.data]
        if not sounds:
            raise BadReply(f"google sent no sound ({finish_of(answer) or 'no finish reason'})")
        check_whole(answer)
        return SpeechReply(
            data=_wav(sounds),
            media_type="audio/wav",
            words=None,
            price_usd=charge_usd(answer, request.provider),
            vendor_id=answer.response_id,
        )


def voice_of(request: SpeechRequest) -> str:
    """Return the voice that a request names, or the default one.

    Raises:
        VoiceNotFound: Gemini has none of that name; the message names those that are near.
    """
    asked = request.voice or next(iter(_VOICES))
    if _OWN_VOICE.fullmatch(asked):
        return asked
    by_name = {name.lower(): name for name in _VOICES}
    if found := by_name.get(asked.lower()):
        return found
    near = [by_name[name] for name in difflib.get_close_matches(asked.lower(), by_name, 3)] or list(_VOICES)[:3]
    raise VoiceNotFound(f"google has no voice {asked!r}; it has {', '.join(near)} and others (`voices list`)")


def directions(request: SpeechRequest) -> str:
    """Return how a text is to be said, in a few words; empty where nothing is asked for."""
    pace = next(words for most, words in _PACES if request.rate_wpm < most)
    parts = (_EMOTIONS[request.emotion] if request.emotion else "", f"{pace} pace" if pace else "", request.style or "")
    return "; ".join(" ".join(part.split()) for part in parts if part.strip())


def _is_new(request: SpeechRequest) -> bool:
    """Say whether a model takes directions beside the text; before 3.8 they stood in front of it."""
    return model_of(request.provider).startswith("gemini-3.8-")


def _new_form(request: SpeechRequest, voice: str) -> tuple[Part, VoiceConfig]:
    from google.genai import types

    style = directions(request)
    metadata = types.SpeechMetadata(style=style) if style else None
    return types.Part(text=request.text, speech_metadata=metadata), types.VoiceConfig(voice=voice)


def _old_form(request: SpeechRequest, voice: str) -> tuple[Part, VoiceConfig]:
    from google.genai import types

    style = directions(request)
    text = f"Say this ({style}): {request.text}" if style else f"Say this: {request.text}"
    return types.Part(text=text), types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=voice))


def _wav(sounds: list[Blob]) -> bytes:
    data = b"".join(sound.data or b"" for sound in sounds)
    kind = sounds[0].mime_type or ""
    if _PCM.match(kind):
        rate = _RATE.search(kind)
        return wav_from_pcm(data, int(rate[1]) if rate else _RATE_HZ, NAME)
    if len(sounds) > 1:
        raise BadReply(f"google sent {len(sounds)} sounds where one was asked for")
    return wav_from_sound(data, NAME)


__all__ = ["GeminiSpeech", "directions", "voice_of"]
