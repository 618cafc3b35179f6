"""A narration: a text becomes speech, with the time of every word."""

from __future__ import annotations

from pathlib import Path

from media_factory.briefs.branding import branded
from media_factory.briefs.model import NarrationBrief
from media_factory.calls.market import market_of
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.single import deliver_narration
from media_factory.recipes.narration import NarrationPiece
from tasks.fallback import all_by_one
from tasks.naming import run_name
from tasks.orchestration import flow
from tasks.publishing import publish_product
from tasks.run import running
from tasks.sound import mix_sound
from tasks.speech import synthesize_speech


@flow(name="narration", flow_run_name=run_name, persist_result=False)
async def create_narration(brief: NarrationBrief, factory: str = "default", out: Path | None = None) -> Manifest:
    """Speak a text.

    Args:
        brief: what is said, and how.
        factory: name of the saved factory to make it in.
        out: folder for the finished files; the factory's own deliveries if none is given.

    Returns:
        What was delivered, what made it, and what it cost.
    """
    async with running(factory, brief) as here:
        brief = branded(brief, here.brand)
        piece = NarrationPiece.of(brief, await market_of(here, brief))
        utterances = await all_by_one(synthesize_speech, piece.speech_requests(), here)
        sound = await mix_sound(piece.mix_request(utterances), here)
        delivered = await deliver_narration(piece, utterances, sound, here, out)
        return await publish_product(delivered, brief, here, out)


__all__ = ["create_narration"]
