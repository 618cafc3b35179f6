"""The sound of a film."""

from __future__ import annotations

from media_factory.factory import Factory
from media_factory.rendering.foretelling import foretell_sound
from media_factory.rendering.model import MixRequest, Soundtrack
from media_factory.rendering.scratch import mix_bytes
from media_factory.timing import seconds_of
from tasks.stage import stage


@stage("mix-sound", version=2, foretell=foretell_sound, timeout_s=600, heavy=True)
async def mix_sound(request: MixRequest, factory: Factory) -> Soundtrack:
    """Place the utterances, lay music under them, and bring the mix to its loudness."""
    from media_factory.rendering import audio

    duration_s = float(seconds_of(request.frames, request.rate))
    files = await factory.files_of(request)
    with factory.workspace(mix_bytes(request)) as folder:
        mixed = await audio.mix_sound(request, files, folder)
        return Soundtrack(
            mix=await factory.store.put(mixed.mix, "audio/mp4", duration_s=duration_s),
            narration=await factory.store.put(mixed.narration, "audio/mp4", duration_s=duration_s),
            loudness_lufs=mixed.loudness_lufs,
            true_peak_dbtp=mixed.true_peak_dbtp,
        )


__all__ = ["mix_sound"]
