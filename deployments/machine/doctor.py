"""`media-factory doctor`: what commonly goes wrong on a machine, looked at one by one."""

from __future__ import annotations

import asyncio
import json
import sys

import click

_EXIT_WRONG = 1


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=4200, show_default=True, help="Port meant for `up`.")
@click.option(
    "--media-port", type=click.IntRange(1, 65535), default=4210, show_default=True, help="Media port meant for `up`."
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(port: int, media_port: int, *, as_json: bool) -> None:
    """Look at this machine, and say of everything that is not well what to do about it.

    No vendor is asked and nothing is spent. The exit code is 1 if something is wrong; what is only missing is none.
    """
    from deployments.loading import loading

    with loading():
        from deployments.check_config import show_findings
        from deployments.machine.examining import examine

    findings = asyncio.run(examine(port=port, media_port=media_port))
    if as_json:
        click.echo(json.dumps([one.model_dump() for one in findings], indent=2))
    else:
        show_findings(findings)
    if any(one.state == "wrong" for one in findings):
        sys.exit(_EXIT_WRONG)


__all__ = ["doctor"]
