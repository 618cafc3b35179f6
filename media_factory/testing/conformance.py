"""Conformance suites: subclass one, say which provider, and pytest holds it to its contract.

Providers that ask a vendor over the network are held to `media_factory.testing.vendor_suites` besides.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Generic, TypeVar

from media_factory.captions.alignment import check_words
from media_factory.providers.base import Call, JobProvider
from media_factory.providers.replies import media_type_of
from media_factory.requests import (
    AlignRequest,
    ClipRequest,
    ImageRequest,
    ModerationRequest,
    PromptRequest,
    SoundRequest,
    SpeechRequest,
)

RequestT = TypeVar("RequestT")
CALL = Call(key="0" * 64)
_MOST_POLLS = 1000
# A provider of other sizes gives the nearest that it has: square for 3:2, at worst.
_ASPECT_TOLERANCE = 1.5
_LENGTH_TOLERANCE_S = 1.0


class ProviderConformance(Generic[RequestT]):
    """What every provider is held to. Subclass one of the suites below and say which provider."""

    def provider(self) -> Any:
        """Return the provider under test."""
        raise NotImplementedError("return the provider under test")

    def requests(self) -> Iterator[Any]:
        """Yield requests that the provider must be able to answer."""
        raise NotImplementedError("yield requests that the provider answers")

    def call(self, request: RequestT) -> Call:
        """Return what goes with a request; suites whose requests name assets return a call with files."""
        return CALL

    def test_it_says_what_it_can_do(self) -> None:
        provider = self.provider()
        assert provider.name == provider.name.lower()
        assert ":" not in provider.name
        assert provider.capabilities.models

    def test_its_price_is_a_decimal_or_unknown(self) -> None:
        for request in self.requests():
            price = self.provider().price_usd(request)
            assert price is None or (isinstance(price, Decimal) and price >= 0)

    async def made(self, provider: Any, request: RequestT) -> Any:
        """Return the reply to a request, at once or by and by."""
        if not isinstance(provider, JobProvider):
            return await provider.generate(request, self.call(request))
        ticket = await provider.submit(request, self.call(request))
        for _ in range(_MOST_POLLS):
            if (await provider.poll(ticket)).done:
                return await provider.fetch(ticket)
        raise AssertionError(f"{ticket.id} was not done after {_MOST_POLLS} polls")


class QueueConformance(ProviderConformance[RequestT], Generic[RequestT]):
    """Holds a provider that queues to the contract of its tickets."""

    async def test_cancelling_twice_is_no_error(self) -> None:
        provider, request = self.provider(), next(iter(self.requests()))
        ticket = await provider.submit(request, self.call(request))
        await provider.cancel(ticket)
        await provider.cancel(ticket)

    async def test_its_ticket_carries_its_name(self) -> None:
        provider, request = self.provider(), next(iter(self.requests()))
        ticket = await provider.submit(request, self.call(request))
        assert ticket.provider == provider.name
        assert ticket.id
        await provider.cancel(ticket)


class PromptConformance(ProviderConformance[PromptRequest]):
    """Holds a prompt writer to its contract."""

    async def test_its_prompts_are_one_line_of_at_most_the_asked_length(self) -> None:
        for request in self.requests():
            text = (await self.made(self.provider(), request)).text
            assert text == " ".join(text.split())
            assert 0 < len(text) <= request.max_chars


class ImageConformance(ProviderConformance[ImageRequest]):
    """Holds an image provider to its contract."""

    async def test_its_pictures_decode_and_have_the_asked_size_or_the_nearest_it_has(self) -> None:
        from PIL import Image

        for request in self.requests():
            provider = self.provider()
            reply = await self.made(provider, request)
            with Image.open(io.BytesIO(reply.data)) as picture:
                picture.load()
                _check_size(provider, request, picture.size)
                assert Image.MIME[str(picture.format)] == reply.media_type

    async def test_a_seed_means_the_same_picture_again(self) -> None:
        provider = self.provider()
        if not provider.capabilities.seed:
            return
        for request in self.requests():
            assert (await self.made(provider, request)).data == (await self.made(provider, request)).data


class QueuedImageConformance(ImageConformance, QueueConformance[ImageRequest]):
    """Holds an image provider that queues to its contract."""


class SpeechConformance(ProviderConformance[SpeechRequest]):
    """Holds a speech provider to its contract."""

    async def test_its_sound_decodes_and_its_words_are_the_text_s(self) -> None:
        for request in self.requests():
            reply = await self.made(self.provider(), request)
            assert reply.media_type == media_type_of(reply.data) == "audio/wav"
            with wave.open(io.BytesIO(reply.data)) as sound:
                duration_s = sound.getnframes() / sound.getframerate()
            assert duration_s > 0
            assert (reply.words is not None) == self.provider().capabilities.word_timing
            if reply.words is not None:
                check_words(reply.words, request.text, request.language, duration_s)


class SoundConformance(ProviderConformance[SoundRequest]):
    """Holds a provider of sound effects or music to its contract."""

    async def test_its_sounds_decode_and_last_as_long_as_asked(self) -> None:
        import av

        for request in self.requests():
            reply = await self.made(self.provider(), request)
            assert reply.media_type == media_type_of(reply.data)
            with av.open(io.BytesIO(reply.data), "r") as container:
                lasts_s = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
            assert abs(lasts_s - request.duration_s) <= _LENGTH_TOLERANCE_S


class AlignConformance(ProviderConformance[AlignRequest]):
    """Holds an aligner to its contract; `call` must give the file of each request's sound."""

    async def test_its_words_are_the_text_s_and_lie_in_the_sound(self) -> None:
        import av

        for request in self.requests():
            reply = await self.made(self.provider(), request)
            with av.open(str(self.call(request).files[request.sound.digest]), "r") as container:
                lasts_s = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
            check_words(reply.words, request.text, request.language, lasts_s)


class ModerationConformance(ProviderConformance[ModerationRequest]):
    """Holds a moderator to its contract; `requests` are harmless."""

    def harmful(self) -> ModerationRequest:
        """Return a request that must be flagged."""
        raise NotImplementedError("return a request that the moderator flags")

    async def test_it_lets_harmless_texts_pass(self) -> None:
        for request in self.requests():
            reply = await self.made(self.provider(), request)
            assert (reply.flagged, reply.categories) == (False, ())

    async def test_it_flags_a_harmful_text_and_says_why(self) -> None:
        reply = await self.made(self.provider(), self.harmful())
        assert reply.flagged
        assert reply.categories


class ClipConformance(QueueConformance[ClipRequest]):
    """Holds a clip provider to its contract."""

    async def test_a_submitted_clip_is_done_in_the_end_and_decodes(self) -> None:
        import av

        for request in self.requests():
            provider = self.provider()
            reply = await self.made(provider, request)
            assert reply.media_type == media_type_of(reply.data)
            with av.open(io.BytesIO(reply.data), "r") as container:
                frame = next(container.decode(video=0))
                _check_size(provider, request, (frame.width, frame.height))


def _check_size(provider: Any, request: ImageRequest | ClipRequest, size: tuple[int, int]) -> None:
    if provider.capabilities.exact_size:
        assert size == (request.width_px, request.height_px)
        return
    asked, given = request.width_px / request.height_px, size[0] / size[1]
    assert max(asked / given, given / asked) <= _ASPECT_TOLERANCE


__all__ = [
    "CALL",
    "AlignConformance",
    "ClipConformance",
    "ImageConformance",
    "ModerationConformance",
    "PromptConformance",
    "ProviderConformance",
    "QueueConformance",
    "QueuedImageConformance",
    "SoundConformance",
    "SpeechConformance",
]
