"""`media-factory check-config`: is everything set up, and does it work?"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from deployments.checking import Finding
    from media_factory.factory import Factory

_EXIT_WRONG = 2


@click.command("check-config")
@click.option("--factory", "name", default="default", show_default=True, help="The saved factory to check.")
@click.option("--saved", is_flag=True, help="Check the block of that name, as runs under Prefect use it.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check_config(name: str, *, saved: bool, as_json: bool) -> None:
    """Say what is missing, by name, and try out the store, the books and the place of publication.

    No vendor is asked and nothing is spent. The exit code is 2 if something is wrong.
    """
    from deployments.loading import loading

    with loading():
        from deployments.checking import Finding, check_factory
        from media_factory.errors import MediaFactoryError

    try:
        factory = asyncio.run(_opened(name, saved=saved or name != "default"))
    except MediaFactoryError as problem:
        findings: tuple[Finding, ...] = (Finding(part="factory", state="wrong", what=str(problem)),)
    else:
        try:
            findings = asyncio.run(check_factory(factory))
        finally:
            factory.close()
    if as_json:
        click.echo(json.dumps([one.model_dump() for one in findings], indent=2))
    else:
        show_findings(findings)
    if any(one.state == "wrong" for one in findings):
        sys.exit(_EXIT_WRONG)


async def _opened(name: str, *, saved: bool) -> Factory:
    if not saved:
        from media_factory.factory import factory_from_environment

        return factory_from_environment()
    from blocks.factory import load_factory

    return await load_factory(name)


def show_findings(findings: Sequence[Finding]) -> None:
    """Print findings as a table, and how many need somebody."""
    from deployments.tables import plain, show, table_of

    table = table_of("part", "state", "what")
    for one in findings:
        table.add_row(plain(one.part), one.state, plain(one.what))
    show(table)
    wrong = sum(one.state == "wrong" for one in findings)
    missing = sum(one.state == "missing" for one in findings)
    show(f"{wrong} wrong, {missing} missing" if wrong or missing else "everything is set up")


__all__ = ["check_config", "show_findings"]
