"""The ledger: what was ordered from whom, what became of it, and what it cost, against budgets.

An intent is written before a vendor is asked, and every budget that it counts against is charged in the same
transaction. Its states::

    open      -> ticketed (a queueing vendor's), spooled, failed, in_doubt
    ticketed  -> spooled, failed, in_doubt
    spooled   -> settled, failed (charged for, but no use)
    in_doubt  -> dismissed (paid or not, as somebody found out), ticketed or spooled (the vendor still has it)

What is reserved stays reserved until the outcome is known.
"""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection, RowMapping

from media_factory.books.budgets import BudgetState, book, budget_states, refusals
from media_factory.books.database import Database
from media_factory.books.money import micro_usd, usd
from media_factory.books.tables import database_now, intents
from media_factory.errors import BooksError, BudgetExceeded
from media_factory.model import Model

IntentState = Literal["open", "ticketed", "spooled", "settled", "failed", "in_doubt", "dismissed"]

UNSETTLED: tuple[IntentState, ...] = ("open", "ticketed", "spooled", "in_doubt")
"""The states in which money is reserved."""

_LONGEST_REASON = 2000
_NO_ERROR: dict[str, Any] = {"error": None, "reason": None}


class Order(Model):
    """What is about to be bought.

    `key` is the same for every try at the same thing. `estimate_usd` None means that nobody knows the price. `scopes`
    are the budgets that it counts against, with their caps in US dollars; None counts without a cap. `holder` names who
    makes the call, as `host:pid:uuid`.
    """

    key: str = Field(min_length=1, max_length=200)
    provider: str = Field(description="provider:model")
    modality: str = Field(max_length=40)
    idempotent: bool
    estimate_usd: Decimal | None = Field(ge=0)
    run: str
    channel: str | None = None
    caller: str | None = None
    scopes: dict[str, Decimal | None] = Field(default={})
    holder: str


class Intent(Model):
    """One try at buying something.

    `attempt` counts from 1 per key. `reserved_usd` is what was set aside (0 where `priced` is false: nobody knew);
    `charged_usd` is what was charged: None while nobody knows, then the reservation counts. `error` is the name of an
    error class. `closed_at` is when the call ended, in seconds since 1970 by the books' clock, None while it runs;
    `seconds` is how long it took.
    """

    id: str
    key: str
    attempt: int
    provider: str
    modality: str
    state: IntentState
    idempotent: bool
    reserved_usd: Decimal
    priced: bool
    charged_usd: Decimal | None
    ticket: str | None
    spool: str | None
    vendor_id: str | None
    error: str | None
    reason: str | None
    run: str
    channel: str | None
    caller: str | None
    scopes: tuple[str, ...]
    holder: str
    opened_at: float
    closed_at: float | None
    seconds: float | None


class Ledger:
    """Intents and budgets; every change is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, order: Order) -> Intent:
        """Reserve an order's price in all its budgets and write its intent, or do neither.

        An order of unknown price reserves nothing, but a budget with nothing left refuses it.

        Raises:
            BudgetExceeded: a cap would be crossed; the message names it.
        """
        reserved = micro_usd(order.estimate_usd or Decimal(0))
        with self._database.writing() as connection:
            refused = refusals(connection, self._database, order.scopes, order.estimate_usd)
            if not refused:
                book(connection, order.scopes, reserved=reserved, spent=0)
                return self._write_intent(connection, order, reserved)
        # Raised after the transaction, which kept nothing but the caps that were asked.
        error = BudgetExceeded("; ".join(refused.values()))
        error.scopes = tuple(refused)
        raise error

    def intent(self, intent_id: str) -> Intent | None:
        """Return an intent, or None."""
        found = self._intents(intents.c.id == intent_id)
        return found[0] if found else None

    def intents_of(self, key: str) -> tuple[Intent, ...]:
        """Return all tries at a key, oldest first."""
        return self._intents(intents.c.key == key)

    def unsettled(self) -> tuple[Intent, ...]:
        """Return all intents that hold a reservation, oldest first."""
        return self._intents(intents.c.state.in_(UNSETTLED))

    def ticket(self, intent_id: str, ticket: str) -> None:
        """Note the vendor's ticket: open or in_doubt -> ticketed.

        Raises:
            BooksError: the intent is unknown or in another state.
        """
        with self._database.writing() as connection:
            _move(connection, intent_id, ("open", "in_doubt"), "ticketed", ticket=ticket, **_NO_ERROR)

    def spool(
        self, intent_id: str, spool: str, charged_usd: Decimal | None, vendor_id: str | None, seconds: float | None
    ) -> None:
        """Note where the reply lies and what it cost: open, ticketed or in_doubt -> spooled.

        Args:
            intent_id: which intent.
            spool: the name of the reply in the spool.
            charged_usd: what the vendor charged, None if it did not say.
            vendor_id: the vendor's own name for the call.
            seconds: how long the call took.

        Raises:
            BooksError: the intent is unknown or in another state.
        """
        changes = {
            "spool": spool,
            "charged_micro_usd": None if charged_usd is None else micro_usd(charged_usd),
            "vendor_id": vendor_id,
            **_ended(seconds),
            **_NO_ERROR,
        }
        with self._database.writing() as connection:
            _move(connection, intent_id, ("open", "ticketed", "in_doubt"), "spooled", **changes)

    def settle(self, intent_id: str) -> None:
        """Turn the reservation into what was charged, or keep its amount where nobody knows: spooled -> settled.

        Raises:
            BooksError: the intent is unknown or in another state.
        """
        with self._database.writing() as connection:
            row = _move(connection, intent_id, ("spooled",), "settled")
            _close(connection, row)

    def fail(self, intent_id: str, error: str, reason: str, seconds: float | None, *, paid: bool = False) -> None:
        """Give up a call that left nothing: open, ticketed or spooled -> failed.

        The reservation is released; a call that was charged for all the same (`paid`) is spent instead.

        Raises:
            BooksError: the intent is unknown or in another state.
        """
        changes = _error(error, reason) | _ended(seconds) | _charge(paid)
        with self._database.writing() as connection:
            row = _move(connection, intent_id, ("open", "ticketed", "spooled"), "failed", **changes)
            _close(connection, row)

    def doubt(self, intent_id: str, error: str, reason: str, seconds: float | None) -> None:
        """Note that nobody knows the outcome: open or ticketed -> in_doubt. What is reserved stays reserved.

        Raises:
            BooksError: the intent is unknown or in another state.
        """
        changes = _error(error, reason) | _ended(seconds)
        with self._database.writing() as connection:
            _move(connection, intent_id, ("open", "ticketed"), "in_doubt", **changes)

    def dismiss(self, intent_id: str, *, paid: bool) -> None:
        """Close a doubt: in_doubt -> dismissed. The reservation is spent if it was paid, else released.

        Raises:
            BooksError: the intent is unknown or in another state.
        """
        with self._database.writing() as connection:
            row = _move(connection, intent_id, ("in_doubt",), "dismissed", **_charge(paid))
            _close(connection, row)

    def budgets(self, prefix: str = "") -> tuple[BudgetState, ...]:
        """Return the budgets whose scope begins with a prefix, by scope."""
        with self._database.reading() as connection:
            return budget_states(connection, prefix)

    def _write_intent(self, connection: Connection, order: Order, reserved: int) -> Intent:
        attempts = sa.select(sa.func.coalesce(sa.func.max(intents.c.attempt), 0) + 1).where(intents.c.key == order.key)
        values = order.model_dump(exclude={"estimate_usd", "scopes"}) | {
            "id": uuid.uuid4().hex,
            "attempt": attempts.scalar_subquery(),
            "state": "open",
            "reserved_micro_usd": reserved,
            "priced": order.estimate_usd is not None,
            "scopes": sorted(order.scopes),
            "opened_at": database_now(),
        }
        # Two may count the same attempts at once on PostgreSQL; the one who comes second counts again.
        insert = self._database.insert(intents).values(values).on_conflict_do_nothing(index_elements=["key", "attempt"])
        while (row := connection.execute(insert.returning(intents)).mappings().one_or_none()) is None:
            continue
        return _intent(row)

    def _intents(self, condition: sa.ColumnElement[bool]) -> tuple[Intent, ...]:
        order = (intents.c.opened_at, intents.c.attempt, intents.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(intents).where(condition).order_by(*order)).mappings().all()
        return tuple(_intent(row) for row in rows)


def _close(connection: Connection, row: RowMapping) -> None:
    reserved, charged = row["reserved_micro_usd"], row["charged_micro_usd"]
    book(connection, row["scopes"], reserved=-reserved, spent=reserved if charged is None else charged)


def _move(
    connection: Connection, intent_id: str, allowed: tuple[IntentState, ...], state: IntentState, **changes: Any
) -> RowMapping:
    """Change an intent's state, if it is in one of those that allow it, and return its row."""
    statement = (
        sa.update(intents)
        .where(intents.c.id == intent_id, intents.c.state.in_(allowed))
        .values(state=state, **changes)
        .returning(intents)
    )
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        found = connection.execute(sa.select(intents.c.state).where(intents.c.id == intent_id)).scalar()
        known = f"is {found}" if found else "is not in the books"
        raise BooksError(f"intent {intent_id} {known}; only one that is {' or '.join(allowed)} can become {state}")
    return row


def _ended(seconds: float | None) -> dict[str, Any]:
    return {"closed_at": database_now(), "seconds": seconds}


def _error(error: str, reason: str) -> dict[str, Any]:
    # Vendors' words may be of any length and hold what no database takes as text.
    clean = reason.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    return {"error": error, "reason": clean[:_LONGEST_REASON]}


def _charge(paid: bool) -> dict[str, Any]:
    return {} if paid else {"charged_micro_usd": 0}


def _intent(row: RowMapping) -> Intent:
    values = dict(row)
    reserved, charged = values.pop("reserved_micro_usd"), values.pop("charged_micro_usd")
    return Intent(**values, reserved_usd=usd(reserved), charged_usd=None if charged is None else usd(charged))


__all__ = ["UNSETTLED", "BudgetState", "Intent", "IntentState", "Ledger", "Order"]
