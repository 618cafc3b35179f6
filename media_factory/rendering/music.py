"""The music that a user points at."""

from __future__ import annotations

import asyncio

from media_factory.assets import Asset
from media_factory.errors import InputError, RenderError
from media_factory.rendering.probe import decode_check, probe
from media_factory.store.base import AssetStore
from media_factory.store.intake import take_in


async def take_in_music(location: str | None, field: str, store: AssetStore) -> Asset | None:
    """Copy a path's or URL's sound into the store and return the asset; None if there is no location.

    Raises:
        InputError: it can't be read, or holds no sound that decodes to its end; the message names the field.
    """
    if location is None:
        return None
    asset = await take_in(location, field, "application/octet-stream", store)
    path = await store.fetch(asset)
    try:
        facts = await asyncio.to_thread(probe, path)
        if facts.audio:
            await decode_check(path)
    except RenderError:
        facts = None
    if facts is None or not facts.audio:
        raise InputError(f"{field}: the file holds no sound that can be played; give MP3, AAC, WAV, FLAC or Ogg")
    return asset


__all__ = ["take_in_music"]
