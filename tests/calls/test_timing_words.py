"""The chain of means that time words: each is used in its turn, and what it leaves says which it was."""

from __future__ import annotations

import io
import wave
from decimal import Decimal

import numpy as np
import pytest

from media_factory.assets import Asset
from media_factory.calls.timing_words import samples_of, time_words, timers
from media_factory.captions.cepstra import RATE_HZ
from media_factory.captions.words import split_words
from media_factory.errors import BadReply, NotReached, ProviderError
from media_factory.factory import Factory
from media_factory.providers.base import Aligner, AlignReply, Call, Capabilities, SpeechReply
from media_factory.providers.espeak.provider import Espeak
from media_factory.providers.registry import Providers
from media_factory.requests import AlignRequest, SpeechRequest
from media_factory.testing import FakeSpeech
from media_factory.testing.conformance import CALL
from media_factory.timing import Word
from tests.captions.voices import BREATH, NEWS, library
from tests.conftest import MakeFactory

__all__ = ["library"]

needs_library = pytest.mark.usefixtures("library")
REQUEST = SpeechRequest(provider="somebody:voice", text=NEWS)


class FakeAligner(Aligner):
    """Finds words at every tenth of a second, at a price."""

    name = "fake-aligner"
    capabilities = Capabilities(modality="align", models=("one",))

    def __init__(self, price_usd: Decimal | None = Decimal("0.01"), error: ProviderError | None = None) -> None:
        super().__init__()
        self.price, self.error, self.asked = price_usd, error, 0
        self.words_of = lambda text: split_words(text)

    def price_usd(self, request: AlignRequest) -> Decimal | None:
        return self.price

    async def generate(self, request: AlignRequest, call: Call) -> AlignReply:
        self.asked += 1
        assert call.files[request.sound.digest].is_file()
        if self.error:
            raise self.error
        words = self.words_of(request.text)
        timed = tuple(Word(text=text, start_s=at / 10, end_s=at / 10 + 0.1) for at, text in enumerate(words))
        return AlignReply(words=timed, price_usd=self.price)


async def spoken(text: str, factory: Factory) -> tuple[SpeechReply, Asset, tuple[Word, ...]]:
    """Return speech whose provider gives no times, its asset, and the truth."""
    reply = await Espeak().generate(SpeechRequest(provider="espeak:1.52", text=text, voice="f3"), CALL)
    assert reply.words is not None
    duration_s = len(samples_of(reply.data)) / RATE_HZ
    asset = await factory.store.put(reply.data, reply.media_type, duration_s=round(duration_s, 6))
    return reply.model_copy(update={"words": None}), asset, reply.words


@needs_library
async def test_the_providers_own_times_come_first(factory: Factory) -> None:
    reply, sound, truth = await spoken(NEWS, factory)
    aligner = FakeAligner()
    timed = await time_words(
        REQUEST, reply.model_copy(update={"words": truth}), sound, factory, reference=Espeak(), aligner=aligner
    )
    assert (timed.method, timed.words, aligner.asked) == ("provider", truth, 0)


@needs_library
async def test_a_providers_words_that_are_not_the_texts_are_a_bad_reply(factory: Factory) -> None:
    reply, sound, truth = await spoken(NEWS, factory)
    with pytest.raises(BadReply):
        wrong = reply.model_copy(update={"words": truth[:-1]})
        await time_words(REQUEST, wrong, sound, factory, reference=None, aligner=None)


@needs_library
async def test_a_vendors_aligner_comes_next_and_is_paid_through_the_books(factory: Factory) -> None:
    reply, sound, _ = await spoken(NEWS, factory)
    aligner = FakeAligner()
    timed = await time_words(REQUEST, reply, sound, factory, reference=Espeak(), aligner=aligner)
    again = await time_words(REQUEST, reply, sound, factory, reference=Espeak(), aligner=aligner)
    assert timed.method == again.method == "forced"
    assert timed.words[1].start_s == 0.1
    assert aligner.asked == 1


@needs_library
@pytest.mark.parametrize("aligner", [FakeAligner(error=NotReached("gone")), FakeAligner(price_usd=None)])
async def test_an_aligner_that_fails_or_may_not_be_paid_makes_way_for_the_warping(
    make_factory: MakeFactory, aligner: FakeAligner
) -> None:
    factory = make_factory()
    reply, sound, truth = await spoken(NEWS, factory)
    timed = await time_words(REQUEST, reply, sound, factory, reference=Espeak(), aligner=aligner)
    assert timed.method == "dtw"
    errors = [abs(one.start_s - word.start_s) for one, word in zip(timed.words, truth, strict=True)]
    assert np.median(errors) <= 0.06
    assert len(timed.confidence) == len(timed.words)


@needs_library
async def test_an_aligner_that_finds_other_words_makes_way_too(factory: Factory) -> None:
    reply, sound, _ = await spoken(NEWS, factory)
    aligner = FakeAligner()
    aligner.words_of = lambda text: split_words(text)[:-1]
    timed = await time_words(REQUEST, reply, sound, factory, reference=None, aligner=aligner)
    assert timed.method == "proportional"


@needs_library
async def test_speech_of_another_text_is_noticed_and_its_words_are_spread(factory: Factory) -> None:
    reply, sound, _ = await spoken(BREATH, factory)
    timed = await time_words(REQUEST, reply, sound, factory, reference=Espeak(), aligner=None)
    assert timed.method == "proportional"
    assert tuple(word.text for word in timed.words) == split_words(NEWS)


@needs_library
async def test_words_are_spread_where_the_voice_does_not_speak_the_language(factory: Factory) -> None:
    reply, sound, _ = await spoken(NEWS, factory)
    request = REQUEST.model_copy(update={"language": "tlh"})
    timed = await time_words(request, reply, sound, factory, reference=Espeak(), aligner=None)
    assert timed.method == "proportional"


async def test_words_are_spread_where_nobody_can_time_them(factory: Factory) -> None:
    reply = await FakeSpeech(word_timing=False).generate(REQUEST, CALL)
    sound = await factory.store.put(reply.data, reply.media_type, duration_s=len(samples_of(reply.data)) / RATE_HZ)
    for reference in (None, FakeSpeech()):
        timed = await time_words(REQUEST, reply, sound, factory, reference=reference, aligner=None)
        assert tuple(word.text for word in timed.words) == split_words(NEWS)


def test_timers_are_those_that_work_here() -> None:
    voice, aligner = timers(Providers.of(FakeSpeech(), FakeAligner()))
    assert voice is None
    assert isinstance(aligner, FakeAligner)
    assert timers(Providers.of()) == (None, None)


@needs_library
def test_espeak_is_a_timer() -> None:
    voice, _ = timers(Providers.of(FakeSpeech(), Espeak()))
    assert isinstance(voice, Espeak)


def test_samples_come_mono_at_one_rate_from_any_wav() -> None:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(np.full(88_200, 8192, np.int16).tobytes())
    samples = samples_of(buffer.getvalue())
    assert abs(len(samples) - RATE_HZ) < 50
    assert samples.std() < 0.05 < samples.mean()


def test_what_is_no_sound_is_a_bad_reply() -> None:
    with pytest.raises(BadReply):
        samples_of(b"not a sound")
