"""The music that a user points at: is it sound that can be played?"""

from __future__ import annotations

import asyncio
from pathlib import Path

from media_factory.errors import RenderError
from media_factory.rendering.model import SoundCheck
from media_factory.rendering.probe import decode_check, probe


async def check_sound(path: Path) -> SoundCheck:
    """Decode a file that may come from anywhere, in a program of its own.

    Raises:
        RenderError: it holds no sound, or does not decode.
    """
    facts = await asyncio.to_thread(probe, path)
    if not facts.audio:
        raise RenderError(f"{path.name} has no sound track")
    await decode_check(path)
    return SoundCheck(duration_s=facts.audio[0].duration_s)


__all__ = ["check_sound"]
