"""The music that a user points at."""

from __future__ import annotations

from media_factory.assets import Asset
from media_factory.briefs.sounds import MadeSound
from media_factory.errors import InputError, RenderError
from media_factory.factory import Factory
from media_factory.rendering.model import SoundCheck, SoundCheckRequest
from media_factory.store.intake import take_in
from tasks.stage import stage


async def foretell_check(request: SoundCheckRequest, key: str, factory: Factory) -> SoundCheck:  # noqa: ARG001
    """Check the sound now: it costs nothing, and a plan should say what is wrong with a brief."""
    from media_factory.rendering import music

    return await music.check_sound(await factory.store.fetch(request.sound))


@stage("check-sound", version=1, foretell=foretell_check, timeout_s=600, attempts=1)
async def check_sound(request: SoundCheckRequest, factory: Factory) -> SoundCheck:
    """Make sure that a file holds sound which decodes to its end."""
    from media_factory.rendering import music

    return await music.check_sound(await factory.store.fetch(request.sound))


async def take_in_music(location: str | MadeSound | None, field: str, factory: Factory) -> Asset | None:
    """Copy a path's or URL's sound into the store and return the asset; None if there is no location.

    Music that is to be made is nothing to take in.

    Raises:
        InputError: it can't be read, or holds no sound that decodes to its end; the message names the field.
    """
    if not isinstance(location, str):
        return None
    asset = await take_in(location, field, "application/octet-stream", factory.store)
    try:
        await check_sound(SoundCheckRequest(sound=asset), factory)
    except RenderError as problem:
        raise InputError(
            f"{field}: the file holds no sound that can be played; give MP3, AAC, WAV, FLAC or Ogg"
        ) from problem
    return asset


__all__ = ["check_sound", "foretell_check", "take_in_music"]
