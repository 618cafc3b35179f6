"""Sound effects and music that are made."""

from __future__ import annotations

from media_factory.calls import clips
from media_factory.calls.broker import STAGE_TIMEOUT_S
from media_factory.calls.foretelling import foretell_sound
from media_factory.factory import Factory
from media_factory.requests import SoundRequest
from media_factory.results import Sound
from tasks.stage import stage


@stage("generate-sound", version=1, foretell=foretell_sound, timeout_s=STAGE_TIMEOUT_S)
async def generate_sound(request: SoundRequest, factory: Factory) -> Sound:
    """Make one sound effect or piece of music."""
    return await clips.make_sound(request, factory)


__all__ = ["generate_sound"]
