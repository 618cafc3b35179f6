"""The fakes are held to the conformance suites that they come with."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from media_factory.errors import ProviderUnavailable
from media_factory.requests import ClipRequest, ImageRequest, SoundRequest, SpeechRequest
from media_factory.testing import (
    ClipConformance,
    Dials,
    FakeClip,
    FakeImage,
    FakeSound,
    FakeSpeech,
    ImageConformance,
    SoundConformance,
    SpeechConformance,
)
from media_factory.testing.conformance import CALL

IMAGE = ImageRequest(provider="fake:instant", prompt="a port", width_px=90, height_px=64)
SPEECH = SpeechRequest(provider="fake:instant", text="It rose to 3.25% in the U.S. today.")


class TestFakeImage(ImageConformance):
    def provider(self) -> FakeImage:
        return FakeImage()

    def requests(self) -> Iterator[ImageRequest]:
        yield IMAGE


class TestFakeSpeech(SpeechConformance):
    def provider(self) -> FakeSpeech:
        return FakeSpeech()

    def requests(self) -> Iterator[SpeechRequest]:
        yield SPEECH
        yield SpeechRequest(provider="fake:instant", text="今日は天気がいいですね。", language="ja")


class TestFakeClip(ClipConformance):
    def provider(self) -> FakeClip:
        return FakeClip()

    def requests(self) -> Iterator[ClipRequest]:
        yield ClipRequest(provider="fake:instant", prompt="waves", width_px=64, height_px=96, duration_s=0.5)


class TestFakeSound(SoundConformance):
    def provider(self) -> FakeSound:
        return FakeSound()

    def requests(self) -> Iterator[SoundRequest]:
        yield SoundRequest(provider="fake:instant", kind="music", prompt="calm piano, slow", duration_s=12.5)
        yield SoundRequest(provider="fake:instant", kind="effect", prompt="rain on a roof", duration_s=0.5)


async def test_dials_fail_as_often_as_told_then_work_and_count_the_calls() -> None:
    dials = Dials(failures=[ProviderUnavailable("away")], price_usd=Decimal("0.04"))
    image = FakeImage(dials)
    with pytest.raises(ProviderUnavailable):
        await image.generate(IMAGE, CALL)
    assert (await image.generate(IMAGE, CALL)).price_usd == Decimal("0.04")
    assert len(dials.calls) == 2


async def test_longer_text_takes_longer_to_say_and_a_faster_pace_shorter() -> None:
    async def length(text: str, rate_wpm: int) -> int:
        request = SpeechRequest(provider="fake:instant", text=text, rate_wpm=rate_wpm)
        return len((await FakeSpeech().generate(request, CALL)).data)

    assert await length("one two three four", 160) > await length("one two", 160)
    assert await length("one two", 160) > await length("one two", 240)


async def test_without_word_timing_there_are_no_words() -> None:
    assert (await FakeSpeech(word_timing=False).generate(SPEECH, CALL)).words is None
