"""Budgets: what is spent and reserved under each scope, within a transaction that somebody else opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from media_factory.books.database import Database
from media_factory.books.money import dollars, micro_usd, micro_usd_cap, usd
from media_factory.books.tables import budgets
from media_factory.model import Model


class BudgetState(Model):
    """Where a budget stands; `cap_usd` is the cap that was last asked of it, None for none."""

    scope: str
    cap_usd: Decimal | None
    spent_usd: Decimal
    reserved_usd: Decimal


def refusals(
    connection: Connection, database: Database, scopes: Mapping[str, Decimal | None], asked_usd: Decimal | None
) -> dict[str, str]:
    """Return why budgets have no room for an amount: a sentence for the scope of each that has none.

    The budgets stay locked until the transaction ends, so that what they have room for can be booked. A price that
    nobody knows (None) needs no room, but a budget with nothing left refuses it.
    """
    needed = 1 if asked_usd is None else micro_usd(asked_usd)
    asked = "a call of unknown price" if asked_usd is None else f"{dollars(needed)} more"
    found = {}
    for scope, cap_usd in sorted(scopes.items()):
        row = _locked(connection, database, scope, None if cap_usd is None else micro_usd_cap(cap_usd))
        cap, spent, reserved = row["cap_micro_usd"], row["spent_micro_usd"], row["reserved_micro_usd"]
        if cap is not None and spent + reserved + needed > cap:
            standing = f"{dollars(spent)} spent, {dollars(reserved)} reserved"
            found[scope] = f"{scope}: {asked} would cross the cap of {dollars(cap)} ({standing})"
    return found


def book(connection: Connection, scopes: Iterable[str], *, reserved: int, spent: int) -> None:
    """Add micro-dollars, which may be negative, to what budgets have reserved and spent."""
    # One by one in sorted order: those who lock several rows in the same order can't lock each other out.
    for scope in sorted(scopes):
        connection.execute(
            sa.update(budgets)
            .where(budgets.c.scope == scope)
            .values(
                reserved_micro_usd=budgets.c.reserved_micro_usd + reserved,
                spent_micro_usd=budgets.c.spent_micro_usd + spent,
            )
        )


def budget_states(connection: Connection, prefix: str) -> tuple[BudgetState, ...]:
    """Return the budgets whose scope begins with a prefix, by scope."""
    # LIKE would not tell upper from lower case on SQLite.
    chosen = sa.func.substr(budgets.c.scope, 1, len(prefix)) == prefix
    rows = connection.execute(sa.select(budgets).where(chosen)).mappings().all()
    return tuple(sorted((_state(row) for row in rows), key=lambda state: state.scope))


def _locked(connection: Connection, database: Database, scope: str, cap: int | None) -> RowMapping:
    insert = database.insert(budgets).values(scope=scope, cap_micro_usd=cap, spent_micro_usd=0, reserved_micro_usd=0)
    statement = insert.on_conflict_do_update(
        index_elements=["scope"], set_={"cap_micro_usd": insert.excluded.cap_micro_usd}
    ).returning(budgets)
    row: RowMapping = connection.execute(statement).mappings().one()
    return row


def _state(row: RowMapping) -> BudgetState:
    cap = row["cap_micro_usd"]
    return BudgetState(
        scope=row["scope"],
        cap_usd=None if cap is None else usd(cap),
        spent_usd=usd(row["spent_micro_usd"]),
        reserved_usd=usd(row["reserved_micro_usd"]),
    )


__all__ = ["BudgetState", "book", "budget_states", "refusals"]
