"""A voice is cloned from recordings, with its speaker's consent on record."""

from __future__ import annotations

from media_factory.calls.cloning import VoiceToClone, VoiceWithConsent, clone_with_consent
from tasks.orchestration import flow
from tasks.run import running


@flow(name="clone-voice", flow_run_name="clone-voice: {voice.name}", persist_result=False)
async def clone_voice(voice: VoiceToClone, factory: str = "default") -> VoiceWithConsent:
    """Have a voice cloned.

    Args:
        voice: whose voice, from which recordings, and the speaker's consent in words.
        factory: name of the saved factory to make it in.

    Returns:
        The voice as briefs name it, and the consent as it was recorded.
    """
    async with running(factory) as here:
        return await clone_with_consent(here, voice)


__all__ = ["clone_voice"]
