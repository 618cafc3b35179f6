"""Sound effects and music by ElevenLabs."""

from __future__ import annotations

import asyncio
import io
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Any

from media_factory.catalogue.entries import models_of, price_of
from media_factory.errors import BadReply, InvalidRequest
from media_factory.providers.base import Call, Capabilities, SoundProvider, SoundReply
from media_factory.providers.elevenlabs.account import Account, AccountProvider
from media_factory.providers.elevenlabs.errors import VENDOR, elevenlabs_errors
from media_factory.providers.replies import checked_media_type
from media_factory.requests import SoundRequest
from media_factory.settings import Settings

_MODELS = {"music": "music_v2", "effect": "eleven_text_to_sound_v2"}
_PREFIXES = {"music": "music_", "effect": "eleven_text_to_sound_"}
# Of the vendor's API reference: seconds from, to; characters.
_RANGE_S = {"effect": (0.5, 30.0), "music": (3.0, 600.0)}
_MOST_PROMPT_CHARS = {"effect": 2000, "music": 4100}
_MOST_BYTES = 128 << 20
_SHORTEST_SHARE = 0.5


class ElevenLabsSounds(AccountProvider[SoundRequest], SoundProvider):
    """Makes sound effects of 0.5 to 30 s and instrumental music of 3 to 600 s, as MP3.

    What is asked for decides the model: a model of the other kind gives way to the usual one of its kind, so that one
    `providers.sound` serves a brief with both.
    """

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings, account)
        self.capabilities = Capabilities(
            modality="sound",
            models=models_of(VENDOR, "sound"),
            max_text_chars=min(_MOST_PROMPT_CHARS.values()),
            max_duration_s=max(longest for _, longest in _RANGE_S.values()),
        )

    def price_usd(self, request: SoundRequest) -> Decimal | None:
        """Return the catalogue's price per second; None while nobody knows one."""
        return price_of(f"{VENDOR}:{_model(request)}", "second", request.duration_s)

    async def generate(self, request: SoundRequest, call: Call) -> SoundReply:
        """Make a sound of the asked length.

        Raises:
            InvalidRequest: it is too short, too long, or described at too great a length.
            ProviderError: classified; BadReply if it does not decode or is less than half as long as asked.
        """
        _check(request)
        client = await self.account.client()
        opened: AbstractAsyncContextManager[Any]
        if request.kind == "music":
            opened = client.music.with_raw_response.compose(
                prompt=request.prompt,
                music_length_ms=round(request.duration_s * 1000),
                model_id=_model(request),
                # Sung words would stand against the narration, and in no captions.
                force_instrumental=True,
                request_options=self.account.options,
            )
        else:
            opened = client.text_to_sound_effects.with_raw_response.convert(
                text=request.prompt,
                duration_seconds=request.duration_s,
                model_id=_model(request),
                request_options=self.account.options,
            )
        data = bytearray()
        with elevenlabs_errors(request.prompt):
            async with opened as answer:
                headers: dict[str, str] = answer.headers
                async for piece in answer.data:
                    data += piece
                    if len(data) > _MOST_BYTES:
                        raise BadReply(f"{VENDOR} sent a sound of more than {_MOST_BYTES} bytes")
        media_type = checked_media_type(bytes(data), ("audio/mpeg",), VENDOR)
        await asyncio.to_thread(_check_length, bytes(data), request.duration_s)
        vendor_id = headers.get("request-id") or headers.get("song-id")
        return SoundReply(
            data=bytes(data), media_type=media_type, price_usd=self.price_usd(request), vendor_id=vendor_id
        )


def _model(request: SoundRequest) -> str:
    named = request.provider.partition(":")[2]
    return named if named.startswith(_PREFIXES[request.kind]) else _MODELS[request.kind]


def _check(request: SoundRequest) -> None:
    shortest, longest = _RANGE_S[request.kind]
    if not shortest <= request.duration_s <= longest:
        raise InvalidRequest(
            f"{VENDOR} makes {request.kind} of {shortest:g} to {longest:g} s; {request.duration_s:g} s was asked for"
        )
    if len(request.prompt) > _MOST_PROMPT_CHARS[request.kind]:
        raise InvalidRequest(f"{VENDOR} reads {_MOST_PROMPT_CHARS[request.kind]} characters about {request.kind}")


def _check_length(data: bytes, asked_s: float) -> None:
    """Count what the packets last: an MP3's head says nothing that can be trusted."""
    import av

    try:
        with av.open(io.BytesIO(data), "r", format="mp3") as container:
            stream = container.streams.audio[0]
            base = stream.time_base or 0
            found_s = float(sum(packet.duration or 0 for packet in container.demux(stream)) * base)
    except (av.FFmpegError, IndexError) as problem:
        raise BadReply(f"{VENDOR} sent {len(data)} bytes that are no sound") from problem
    if found_s < _SHORTEST_SHARE * asked_s:
        raise BadReply(f"{VENDOR} sent {found_s:.1f} s of sound; {asked_s:g} s was asked for")


__all__ = ["ElevenLabsSounds"]
