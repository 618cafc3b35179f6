"""espeak with its real library, which runs as a child program."""

from __future__ import annotations

import asyncio
import io
import sys
import wave
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from media_factory.captions.words import split_words
from media_factory.errors import InvalidRequest, ProviderTimeout, ProviderUnavailable, VoiceNotFound
from media_factory.providers.base import SpeechReply
from media_factory.providers.espeak import provider as espeak
from media_factory.providers.espeak.provider import Espeak
from media_factory.providers.espeak.voices import LANGUAGES, VOICES, voice_for
from media_factory.requests import SpeechRequest
from media_factory.testing.conformance import CALL
from tests.needs import lacking


@pytest.fixture
def library() -> None:
    """Ask for eSpeak NG."""
    if Espeak().missing() is not None:
        lacking("espeakng-loader is not installed")


needs_library = pytest.mark.usefixtures("library")
# Listed by the library, and left out for the reasons that `voices` gives.
LEFT_OUT = {"fo", "kaa", "xex", "ja", "chr", "piqd", "py", "qdb", "qya", "sjn", "cmn-latn-pinyin", "en-shaw", "fa-latn"}
ARTICLE = (
    "Dr. Smith paid $300,000 in the year 2026, or 3.25% – again. The U.S. economy grew by 12 basis points; "
    "COVID-19 is here 24/7, e.g. now."
)


def ask(text: str, language: str = "en", **settings: object) -> SpeechRequest:
    return SpeechRequest.model_validate({"provider": "espeak:1.52", "text": text, "language": language, **settings})


def sound_of(reply: SpeechReply) -> tuple[NDArray[np.float64], int]:
    with wave.open(io.BytesIO(reply.data)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768, file.getframerate()


def assert_words_fit(reply: SpeechReply, text: str, language: str) -> None:
    assert reply.words is not None
    sound, rate_hz = sound_of(reply)
    assert tuple(word.text for word in reply.words) == split_words(text, language)
    assert all(word.start_s < word.end_s for word in reply.words)
    assert all(one.end_s <= following.start_s for one, following in pairwise(reply.words))
    assert reply.words[-1].end_s <= len(sound) / rate_hz


@needs_library
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", ARTICLE),
        ("fr", "L’été 2026, j’ai payé 300 000 € : c’est fou !"),
        ("de", "Am 3. Oktober fehlen 12,5 Mio. Euro."),
        ("pt-BR", "Olá, mundo: são 3,5 %."),
        ("zh", "2026年11月20日，美国经济增长3.25%。"),
        ("th", "วันนี้อากาศดีมาก 25 องศา"),
        ("ar", "مرحبا بالعالم، هذا اختبار رقم 25."),
        ("nb", "Hei, verden!"),
    ],
)
async def test_every_written_word_has_its_time(language: str, text: str) -> None:
    assert_words_fit(await Espeak().generate(ask(text, language), CALL), text, language)


@needs_library
@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*ARTICLE.split(), "in the", "of", "a", "“quoted”", "(aside)", "naïve", "🎉", "&", "Inc.", "No. 5"]
        ),
        min_size=1,
        max_size=14,
    )
)
def test_times_rise_for_any_order_of_words(parts: list[str]) -> None:
    text = " ".join(["So", *parts])
    assert_words_fit(asyncio.run(Espeak().generate(ask(text), CALL)), text, "en")


@needs_library
async def test_words_sound_where_their_times_say_and_pauses_do_not() -> None:
    reply = await Espeak().generate(ask("Rates rose, again. Nobody knew, sadly."), CALL)
    sound, rate_hz = sound_of(reply)
    assert reply.words is not None

    def loudness(start_s: float, end_s: float) -> float:
        return float(np.sqrt(np.mean(sound[round(start_s * rate_hz) : round(end_s * rate_hz)] ** 2)))

    words = [loudness(word.start_s, word.end_s) for word in reply.words]
    pauses = [
        (one.end_s, following.start_s)
        for one, following in pairwise(reply.words)
        if one.text[-1] in ",." and following.start_s - one.end_s > 0.1
    ]
    assert len(pauses) == 3
    # A resonance rings on for a few milliseconds behind the last phoneme.
    assert all(loudness(start + 0.03, end) < 0.02 * min(words) for start, end in pauses)


@needs_library
async def test_a_title_makes_no_pause() -> None:
    titled = await Espeak().generate(ask("Dr. Smith met us."), CALL)
    assert titled.words is not None
    assert titled.words[1].start_s - titled.words[0].end_s < 0.06


@needs_library
async def test_the_same_request_gives_the_same_bytes_in_every_process() -> None:
    one, two = [await Espeak().generate(ask(ARTICLE), CALL) for _ in range(2)]
    assert one == two


@needs_library
async def test_a_higher_rate_is_spoken_faster() -> None:
    slow, fast = [len((await Espeak().generate(ask(ARTICLE, rate_wpm=rate), CALL)).data) for rate in (110, 220)]
    assert 1.6 < slow / fast < 2.4


@needs_library
async def test_a_variant_changes_the_voice() -> None:
    plain, woman = [(await Espeak().generate(ask("Good evening.", voice=voice), CALL)).data for voice in (None, "f3")]
    assert plain != woman


@needs_library
async def test_markup_is_text_and_no_command() -> None:
    text = '<break time="9s"/> [[h@l\'oU]] \x01100s hello'
    reply = await Espeak().generate(ask(text), CALL)
    assert_words_fit(reply, text, "en")
    assert len(sound_of(reply)[0]) < 9 * 22050


@needs_library
async def test_the_table_of_voices_is_what_the_library_has() -> None:
    installed = await Espeak().installed_voices()
    listed = {name.lower() if language != "yue" else language for language, name in installed}
    assert listed - LEFT_OUT == set(VOICES)


@needs_library
@pytest.mark.parametrize("voice", VOICES[::17])
async def test_voices_speak(voice: str) -> None:
    reply = await Espeak().generate(ask("1 2", voice=voice, rate_wpm=300), CALL)
    assert np.abs(sound_of(reply)[0]).max() > 0.05


@needs_library
async def test_a_timeout_stops_the_program() -> None:
    with pytest.raises(ProviderTimeout, match=r"0\.01 s"):
        await Espeak(timeout_s=0.01).generate(ask("Hello."), CALL)


@needs_library
async def test_another_version_of_the_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak, "_VERSION", "1.53")
    with pytest.raises(ProviderUnavailable, match=r"1\.53 is needed"):
        await Espeak().generate(ask("Hello."), CALL)


@needs_library
async def test_the_library_is_never_loaded_into_our_process() -> None:
    await Espeak().generate(ask("Hello."), CALL)
    assert "espeakng_loader" not in sys.modules


async def test_a_missing_library_names_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak, "find_spec", lambda name: None)
    assert "media-factory[espeak]" in str(Espeak().missing())
    with pytest.raises(ProviderUnavailable, match=r"media-factory\[espeak\]"):
        await Espeak().generate(ask("Hello."), CALL)


@pytest.mark.parametrize("text", ["…", "🎉 🎉", "\x00\x01", "— –"])
async def test_a_text_with_nothing_to_say_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="nothing to say"):
        await Espeak().generate(ask(text), CALL)


@pytest.mark.parametrize(
    ("language", "voice", "name"),
    [
        *(("en", None, "en-us+max"), ("en-GB", None, "en+max"), ("en-AU", None, "en+max"), ("fr-FR", None, "fr+max")),
        *(("pt-BR", None, "pt-br+max"), ("zh-Hans-CN", None, "cmn+max"), ("zh-HK", None, "yue+max")),
        *(("no", None, "nb+max"), ("es-MX", None, "es-419+max"), ("sr-Latn-RS", None, "sr+max")),
        *(("en", "F3", "en-us+f3"), ("en", "andy", "en-us+Andy"), ("en", "en-gb+f2", "en+f2"), ("de", "de", "de+max")),
    ],
)
def test_a_tag_finds_its_nearest_voice(language: str, voice: str | None, name: str) -> None:
    assert voice_for(language, voice) == name


@pytest.mark.parametrize(
    ("language", "voice", "names"), [("xx", None, "espeak has no voice 'xx'"), ("en", "f33", "f3")]
)
def test_an_unknown_voice_is_refused_and_near_ones_are_named(language: str, voice: str | None, names: str) -> None:
    with pytest.raises(VoiceNotFound, match=names):
        voice_for(language, voice)


def test_japanese_is_not_offered_because_kanji_are_not_read() -> None:
    assert "ja" not in LANGUAGES
    assert {"en", "zh", "no", "nb", "pt"} <= set(LANGUAGES)
