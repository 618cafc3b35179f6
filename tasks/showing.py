"""Products in Prefect's UI: artifacts of the flow run that made one, under keys that stay the product's own.

A product is not undone because nobody could be shown it: what fails here is a warning in the run's log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

from media_factory.delivery.links import MediaLinks
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.summary import escaped, stage_lines, summary_of
from media_factory.delivery.views import Views, views_of
from media_factory.errors import MediaFactoryError
from media_factory.runs import current_run
from tasks.orchestration import is_inside_flow_run

MOST_ROWS = 500
_WITHIN_S = 30.0


async def shown(manifest: Manifest, out: Path | None = None) -> Manifest:
    """Show a product in Prefect's UI, if a flow run made it, and return its manifest as it is.

    Args:
        manifest: what was delivered.
        out: the folder that it was delivered to; None for the factory's own deliveries.
    """
    run = current_run()
    if not is_inside_flow_run() or (run and run.planning):
        return manifest
    from prefect.logging import get_run_logger

    for problem in await _show(manifest, out):
        # Its words may hold addresses and what signs them.
        get_run_logger().warning("%s: something is not shown as an artifact: %s", manifest.id, type(problem).__name__)
    return manifest


async def _show(manifest: Manifest, out: Path | None) -> list[Exception]:
    """Make the artifacts all at once, and return what went wrong."""
    problems: list[Exception] = []
    views = Views()
    try:
        views = views_of(manifest, MediaLinks.from_environment(), in_deliveries=out is None)
    except MediaFactoryError as problem:
        problems.append(problem)
    calls = (asyncio.wait_for(call, _WITHIN_S) for call in _artifacts(manifest, views))
    results = await asyncio.gather(*calls, return_exceptions=True)
    return problems + [result for result in results if isinstance(result, Exception)]


def _artifacts(manifest: Manifest, views: Views) -> Iterator[Coroutine[Any, Any, Any]]:
    from prefect import artifacts

    title, lines = escaped(manifest.title), stage_lines(manifest)
    until = f"; opens for {views.expires_s // 60} minutes from the end of the run" if views.expires_s else ""
    if views.page:
        yield artifacts.acreate_link_artifact(
            link=views.page,
            link_text=f"Open the page of this {manifest.kind}",  # Prefect's first UI shows marks in it as they stand
            key=artifact_key(manifest, "page"),
            description=f"{title}{until}",
        )
    if views.picture:
        yield artifacts.acreate_image_artifact(
            image_url=views.picture, key=artifact_key(manifest, "picture"), description=f"{title}{until}"
        )
    yield artifacts.acreate_table_artifact(
        table=[line.model_dump() for line in lines[:MOST_ROWS]],
        key=artifact_key(manifest, "stages"),
        description=f"{min(len(lines), MOST_ROWS)} of {len(lines)} stages",
    )
    yield artifacts.acreate_markdown_artifact(
        markdown=summary_of(manifest, views.page),
        key=artifact_key(manifest, "account"),
        description=f"{title}: {manifest.status}",
    )


def artifact_key(manifest: Manifest, part: str) -> str:
    """Return the key of one of a product's artifacts: a-z, 0-9 and hyphens, the same in every run."""
    return f"{manifest.kind}-{manifest.id}-{part}"


__all__ = ["MOST_ROWS", "artifact_key", "shown"]
