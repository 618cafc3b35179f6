"""A batch: every row of a manifest becomes its product; what is there already is not begun."""

from __future__ import annotations

from pathlib import Path

from flows.kinds import make_product
from media_factory.batches.result import BatchResult
from media_factory.briefs.batch import BatchBrief
from tasks.batches import make_batch
from tasks.orchestration import flow
from tasks.run import running


@flow(name="batch", flow_run_name="batch: {brief.title}", persist_result=False)
async def produce_batch(brief: BatchBrief, factory: str = "default", out: Path | None = None) -> BatchResult:
    """Make everything that the rows of a manifest ask for.

    Args:
        brief: the manifest, and what holds for all its rows.
        factory: name of the saved factory to make it in.
        out: folder for the report and, by their ids, for the products; the factory's own deliveries if none is given.

    Returns:
        What became of the rows. A flow run whose rows are not all there ends as failed: run it again for the rest.
    """
    async with running(factory) as here:
        return await make_batch(brief, here, out, lambda row, folder: make_product(row, factory, folder))


__all__ = ["produce_batch"]
