"""Our batch over instant stages: each row is a narration brief that goes through six of them."""

from __future__ import annotations

import json
from pathlib import Path

from prefect import flow

from media_factory.assets import pending_asset
from media_factory.batches.result import BatchResult
from media_factory.briefs.batch import BatchBrief
from media_factory.briefs.model import Brief
from media_factory.delivery.building import manifest_of
from media_factory.delivery.folder import MANIFEST, Delivery
from media_factory.delivery.log import note_product
from media_factory.delivery.manifest import Manifest, Output
from media_factory.factory import Factory
from media_factory.files import write_whole
from media_factory.model import Model
from media_factory.runs import current_run
from tasks.batches import make_batch
from tasks.run import running
from tasks.stage import StageTask, stage


class Ask(Model):
    """What an instant stage is asked."""

    text: str


class Told(Model):
    """What it gives."""

    text: str


async def _foretold(request: Ask, key: str, factory: Factory) -> Told:  # noqa: ARG001
    return Told(text=request.text)


def _instant(name: str) -> StageTask[Ask, Told]:
    async def body(request: Ask, factory: Factory) -> Told:  # noqa: ARG001
        return Told(text=f"{request.text} {name}")

    body.__annotations__["return"] = Told
    return stage(f"instant-{name}", version=1, foretell=_foretold)(body)


STAGES = tuple(_instant(name) for name in ("a", "b", "c", "d", "e", "f"))


async def make_row(brief: Brief, folder: Path, stages: int = len(STAGES)) -> Manifest:
    """Put a row through its stages, and note its product as a delivery does."""
    async with running("default", brief) as here:
        text = brief.title
        for one in STAGES[:stages]:
            text = (await one(Ask(text=text), here)).text
        page = Output(role="page", path="index.html", asset=pending_asset("page", "text/html"))
        manifest = manifest_of(brief, Delivery(here)).model_copy(update={"outputs": (page,)})
        write_whole(folder / MANIFEST, manifest.model_dump_json())
        run = current_run()
        assert run is not None
        await note_product(manifest, folder, here.books, run.product_key)
        return manifest


@flow(name="bench-ours", persist_result=False)
async def ours(brief: BatchBrief) -> BatchResult:
    """Make a batch of rows with six stages each."""
    async with running("default") as here:
        return await make_batch(brief, here, None, make_row)


@flow(name="bench-short", persist_result=False)
async def short(brief: BatchBrief) -> BatchResult:
    """Make a batch of rows with one stage each."""
    async with running("default") as here:
        return await make_batch(brief, here, None, lambda row, folder: make_row(row, folder, stages=1))


def write_manifest(path: Path, rows: int, name: str = "Row") -> Path:
    """Write a manifest of so many narration briefs, and return its path."""
    with path.open("w") as file:
        for number in range(rows):
            row = {"kind": "narration", "title": f"{name} {number}", "text": f"This is what row {number} says."}
            file.write(json.dumps(row) + "\n")
    return path


def write_stories(path: Path, rows: int, name: str = "Story") -> Path:
    """Write a manifest of so many story briefs of five scenes, and return its path."""
    scenes = [{"text": f"Forty vessels are waiting offshore, and number {one} is the first."} for one in range(5)]
    with path.open("w") as file:
        for number in range(rows):
            file.write(json.dumps({"kind": "story", "title": f"{name} {number}", "scenes": scenes}) + "\n")
    return path


__all__ = ["STAGES", "make_row", "ours", "short", "write_manifest", "write_stories"]
