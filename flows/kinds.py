"""Which flow makes what: the flow of each kind of brief, loaded when it is wanted."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from media_factory.briefs.model import Brief
from media_factory.delivery.manifest import Manifest

if TYPE_CHECKING:
    from prefect import Flow

# Module and name of each kind's flow: loading all takes half a second.
_FLOWS = {
    "image": ("flows.image", "create_image"),
    "narration": ("flows.narration", "create_narration"),
    "story": ("flows.story", "produce_story"),
    "video": ("flows.video", "create_video"),
}


def flow_of(brief: Brief) -> Flow[..., Any]:
    """Return the flow that makes what a brief asks for."""
    module, name = _FLOWS[brief.kind]
    return cast("Flow[..., Any]", getattr(import_module(module), name))


async def make_product(brief: Brief, factory: str, out: Path) -> Manifest:
    """Make what a brief asks for as part of the run around it: no flow run of its own.

    Args:
        brief: what is to be made.
        factory: the factory's name.
        out: folder for the finished files.
    """
    return cast(Manifest, await flow_of(brief).fn(brief, factory, out))


__all__ = ["flow_of", "make_product"]
