"""`media-factory submit`: ask a Prefect server for a product."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from deployments.api import Submitted
    from media_factory.briefs.base import BriefBase
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

    asked, manifest = asyncio.run(_submit(read_brief(brief), deployment, factory, key, wait=wait))
    if manifest is None:
        click.echo(asked.model_dump_json(indent=2) if as_json else f"run {asked.run_id}\n{asked.ui_url}")
        return
    if as_json:
        click.echo(manifest.model_dump_json(indent=2))
    else:
        click.echo(f"{manifest.id}: {manifest.status}")
        for line in (*manifest.reasons, *(output.url or output.path for output in manifest.outputs)):
            click.echo(f"  {line}")
    sys.exit(1 if manifest.status == "blocked" else 0)


async def _submit(
    brief: BriefBase, deployment: str | None, factory: str, key: str | None, *, wait: bool
) -> tuple[Submitted, Manifest | None]:
    from deployments.api import Client

    async with Client() as client:
        asked = await client.submit(brief, deployment=deployment, factory=factory, idempotency_key=key)
        if not wait:
            return asked, None
        again = "" if asked.created else " (asked for before)"
        click.echo(f"run {asked.run_id}{again}: {asked.ui_url}", err=True)
        return asked, await client.result(asked.run_id)


__all__ = ["submit"]
