"""A batch in Prefect's UI: a bar that grows, what came of it, and a run that is not green when rows are missing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from media_factory.batches.progress import Progress
from media_factory.batches.result import BatchResult
from media_factory.briefs.batch import BatchBrief
from tasks.orchestration import is_inside_flow_run
from tasks.result import leave_result

EVERY_S = 5.0
"""An update is a call of the API, so there are few."""


@asynccontextmanager
async def progress_shown(brief: BatchBrief, progress: Callable[[], Progress]) -> AsyncIterator[None]:
    """Keep a progress artifact while the block runs inside a flow run; nothing happens elsewhere."""
    if not is_inside_flow_run():
        yield
        return
    showing = asyncio.create_task(_keep_showing(brief, progress))
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


async def concluded(result: BatchResult) -> BatchResult:
    """Return what a flow run ends with, having kept its account as an artifact.

    One whose rows are not all there ends as failed (a state of Prefect's stands for the result then): it is red,
    notifications know it, and its Retry button does what is left to do.
    """
    from prefect.artifacts import acreate_markdown_artifact
    from prefect.states import Failed

    account = {"markdown": _account(result), "description": result.summary}
    await _without_harm(acreate_markdown_artifact, key=f"batch-{result.id}", **account)
    await leave_result(result)
    if result.all_well:
        return result
    message = f"{result.summary}; {result.page} says why, and running it again makes what is missing"
    return cast(BatchResult, Failed(message=message))


async def _keep_showing(brief: BatchBrief, progress: Callable[[], Progress]) -> None:
    from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact

    shown = _percent(progress)
    about = {"key": f"batch-{brief.id}-progress", "description": brief.title}
    artifact = await _without_harm(acreate_progress_artifact, shown, **about)
    if artifact is None:
        return
    try:
        while True:
            await asyncio.sleep(EVERY_S)
            if (now := _percent(progress)) != shown:
                await _without_harm(aupdate_progress_artifact, artifact, now)
                shown = now
    finally:
        await _without_harm(aupdate_progress_artifact, artifact, _percent(progress))


def _percent(progress: Callable[[], Progress]) -> float:
    return round(100 * progress().share, 1)


async def _without_harm(call: Callable[..., Awaitable[Any]], *values: Any, **named: Any) -> Any:
    """Call Prefect's API for show; that it does not answer ends no batch."""
    from prefect.logging import get_run_logger

    try:
        return await call(*values, **named)
    except Exception as error:
        get_run_logger().warning("an artifact could not be kept: %s", error)
        return None


def _account(result: BatchResult) -> str:
    totals = result.totals
    counts = totals.model_dump(include={"made", "cached", "degraded", "blocked", "failed", "refused", "skipped"})
    rows = "".join(f"| {name} | {count} |\n" for name, count in counts.items() if count)
    unpriced = f" and {totals.unpriced} rows whose cost nobody knows" if totals.unpriced else ""
    remarks = "".join(f"\n{remark}\n" for remark in result.remarks)
    return (
        f"**{result.summary}**\n\n| rows | |\n|---|---|\n{rows}\n"
        f"Cost: ${totals.cost_usd}{unpriced}\n{remarks}\nReport: `{result.page}`, as a table `{result.csv}`\n"
    )


__all__ = ["EVERY_S", "concluded", "progress_shown"]
