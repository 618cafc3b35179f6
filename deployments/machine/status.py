"""`media-factory status`: what runs, what waits, what comes next."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from deployments.machine.looking import Status


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def status(*, as_json: bool) -> None:
    """Show the parts of `up`, work pools, deployments and the last hour's runs.

    It asks the server of PREFECT_API_URL, or else the one that `up` of this home started. The exit code is 0 if all is
    well, and 1 if not.
    """
    from deployments.loading import loading

    with loading():
        from deployments.machine.looking import look

    found = look()
    if as_json:
        click.echo(found.model_dump_json(indent=2))
    else:
        _show(found)
    sys.exit(1 if found.problems else 0)


def _show(found: Status) -> None:
    from deployments.tables import moment, plain, show, table_of

    if found.api_url:
        show(f"Prefect API: {found.api_url}", "")
    parts = table_of("part", "pid", "since (UTC)", "restarts", "healthy", "URL")
    for part in found.parts:
        since, well = moment(part.since.timestamp()), "yes" if part.healthy else "NO"
        parts.add_row(part.name, str(part.pid), since, str(part.restarts), well, part.url or "")
    pools = table_of("pool", "type", "workers", "queued", "running", "limit", "")
    for pool in found.pools:
        counts = (str(pool.workers_online), str(pool.queued), str(pool.running), str(pool.limit or "none"))
        pools.add_row(plain(pool.name), pool.type, *counts, "paused" if pool.paused else "")
    deployments = table_of("deployment", "pool", "next run (UTC)", "")
    for one in found.deployments:
        coming = moment(one.next_run.timestamp()) if one.next_run else ""
        deployments.add_row(plain(one.name), one.pool or "", coming, "paused" if one.paused else "")
    for table in (parts, pools, deployments):
        if table.row_count:
            show(table, "")
    if found.api_url:
        runs = ", ".join(f"{count} {state}" for state, count in found.runs_last_hour.items())
        show(f"runs of the last hour: {runs or 'none'}")
    show(*[f"[red]{plain(problem)}[/red]" for problem in found.problems] or ["all is well"])


__all__ = ["status"]
