"""The end of a flow: its product is published, after a person's yes where the brief asks for one, and shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from media_factory.briefs.base import BriefBase
from media_factory.delivery.approval import is_approved
from media_factory.delivery.folder import folder_of
from media_factory.delivery.links import MAX_EXPIRES_S, MediaLinks
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.releasing import awaits_approval, release
from media_factory.factory import Factory
from media_factory.runs import current_run
from tasks.orchestration import is_inside_flow_run
from tasks.showing import shown


async def publish_product(manifest: Manifest, brief: BriefBase, factory: Factory, out: Path | None) -> Manifest:
    """Publish a delivered product if it is to be, and show it in Prefect's UI; the last line of flows that make one.

    Where the brief asks for a person's yes, a deployed run is suspended until somebody answers. Elsewhere the product
    stays unpublished in its folder, and the command line asks, or says how to publish it.

    Args:
        manifest: as it was delivered.
        brief: what was asked for.
        factory: says where to publish.
        out: where it lies; the factory's own place if none is given.

    Raises:
        InputError: a key can't be used.
        StoreError: something could not be put; readers still find what they found before.
    """
    run = current_run()
    if run is None or run.planning:
        return manifest
    asks = awaits_approval(manifest, brief, factory.publisher) and is_inside_flow_run()
    if asks:
        from tasks import approving

        asks = approving.can_ask()
    if asks:
        await shown(manifest, out)
        manifest = await approving.ask(manifest, _place(manifest, factory, out))
    released = await shown(await release(manifest, brief, factory, out, run.id), out)
    run.product = released
    # A flow that returns a state ends in it; whoever awaits the flow gets the manifest all the same.
    return cast(Any, approving.not_published(released)) if asks and not is_approved(released) else released


def _place(manifest: Manifest, factory: Factory, out: Path | None) -> str:
    """Return where a person can look at a product: the media server shows what lies among the deliveries."""
    links = MediaLinks.from_environment() if out is None else None
    return links.delivery(manifest.id, expires_s=MAX_EXPIRES_S) if links else str(folder_of(manifest, out, factory))


__all__ = ["publish_product"]
