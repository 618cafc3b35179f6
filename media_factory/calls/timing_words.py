"""When each word of an utterance is spoken, by the best means at hand.

In this order: the provider's own times, a vendor's aligner (paid, so it goes through the broker), our own warping of a
voice whose times are known, and words spread by length. Which of them it was is written down. A means that fails makes
way for the next: a story is not lost for want of word times.
"""

from __future__ import annotations

import asyncio
import io

import numpy as np

from media_factory.assets import Asset
from media_factory.calls.broker import buy
from media_factory.captions.alignment import Alignment, align, check_words
from media_factory.captions.cepstra import RATE_HZ, Floats
from media_factory.captions.dtw import HIGHEST_COST, MatchedWords, align_by_dtw
from media_factory.captions.words import split_words
from media_factory.errors import BadReply, BudgetExceeded, ProviderError
from media_factory.factory import Factory
from media_factory.model import digest_of
from media_factory.providers.base import Aligner, AlignReply, Call, SpeechProvider, SpeechReply
from media_factory.providers.registry import Providers
from media_factory.requests import AlignRequest, SpeechRequest
from media_factory.timing import Word

# What espeak can say and still be understood; SpeechRequest allows a little more.
_SLOWEST_WPM, _FASTEST_WPM = 90, 280


def timers(providers: Providers) -> tuple[SpeechProvider | None, Aligner | None]:
    """Return a voice of this machine whose word times are known, and a vendor's aligner, where they can work."""
    voices = [
        one
        for one in providers.able("speech")
        if isinstance(one, SpeechProvider)
        and one.capabilities.local
        and one.capabilities.word_timing
        and not one.capabilities.by_name_only
        and not one.missing()
    ]
    aligners = [
        one
        for one in providers.able("align")
        if isinstance(one, Aligner) and not one.capabilities.by_name_only and not one.missing()
    ]
    return next(iter(voices), None), next(iter(aligners), None)


async def time_words(
    request: SpeechRequest,
    reply: SpeechReply,
    sound: Asset,
    factory: Factory,
    *,
    reference: SpeechProvider | None,
    aligner: Aligner | None,
) -> Alignment:
    """Return when each word of a request is spoken in the reply's sound.

    Args:
        request: whose text is spoken.
        reply: the sound, and the provider's times if it gave any.
        sound: the reply's sound in the factory's store, with its duration.
        factory: whose books and money pay the aligner.
        reference: a voice on this machine that times its words, such as espeak; None leaves the warping out.
        aligner: a vendor's; None leaves it out.

    Raises:
        BadReply: the provider's own words are not those of the text, or their times can't be right.
    """
    duration_s = sound.duration_s or 0.0
    if reply.words is not None:
        return align(request.text, request.language, duration_s, reply.words)
    if aligner and (words := await _forced(request, sound, factory, aligner)):
        return Alignment(words=_within(words, duration_s), method="forced", duration_s=duration_s)
    if reference and (matched := await _warped(request, reply, duration_s, reference)):
        return Alignment(words=matched.words, method="dtw", duration_s=duration_s, confidence=matched.confidence)
    return align(request.text, request.language, duration_s, None)


async def _forced(request: SpeechRequest, sound: Asset, factory: Factory, aligner: Aligner) -> tuple[Word, ...] | None:
    """Return the words as a vendor's aligner finds them; None if it does not deliver or may not be paid."""
    asked = AlignRequest(
        provider=f"{aligner.name}:{aligner.capabilities.models[0]}",
        sound=sound,
        text=request.text,
        language=request.language,
    )

    async def keep(reply: AlignReply) -> tuple[Word, ...]:
        check_words(reply.words, request.text, request.language, sound.duration_s or 0.0)
        return reply.words

    try:
        return await buy(aligner, asked, factory, keep)
    except (ProviderError, BudgetExceeded):
        return None


async def _warped(
    request: SpeechRequest, reply: SpeechReply, duration_s: float, reference: SpeechProvider
) -> MatchedWords | None:
    """Return the words as warping finds them; None if the voice can't say them, or the sound says something else."""
    spoken = reference.capabilities.languages
    if spoken is not None and request.language.split("-")[0].lower() not in spoken:
        return None
    said = SpeechRequest(
        provider=f"{reference.name}:{reference.capabilities.models[0]}",
        text=request.text,
        language=request.language,
        rate_wpm=_pace(len(split_words(request.text, request.language)), duration_s),
    )
    try:
        other = await reference.generate(said, Call(key=digest_of(said)))
        if other.words is None:
            return None
        matched = await asyncio.to_thread(_match, reply.data, other.data, other.words)
        if matched is None or matched.cost > HIGHEST_COST:
            return None
        check_words(matched.words, request.text, request.language, duration_s)
    except ProviderError:
        return None
    return matched


def _pace(words: int, duration_s: float) -> int:
    """Return the words a minute at which a text takes about so long, as far as a voice goes along."""
    return round(min(max(words * 60 / max(duration_s, 0.1), _SLOWEST_WPM), _FASTEST_WPM))


def _match(sound: bytes, reference: bytes, words: tuple[Word, ...]) -> MatchedWords | None:
    return align_by_dtw(samples_of(sound), samples_of(reference), words)


def samples_of(data: bytes) -> Floats:
    """Return a sound of any format that libav reads as mono samples at `RATE_HZ`.

    Raises:
        BadReply: it does not decode.
    """
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
    try:
        with av.open(io.BytesIO(data), "r") as container:
            frames = [made for frame in container.decode(audio=0) for made in resampler.resample(frame)]
            frames += resampler.resample(None)
    except (av.FFmpegError, ValueError, IndexError) as problem:
        raise BadReply(f"a sound of {len(data)} bytes does not decode: {type(problem).__name__}") from problem
    parts = [frame.to_ndarray().ravel() for frame in frames]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _within(words: tuple[Word, ...], duration_s: float) -> tuple[Word, ...]:
    return tuple(
        Word(text=word.text, start_s=min(word.start_s, duration_s), end_s=min(word.end_s, duration_s)) for word in words
    )


__all__ = ["samples_of", "time_words", "timers"]
