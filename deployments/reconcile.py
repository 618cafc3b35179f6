"""`media-factory reconcile`: calls of ended processes brought to an end, and the ones that a person must judge."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from media_factory.calls.reconciliation import Reconciled
    from media_factory.factory import Factory


@click.command()
@click.option("--paid", multiple=True, metavar="CALL", help="This call was charged: count it as spent.")
@click.option("--unpaid", multiple=True, metavar="CALL", help="This call was not charged: give its money back.")
@click.option("--offline", is_flag=True, help="Ask no vendor.")
@click.option("--json", "as_json", is_flag=True, help="Print the calls as JSON.")
def reconcile(paid: Sequence[str], unpaid: Sequence[str], *, offline: bool, as_json: bool) -> None:
    """Bring calls of ended processes to an end without paying again, and list what is in doubt.

    A call in doubt may have been charged and left nothing. Look at the vendor's bill, then say --paid or --unpaid: from
    then on the call may be made again.
    """
    from media_factory.calls import reconciliation
    from media_factory.factory import factory_from_environment

    async def judged(factory: Factory) -> tuple[Reconciled, ...]:
        for calls, was_paid in ((paid, True), (unpaid, False)):
            for call in calls:
                await reconciliation.dismiss(factory, call, paid=was_paid)
        return await reconciliation.reconcile(factory, ask_vendors=not offline)

    with closing(factory_from_environment()) as factory:
        found = asyncio.run(judged(factory))
    if as_json:
        click.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
    else:
        _show(found)


def _show(found: Sequence[Reconciled]) -> None:
    from deployments.tables import moment, money, plain, show, table_of

    if not found:
        show("every call is settled")
        return
    table = table_of("call", "provider", "since", "stands", "spent", "note")
    for one in found:
        intent = one.intent
        amount = money(intent.reserved_usd if intent.priced else None)
        table.add_row(intent.id, intent.provider, moment(intent.opened_at), one.outcome, amount, plain(one.note))
    show(table)
    if any(one.outcome == "in doubt" for one in found):
        show("Calls in doubt may have been charged: see the vendor's bill, then say --paid CALL or --unpaid CALL.")


__all__ = ["reconcile"]
