"""Lineage: what a request is made from and what a result brings into the world, as names that the books keep.

A name is an asset's digest, or `voice:<vendor>:<id>`: a voice is no asset, but what it says was made from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pydantic import BaseModel

from media_factory.assets import assets_in

LONGEST_NAME = 80
"""Characters that the books keep of a name."""


def voice_name(vendor: str, voice: str) -> str:
    """Return the name of a vendor's voice; `vendor` may carry a model (`elevenlabs:eleven_v3`).

    >>> voice_name("elevenlabs:eleven_v3", "Rachel")
    'voice:elevenlabs:Rachel'
    """
    name = f"voice:{vendor.partition(':')[0]}:{voice}"
    if len(name) <= LONGEST_NAME:
        return name
    return f"voice:{hashlib.sha256(name.encode()).hexdigest()}"


def inputs_of(request: BaseModel) -> tuple[str, ...]:
    """Return the names of everything that a request is made from: its assets and the voices that are to speak."""
    voices = (voice_name(vendor, voice) for vendor, voice in _voices_in(request) if isinstance(voice, str))
    return tuple(sorted({*(asset.digest for asset in assets_in(request)), *voices}))


def outputs_of(result: BaseModel) -> tuple[str, ...]:
    """Return the names of what a result brings: its assets, and a voice that was made."""
    voices = (voice_name(vendor, voice.id) for vendor, voice in _voices_in(result) if hasattr(voice, "id"))
    return tuple(sorted({*(asset.digest for asset in assets_in(result)), *voices}))


def _voices_in(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, BaseModel):
        vendor, voice = getattr(value, "provider", None), getattr(value, "voice", None)
        if isinstance(vendor, str) and voice is not None:
            yield vendor, voice
        for name in type(value).model_fields:
            yield from _voices_in(getattr(value, name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _voices_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _voices_in(item)


__all__ = ["LONGEST_NAME", "inputs_of", "outputs_of", "voice_name"]
