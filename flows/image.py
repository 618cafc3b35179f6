"""An image: a prompt or a headline becomes one picture."""

from __future__ import annotations

from pathlib import Path

from media_factory.briefs.branding import branded
from media_factory.briefs.model import ImageBrief
from media_factory.calls.market import market_of
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.single import deliver_image
from media_factory.recipes.image import ImagePiece
from tasks.fallback import first_made
from tasks.handover import gathered
from tasks.images import generate_image
from tasks.labels import labelled
from tasks.naming import run_name
from tasks.orchestration import flow
from tasks.prompts import write_prompt
from tasks.publishing import publish_product
from tasks.run import running


@flow(name="image", flow_run_name=run_name, persist_result=False)
async def create_image(brief: ImageBrief, factory: str = "default", out: Path | None = None) -> Manifest:
    """Make one picture.

    Args:
        brief: what the picture shows.
        factory: name of the saved factory to make it in.
        out: folder for the finished files; the factory's own deliveries if none is given.

    Returns:
        What was delivered, what made it, and what it cost.
    """
    async with running(factory, brief) as here:
        brief = branded(brief, here.brand)
        piece = ImagePiece.of(brief, await market_of(here, brief))
        prompt = await first_made(write_prompt, piece.prompt_requests(), here)
        async with gathered(generate_image, here, parties=1) as painting:
            picture = await first_made(generate_image, piece.image_requests(prompt), here, together=painting)
        shown = await labelled(picture, piece.badge, here)
        delivered = await deliver_image(piece, prompt, picture, shown, here, out)
        return await publish_product(delivered, brief, here, out)


__all__ = ["create_image"]
