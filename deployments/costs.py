"""`media-factory costs`: what was spent, and what the cache spared us."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, cast

import click

if TYPE_CHECKING:
    from media_factory.books.ledger import BudgetState
    from media_factory.books.statistics import CostRow

_DAY = "%Y-%m-%d"


@click.command()
@click.option("--by", type=click.Choice(["day", "channel", "provider"]), default="day", show_default=True)
@click.option("--since", type=click.DateTime([_DAY]), metavar="YYYY-MM-DD", help="From this UTC day on.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows and today's budgets as JSON.")
def costs(by: str, since: datetime | None, *, as_json: bool) -> None:
    """Say what was spent, what may have been, and what cache hits saved."""
    from media_factory.catalogue.entries import today
    from media_factory.factory import factory_from_environment

    began = since.replace(tzinfo=UTC).timestamp() if since else None
    with closing(factory_from_environment()) as factory:
        rows = factory.books.statistics.costs(cast("Literal['day', 'channel', 'provider']", by), began)
        day = today().isoformat()
        budgets = [one for one in factory.books.ledger.budgets() if one.scope.endswith(f"/{day}")]
    if as_json:
        content: dict[str, Any] = {
            "by": by,
            "rows": [row.model_dump(mode="json") for row in rows],
            "budgets": [budget.model_dump(mode="json") for budget in budgets],
        }
        click.echo(json.dumps(content, indent=2))
    else:
        _show(by, rows, budgets)


def _show(by: str, rows: Sequence[CostRow], budgets: Sequence[BudgetState]) -> None:
    from deployments.tables import money, plain, show, table_of

    if not rows:
        show("nothing was spent")
        return
    table = table_of(by, "calls", "spent", "in doubt", "unpriced", "hits", "saved")
    for row in rows:
        table.add_row(
            plain(row.name or f"(no {by})"),
            str(row.calls),
            money(row.spent_usd),
            money(row.in_doubt_usd),
            str(row.unpriced),
            str(row.hits),
            money(row.saved_usd),
        )
    spent, saved = (sum((getattr(row, name) for row in rows), Decimal(0)) for name in ("spent_usd", "saved_usd"))
    show(table, f"spent {money(spent)}, saved {money(saved)}")
    for budget in budgets:
        if budget.cap_usd is not None:
            left = budget.cap_usd - budget.spent_usd - budget.reserved_usd
            show(f"{plain(budget.scope)}: {money(left)} of {money(budget.cap_usd)} left")


__all__ = ["costs"]
