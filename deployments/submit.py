"""`media-factory submit`: ask a Prefect server for a product."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from deployments.api import Submitted
    from deployments.api.asking import AskedBrief
    from media_factory.batches.result import BatchResult
    from media_factory.delivery.manifest import Manifest


@click.command()
@click.argument("brief", type=click.Path(path_type=Path))
@click.option("--deployment", metavar="FLOW/NAME", help="Which deployment makes it; by its kind, on the CPU pool.")
@click.option("--factory", default="default", show_default=True, help="Name of the saved factory to make it in.")
@click.option("--key", help="Idempotency key: the same key is the same run.")
@click.option("--wait", is_flag=True, help="Stay until it has ended, and say what was delivered.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the run, or with --wait the manifest.")
def submit(brief: Path, deployment: str | None, factory: str, key: str | None, *, wait: bool, as_json: bool) -> None:
    """Ask the Prefect server for what BRIEF asks for; files that it names must be where the worker is."""
    from media_factory.briefs.reading import read_brief

    asked, left = asyncio.run(_submit(read_brief(brief), deployment, factory, key, wait=wait))
    if left is None:
        click.echo(asked.model_dump_json(indent=2) if as_json else f"run {asked.run_id}\n{asked.ui_url}")
        return
    if as_json:
        click.echo(left.model_dump_json(indent=2))
    else:
        for line in _account(left):
            click.echo(line)
    sys.exit(0 if _is_well(left) else 1)


async def _submit(
    brief: AskedBrief, deployment: str | None, factory: str, key: str | None, *, wait: bool
) -> tuple[Submitted, Manifest | BatchResult | None]:
    from deployments.api import Client

    async with Client() as client:
        asked = await client.submit(brief, deployment=deployment, factory=factory, idempotency_key=key)
        if not wait:
            return asked, None
        again = "" if asked.created else " (asked for before)"
        click.echo(f"run {asked.run_id}{again}: {asked.ui_url}", err=True)
        result = client.batch_result if brief.kind == "batch" else client.result
        return asked, await result(asked.run_id)


def _account(left: Manifest | BatchResult) -> tuple[str, ...]:
    from media_factory.delivery.manifest import Manifest

    if isinstance(left, Manifest):
        files = (output.url or output.path for output in left.outputs)
        return (f"{left.id}: {left.status}", *(f"  {line}" for line in (*left.reasons, *files)))
    return (f"{left.id}: {left.summary}", *(f"  {line}" for line in (*left.remarks, str(left.page), str(left.csv))))


def _is_well(left: Manifest | BatchResult) -> bool:
    from media_factory.delivery.manifest import Manifest

    return left.status != "blocked" if isinstance(left, Manifest) else left.all_well


__all__ = ["submit"]
