"""`media-factory runs`: how runs on a Prefect server stand, and stopping one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from deployments.api import RunStatus


@click.command()
@click.argument("run_id", required=False)
@click.option("--cancel", is_flag=True, help="Stop RUN_ID.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many to list.")
@click.option("--json", "as_json", is_flag=True, help="Print the runs as JSON.")
def runs(run_id: str | None, limit: int, *, cancel: bool, as_json: bool) -> None:
    """List the last runs on the Prefect server, or show how RUN_ID stands."""
    if cancel and run_id is None:
        raise click.UsageError("--cancel needs a RUN_ID")
    found = asyncio.run(_asked(run_id, limit, cancel=cancel))
    if as_json:
        rows = [status.model_dump(mode="json") for status in found]
        click.echo(json.dumps(rows if run_id is None else rows[0], indent=2))
    else:
        _show(found, with_message=run_id is not None)


async def _asked(run_id: str | None, limit: int, *, cancel: bool) -> Sequence[RunStatus]:
    from deployments.api import Client

    async with Client() as client:
        if run_id is None:
            return await client.runs(limit)
        return [await (client.cancel if cancel else client.status)(run_id)]


def _show(found: Sequence[RunStatus], *, with_message: bool) -> None:
    from deployments.tables import moment, plain, show, table_of

    table = table_of("run", "state", "started (UTC)", "ended (UTC)", "done", "name")
    for one in found:
        times = [moment(at.timestamp() if at else None) for at in (one.started, one.ended)]
        done = "" if one.progress is None else f"{one.progress:.0f}%"
        table.add_row(one.run_id, one.state_name, *times, done, plain(one.name))
    show(table)
    if with_message and found[0].message:
        show(plain(found[0].message))


__all__ = ["runs"]
