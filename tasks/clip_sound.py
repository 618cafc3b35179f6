"""The sound that clips bring along."""

from __future__ import annotations

from media_factory.factory import Factory
from media_factory.rendering.foretelling import foretell_clip_sound
from media_factory.rendering.model import ClipSound, ClipSoundRequest
from media_factory.timing import seconds_of
from tasks.stage import stage


@stage("take-clip-sound", version=1, foretell=foretell_clip_sound, timeout_s=600, heavy=True)
async def take_clip_sound(request: ClipSoundRequest, factory: Factory) -> ClipSound:
    """Take the part of a clip's sound that its shot shows."""
    from media_factory.rendering.clip_sound import take_sound

    clip = await factory.store.fetch(request.clip)
    duration_s = float(seconds_of(request.frames, request.rate))
    with factory.workspace() as folder:
        target = folder / "sound.flac"
        if not await take_sound(request, clip, target):
            return ClipSound(sound=None)
        return ClipSound(sound=await factory.store.put(target, "audio/flac", duration_s=duration_s))


__all__ = ["take_clip_sound"]
