"""Conformance suites: subclass one, say which provider, and pytest holds it to its contract."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Generic, TypeVar

from PIL import Image

from media_factory.captions.alignment import check_words
from media_factory.providers.base import Call
from media_factory.requests import ClipRequest, ImageRequest, SpeechRequest

RequestT = TypeVar("RequestT")
CALL = Call(key="0" * 64)


class ProviderConformance(Generic[RequestT]):
    """What every provider is held to. Subclass one of the suites below and say which provider."""

    def provider(self) -> Any:
        """Return the provider under test."""
        raise NotImplementedError("return the provider under test")

    def requests(self) -> Iterator[Any]:
        """Yield requests that the provider must be able to answer."""
        raise NotImplementedError("yield requests that the provider answers")

    def test_it_says_what_it_can_do(self) -> None:
        provider = self.provider()
        assert provider.name == provider.name.lower()
        assert ":" not in provider.name
        assert provider.capabilities.models

    def test_its_price_is_a_decimal_or_unknown(self) -> None:
        for request in self.requests():
            price = self.provider().price_usd(request)
            assert price is None or (isinstance(price, Decimal) and price >= 0)


class ImageConformance(ProviderConformance[ImageRequest]):
    """Holds an image provider to its contract."""

    async def test_its_pictures_decode_and_have_the_asked_size(self) -> None:
        for request in self.requests():
            reply = await self.provider().generate(request, CALL)
            with Image.open(io.BytesIO(reply.data)) as picture:
                picture.load()
                assert picture.size == (request.width_px, request.height_px)
                assert Image.MIME[str(picture.format)] == reply.media_type

    async def test_a_seed_means_the_same_picture_again(self) -> None:
        provider = self.provider()
        if not provider.capabilities.seed:
            return
        for request in self.requests():
            assert (await provider.generate(request, CALL)).data == (await provider.generate(request, CALL)).data


class SpeechConformance(ProviderConformance[SpeechRequest]):
    """Holds a speech provider to its contract."""

    async def test_its_sound_decodes_and_its_words_are_the_text_s(self) -> None:
        for request in self.requests():
            reply = await self.provider().generate(request, CALL)
            with wave.open(io.BytesIO(reply.data)) as sound:
                duration_s = sound.getnframes() / sound.getframerate()
            assert duration_s > 0
            assert (reply.words is not None) == self.provider().capabilities.word_timing
            if reply.words is not None:
                check_words(reply.words, request.text, request.language, duration_s)


class ClipConformance(ProviderConformance[ClipRequest]):
    """Holds a clip provider to its contract."""

    async def test_a_submitted_clip_is_done_in_the_end_and_decodes(self) -> None:
        import av

        for request in self.requests():
            provider = self.provider()
            ticket = await provider.submit(request, CALL)
            for _ in range(1000):
                if (await provider.poll(ticket)).done:
                    break
            reply = await provider.fetch(ticket)
            with av.open(io.BytesIO(reply.data), "r") as container:
                frame = next(container.decode(video=0))
                assert (frame.width, frame.height) == (request.width_px, request.height_px)

    async def test_cancelling_twice_is_no_error(self) -> None:
        provider = self.provider()
        ticket = await provider.submit(next(iter(self.requests())), CALL)
        await provider.cancel(ticket)
        await provider.cancel(ticket)


__all__ = ["ClipConformance", "ImageConformance", "ProviderConformance", "SpeechConformance"]
