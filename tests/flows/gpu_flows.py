"""A flow that tests put on a work pool: two pictures, each by a chain of painters that the caller names."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from media_factory.briefs.model import ImageBrief
from media_factory.requests import ImageRequest
from media_factory.runs import current_run
from tasks.fallback import first_made
from tasks.handover import gathered
from tasks.images import generate_image
from tasks.orchestration import flow
from tasks.run import running


@flow(name="two-pictures", persist_result=False)
async def paint_two(painters: list[str], out: Path) -> None:
    """Make two pictures, and write down who made them and what the run remarks."""
    brief = ImageBrief.model_validate({"title": "two", "prompt": "two", "providers": {"image": painters[0]}})
    async with running("default", brief) as here, gathered(generate_image, here, parties=2) as painting:
        chains = (
            [ImageRequest(provider=one, prompt="a port", width_px=64, height_px=64, seed=seed) for one in painters]
            for seed in range(2)
        )
        made = await asyncio.gather(*(first_made(generate_image, chain, here, together=painting) for chain in chains))
        run = current_run()
        assert run is not None
        out.write_text(json.dumps({"by": [picture.provider for picture in made], "remarks": run.remarks}))
