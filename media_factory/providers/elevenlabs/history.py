"""Speech that was made and paid, and whose answer we lost: the account's history still has it.

Sounds, music, pictures and clips can't be found again: the first two are not in the history, and the list of the others
says nothing about what was asked for.
"""

from __future__ import annotations

import io
import wave
from datetime import datetime
from decimal import Decimal
from typing import Any

from media_factory.captions.alignment import check_words
from media_factory.catalogue.entries import price_of
from media_factory.errors import BadReply
from media_factory.providers.base import SpeechReply
from media_factory.providers.elevenlabs.account import Account
from media_factory.providers.elevenlabs.characters import timed_characters, words_of
from media_factory.providers.elevenlabs.errors import VENDOR, elevenlabs_errors
from media_factory.providers.replies import wav_from_sound
from media_factory.requests import SpeechRequest
from media_factory.timing import Word

_PAGE = 100
_MOST_PAGES = 20
_MOST_SOUND_BYTES = 256 << 20
# Vendors' clocks and ours differ.
_CLOCK_SLACK_S = 30


async def recovered(
    account: Account, request: SpeechRequest, sent: str, voice_id: str, model: str, since: datetime
) -> SpeechReply | None:
    """Return the newest utterance of a text in the history, or None.

    Args:
        account: whose history.
        request: what was asked for.
        sent: its text as it was sent.
        voice_id: by whom.
        model: by which model.
        since: nothing older counts.

    Raises:
        ProviderError: classified.
    """
    item = await _found(account, sent, voice_id, model, since)
    if item is None:
        return None
    data = wav_from_sound(await _sound(account, item.history_item_id), VENDOR)
    words = _words(item, request, sent)
    if words is not None:
        # The history keeps MP3, which pads the sound but never cuts it.
        check_words(words, request.text, request.language, _duration_s(data))
    return SpeechReply(
        data=data, media_type="audio/wav", words=words, price_usd=_price(item, model), vendor_id=item.request_id
    )


def _words(item: Any, request: SpeechRequest, sent: str) -> tuple[Word, ...] | None:
    timed = getattr(getattr(item, "alignments", None), "alignment", None)
    if timed is None:
        return None
    names = ("characters", "character_start_times_seconds", "character_end_times_seconds")
    characters = timed_characters(*(getattr(timed, name, None) for name in names), vendor=VENDOR)
    return words_of(request.text, request.language, characters, VENDOR, sent)


async def _found(account: Account, sent: str, voice_id: str, model: str, since: datetime) -> Any | None:
    client, after = await account.client(), None
    for _ in range(_MOST_PAGES):
        with elevenlabs_errors(sent):
            page = await client.history.list(
                page_size=_PAGE,
                start_after_history_item_id=after,
                voice_id=voice_id,
                model_id=model,
                date_after_unix=int(since.timestamp()) - _CLOCK_SLACK_S,
                source="TTS",
                request_options=account.options,
            )
        items = getattr(page, "history", None)
        if not isinstance(items, list):
            raise BadReply(f"{VENDOR} sent something else than a history")
        for item in items:
            if getattr(item, "text", None) == sent and getattr(item, "state", None) == "created":
                return item
        after = getattr(page, "last_history_item_id", None)
        if not items or not after or getattr(page, "has_more", None) is not True:
            return None
    return None


async def _sound(account: Account, item_id: str) -> bytes:
    client, data = await account.client(), bytearray()
    with elevenlabs_errors():
        async for piece in client.history.get_audio(item_id, request_options=account.options):
            data += piece
            if len(data) > _MOST_SOUND_BYTES:
                raise BadReply(f"{VENDOR} sent a sound of more than {_MOST_SOUND_BYTES} bytes")
    return bytes(data)


def _price(item: Any, model: str) -> Decimal | None:
    before, after = (getattr(item, f"character_count_change_{end}", None) for end in ("from", "to"))
    counted = after - before if isinstance(before, int) and isinstance(after, int) else 0
    characters = max(counted, len(item.text))
    return price_of(f"{VENDOR}:{model}", "thousand-chars", Decimal(characters) / 1000)


def _duration_s(data: bytes) -> float:
    with wave.open(io.BytesIO(data)) as sound:
        return float(sound.getnframes() / sound.getframerate())


__all__ = ["recovered"]
