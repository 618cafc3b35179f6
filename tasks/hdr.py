"""A film's HDR10 rendition."""

from __future__ import annotations

from media_factory.factory import Factory
from media_factory.rendering.footprint import hdr_memory
from media_factory.rendering.foretelling import foretell_hdr
from media_factory.rendering.model import Hdr, HdrRequest
from tasks.stage import stage


@stage("make-hdr", version=1, foretell=foretell_hdr, timeout_s=6 * 3600, heavy=True, memory=hdr_memory)
async def make_hdr(request: HdrRequest, factory: Factory) -> Hdr:
    """Make a film's HDR10 rendition."""
    from media_factory.rendering.hdr import make_hdr10

    master = await factory.store.fetch(request.master)
    with factory.workspace() as folder:
        target = folder / "hdr10.mp4"
        light = await make_hdr10(master, target, quality=request.quality, threads=factory.workers)
        video = await factory.store.put(
            target,
            "video/mp4",
            width_px=request.master.width_px,
            height_px=request.master.height_px,
            duration_s=request.master.duration_s,
        )
    return Hdr(video=video, max_cll=light.max_cll, max_fall=light.max_fall)


__all__ = ["make_hdr"]
