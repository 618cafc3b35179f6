"""Fakes with dials: real providers that make little, fast, and the same every time.

What they make decodes, has the asked size, and its length follows the text. They are chosen only when a brief names
them (`fake:instant`).
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import wave
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from media_factory.captions.words import split_words
from media_factory.errors import InvalidRequest
from media_factory.providers.base import (
    Call,
    Capabilities,
    ClipProvider,
    ClipReply,
    ImageProvider,
    ImageReply,
    Progress,
    Provider,
    SoundProvider,
    SoundReply,
    SpeechProvider,
    SpeechReply,
    Ticket,
)
from media_factory.requests import ClipRequest, ImageRequest, SoundRequest, SpeechRequest
from media_factory.settings import Settings
from media_factory.testing.dials import Dials
from media_factory.timing import Word

if TYPE_CHECKING:
    import numpy as np

_RATE_HZ = 16_000
RequestT = TypeVar("RequestT")


class FakeImage(ImageProvider):
    """Makes a gradient whose colours follow the prompt and the seed."""

    name = "fake"
    capabilities = Capabilities(modality="image", models=("instant",), seed=True, local=True, by_name_only=True)

    def __init__(self, dials: Dials | None = None) -> None:
        super().__init__()
        self.dials = dials or Dials()
        self.name, self.capabilities = self.dials.name, self.dials.capabilities(type(self).capabilities)

    def missing(self) -> str | None:
        """Say that there is no GPU, if it wants one."""
        return self.dials.missing()

    def price_usd(self, request: ImageRequest) -> Decimal | None:
        """Return the dialled price."""
        return self.dials.price

    async def generate(self, request: ImageRequest, call: Call) -> ImageReply:
        """Make a PNG of the asked size."""
        import numpy as np
        from PIL import Image

        self.dials.refuse_without_gpu()
        await self.dials.turn(request)
        digest = hashlib.sha256(f"{request.seed} {request.prompt}".encode()).digest()
        corners = np.frombuffer(digest[:12], np.uint8).reshape(2, 2, 3)
        picture = Image.fromarray(corners, "RGB").resize(
            (request.width_px, request.height_px), Image.Resampling.BILINEAR
        )
        buffer = io.BytesIO()
        picture.save(buffer, "PNG", compress_level=1)
        return ImageReply(data=buffer.getvalue(), media_type="image/png", price_usd=self.dials.price)


class FakeSpeech(SpeechProvider):
    """Speaks one tone per word, at the asked pace, with exact word times."""

    name = "fake"
    capabilities = Capabilities(modality="speech", models=("instant",), word_timing=True, local=True, by_name_only=True)

    def __init__(self, dials: Dials | None = None, *, word_timing: bool = True) -> None:
        super().__init__()
        self.dials = dials or Dials()
        self.name, self.capabilities = self.dials.name, self.dials.capabilities(type(self).capabilities)
        self.word_timing = word_timing

    def price_usd(self, request: SpeechRequest) -> Decimal | None:
        """Return the dialled price."""
        return self.dials.price

    async def generate(self, request: SpeechRequest, call: Call) -> SpeechReply:
        """Make a WAV: each word a tone as long as its share of the letters, then a short gap."""
        import numpy as np

        await self.dials.turn(request)
        texts = split_words(request.text, request.language)
        if not texts:
            raise InvalidRequest("there is no word to speak")
        letters = sum(len(text) + 1 for text in texts)
        total_s = len(texts) * 60 / request.rate_wpm
        words, sound, at = [], [], 0
        for text in texts:
            span = round(total_s * (len(text) + 1) / letters * _RATE_HZ)
            spoken = max(1, round(span * 0.8))
            pitch_hz = 200 + hashlib.sha256(text.encode()).digest()[0]
            tone = 6000 * np.sin(2 * np.pi * pitch_hz * np.arange(spoken) / _RATE_HZ)
            sound += [tone.astype(np.int16), np.zeros(span - spoken, np.int16)]
            words.append(Word(text=text, start_s=round(at / _RATE_HZ, 6), end_s=round((at + spoken) / _RATE_HZ, 6)))
            at += span
        return SpeechReply(
            data=_wave(np.concatenate(sound)),
            media_type="audio/wav",
            words=tuple(words) if self.word_timing else None,
            price_usd=self.dials.price,
        )


class FakeClip(ClipProvider):
    """Makes a clip of one colour, or of the still that it is given, after being polled a few times."""

    name = "fake"
    poll_every_s = 0.01
    capabilities = Capabilities(
        modality="clip", models=("instant",), seed=True, stills=True, local=True, by_name_only=True
    )

    def __init__(self, dials: Dials | None = None, polls: int = 2) -> None:
        super().__init__()
        self.dials = dials or Dials()
        self.name, self.capabilities = self.dials.name, self.dials.capabilities(type(self).capabilities)
        self.polls = polls
        self._queue: dict[str, tuple[ClipRequest, int]] = {}
        self._stills: dict[str, Path] = {}

    def missing(self) -> str | None:
        """Say that there is no GPU, if it wants one."""
        return self.dials.missing()

    def price_usd(self, request: ClipRequest) -> Decimal | None:
        """Return the dialled price."""
        return self.dials.price

    async def submit(self, request: ClipRequest, call: Call) -> Ticket:
        """Queue the request."""
        self.dials.refuse_without_gpu()
        await self.dials.turn(request)
        ticket = Ticket(provider=self.name, id=f"clip-{len(self.dials.calls)}")
        self._queue[ticket.id] = (request, 0)
        self._stills.update(call.files)
        return ticket

    async def poll(self, ticket: Ticket) -> Progress:
        """Advance by one poll."""
        request, asked = self._known(ticket)
        self._queue[ticket.id] = (request, asked + 1)
        return Progress(done=asked + 1 >= self.polls, fraction=min(1.0, (asked + 1) / self.polls))

    async def fetch(self, ticket: Ticket) -> ClipReply:
        """Return the clip as MP4."""
        request, asked = self._known(ticket)
        if asked < self.polls:
            raise InvalidRequest(f"{ticket.id} is not done yet")
        still = self._stills[request.image.digest] if request.image else None
        data = await asyncio.to_thread(_clip, request, still)
        return ClipReply(data=data, media_type="video/mp4", price_usd=self.dials.price)

    async def cancel(self, ticket: Ticket) -> None:
        """Forget the request."""
        self._queue.pop(ticket.id, None)

    def _known(self, ticket: Ticket) -> tuple[ClipRequest, int]:
        if ticket.id not in self._queue:
            raise InvalidRequest(f"there is no clip {ticket.id}")
        return self._queue[ticket.id]


class FakeSound(SoundProvider):
    """Makes a tone of the asked length whose pitch follows the words."""

    name = "fake"
    capabilities = Capabilities(
        modality="sound", models=("instant",), max_duration_s=600, local=True, by_name_only=True
    )

    def __init__(self, dials: Dials | None = None) -> None:
        super().__init__()
        self.dials = dials or Dials()
        self.name, self.capabilities = self.dials.name, self.dials.capabilities(type(self).capabilities)

    def price_usd(self, request: SoundRequest) -> Decimal | None:
        """Return the dialled price."""
        return self.dials.price

    async def generate(self, request: SoundRequest, call: Call) -> SoundReply:
        """Make a WAV: music in long notes, an effect in short ones."""
        import numpy as np

        await self.dials.turn(request)
        at_s = np.arange(round(request.duration_s * _RATE_HZ)) / _RATE_HZ
        pitch_hz = 200 + 2 * hashlib.sha256(request.prompt.encode()).digest()[0]
        notes_per_s = 0.5 if request.kind == "music" else 4
        tone = 6000 * np.sin(2 * np.pi * pitch_hz * at_s) * (0.75 + 0.25 * np.cos(2 * np.pi * notes_per_s * at_s))
        return SoundReply(data=_wave(tone.astype(np.int16)), media_type="audio/wav", price_usd=self.dials.price)


def fake_providers(settings: Settings | None = None) -> tuple[Provider[Any], ...]:  # noqa: ARG001
    """Return one fake of each modality with its dials at rest, and `fake-gpu` twice (the entry point `fake`)."""
    wanting = (FakeImage(Dials(name="fake-gpu", gpu=True)), FakeClip(Dials(name="fake-gpu", gpu=True)))
    return (FakeImage(), FakeSpeech(), FakeClip(), FakeSound(), *wanting)


def _wave(samples: np.ndarray[Any, np.dtype[np.int16]]) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(_RATE_HZ)
        writer.writeframes(samples.tobytes())
    return buffer.getvalue()


def _clip(request: ClipRequest, still: Path | None) -> bytes:
    import av
    import numpy as np
    from PIL import Image

    rate, size = 24, (request.width_px, request.height_px)
    if still is None:
        red, green, blue = hashlib.sha256(f"{request.seed} {request.prompt}".encode()).digest()[:3]
        picture = np.asarray(Image.new("RGB", size, (red, green, blue)))
    else:
        with Image.open(still) as found:
            picture = np.asarray(found.convert("RGB").resize(size))
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = request.width_px, request.height_px, "yuv420p"
        for index in range(max(1, round(request.duration_s * rate))):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


__all__ = ["Dials", "FakeClip", "FakeImage", "FakeSound", "FakeSpeech", "fake_providers"]
