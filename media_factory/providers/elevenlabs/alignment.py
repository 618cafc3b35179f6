"""When each word of a known text is spoken in any sound: ElevenLabs' forced alignment."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

from media_factory.captions.alignment import check_words
from media_factory.catalogue.entries import models_of, price_of
from media_factory.errors import BadReply, InvalidRequest
from media_factory.providers.base import Aligner, AlignReply, Call, Capabilities
from media_factory.providers.elevenlabs.account import Account, AccountProvider
from media_factory.providers.elevenlabs.characters import timed_characters, words_of
from media_factory.providers.elevenlabs.errors import VENDOR, elevenlabs_errors
from media_factory.requests import AlignRequest
from media_factory.settings import Settings

_MOST_SOUND_BYTES = 1_000_000_000
_MOST_TEXT_CHARS = 675_000


class ElevenLabsAligner(AccountProvider[AlignRequest], Aligner):
    """Finds the words of a text in a sound of up to 1 GB."""

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings, account)
        self.capabilities = Capabilities(
            modality="align",
            models=models_of(VENDOR, "align"),
            word_timing=True,
            max_text_chars=_MOST_TEXT_CHARS,
            max_duration_s=36_000,
        )

    def price_usd(self, request: AlignRequest) -> Decimal | None:
        """Return the catalogue's price per second of sound; None while nobody knows one."""
        if request.sound.duration_s is None:
            return None
        return price_of(request.provider, "second", request.sound.duration_s)

    async def generate(self, request: AlignRequest, call: Call) -> AlignReply:
        """Find the words; the sound is in `call.files`.

        Raises:
            InvalidRequest: the sound is not among the files, or the text has no words.
            ProviderError: classified; BadReply if the answer is about another text.
        """
        data = await asyncio.to_thread(_sound, call.files.get(request.sound.digest))
        if not any(character.isalnum() for character in request.text):
            raise InvalidRequest("there is no word in the text to look for")
        client = await self.account.client()
        with elevenlabs_errors(request.text):
            answer = await client.forced_alignment.with_raw_response.create(
                file=("sound", data, request.sound.media_type),
                text=request.text,
                request_options=self.account.options,
            )
        pieces: Any = getattr(answer.data, "characters", None)
        if not isinstance(pieces, list):
            raise BadReply(f"{VENDOR} sent an alignment without characters")
        lists = ([getattr(one, name, None) for one in pieces] for name in ("text", "start", "end"))
        words = words_of(request.text, request.language, timed_characters(*lists, vendor=VENDOR), VENDOR)
        check_words(words, request.text, request.language, request.sound.duration_s or words[-1].end_s)
        return AlignReply(words=words, price_usd=self.price_usd(request), vendor_id=answer.headers.get("request-id"))


def _sound(path: Path | None) -> bytes:
    if path is None:
        raise InvalidRequest("the sound to align was not handed over with the call")
    if path.stat().st_size > _MOST_SOUND_BYTES:
        raise InvalidRequest(f"{VENDOR} aligns sounds of up to {_MOST_SOUND_BYTES} bytes")
    return path.read_bytes()


__all__ = ["ElevenLabsAligner"]
