"""Reconciliation: what calls of ended processes left, brought to an end without paying anything again.

A ticket is asked for, and its reply kept for the next run; a reply on disk whose product exists is settled; an open
call becomes one in doubt. Calls in doubt stay listed until a person (or the vendor's bill) says whether they were paid.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Literal, cast

from media_factory.books.books import Books
from media_factory.books.ledger import Intent
from media_factory.calls.broker import REPLIES
from media_factory.calls.spool import spool_of
from media_factory.errors import InputError, MediaFactoryError, OutcomeUnknown, ProviderError
from media_factory.factory import Factory
from media_factory.holders import is_gone
from media_factory.model import Model
from media_factory.providers.base import JobProvider, Ticket

# A call on another machine, whose processes we can't see, has ended by then.
_LONGEST_CALL_S = 7200.0
_DROP_AFTER_S = 600.0
Outcome = Literal[
    "under way", "still making", "reply kept", "settled", "in doubt", "failed", "can't be asked", "reply elsewhere"
]


class Reconciled(Model):
    """A call, and how it stands now."""

    intent: Intent
    outcome: Outcome
    note: str = ""


async def reconcile(factory: Factory, *, ask_vendors: bool = True) -> tuple[Reconciled, ...]:
    """Bring calls of ended processes to an end, and return every call that is not settled, oldest first.

    Args:
        factory: whose books.
        ask_vendors: ask for tickets too; without, nothing leaves this machine.
    """
    found = []
    for intent in await asyncio.to_thread(factory.books.ledger.unsettled):
        if intent.state != "in_doubt" and not _has_ended(intent):
            found.append(Reconciled(intent=intent, outcome="under way"))
        elif intent.state != "ticketed" or ask_vendors:
            outcome, note = await _WAYS[intent.state](intent, factory)
            now = await asyncio.to_thread(factory.books.ledger.intent, intent.id)
            found.append(Reconciled(intent=now or intent, outcome=outcome, note=note))
    await asyncio.to_thread(_drop_used_replies, factory)
    await asyncio.to_thread(_drop_leases_of_the_dead, factory.books)
    return tuple(found)


async def dismiss(factory: Factory, intent_id: str, *, paid: bool) -> Intent:
    """Say whether a call in doubt was paid; from then on it may be made again.

    Raises:
        InputError: there is no such call, or it is not in doubt.
    """
    ledger = factory.books.ledger
    intent = await asyncio.to_thread(ledger.intent, intent_id)
    if intent is None or intent.state != "in_doubt":
        state = f"it is {intent.state}" if intent else "the books don't know it"
        raise InputError(f"call {intent_id} is not in doubt: {state}")
    await asyncio.to_thread(ledger.dismiss, intent_id, paid=paid)
    return cast(Intent, await asyncio.to_thread(ledger.intent, intent_id))


def _has_ended(intent: Intent) -> bool:
    return is_gone(intent.holder) or time.time() - intent.opened_at > _LONGEST_CALL_S


async def _open(intent: Intent, factory: Factory) -> tuple[Outcome, str]:
    if spool_of(factory).has(intent.id):
        return "reply kept", "the next run uses it"
    reason = "the process that made the call ended before its answer was kept"
    await asyncio.to_thread(factory.books.ledger.doubt, intent.id, OutcomeUnknown.__name__, reason, 0.0)
    return "in doubt", reason


async def _ticketed(intent: Intent, factory: Factory) -> tuple[Outcome, str]:
    ledger, name = factory.books.ledger, intent.provider.partition(":")[0]
    began = time.monotonic()
    try:
        provider = cast("JobProvider[Any, Any]", factory.providers.named(cast(Any, intent.modality), intent.provider))
        ticket = Ticket(provider=name, id=str(intent.ticket))
        if not (await provider.poll(ticket)).done:
            return "still making", f"ticket {intent.ticket}"
        reply = await provider.fetch(ticket)
    except ProviderError as error:
        if error.retryable and error.paid != "yes":
            return "can't be asked", str(error)
        book = ledger.fail if error.paid == "no" else ledger.doubt
        await asyncio.to_thread(book, intent.id, type(error).__name__, str(error), time.monotonic() - began)
        return ("failed" if error.paid == "no" else "in doubt"), str(error)
    except MediaFactoryError as error:
        return "can't be asked", str(error)
    await asyncio.to_thread(spool_of(factory).write, intent.id, reply)
    charged = intent.reserved_usd if reply.price_usd is None and intent.priced else reply.price_usd
    await asyncio.to_thread(ledger.spool, intent.id, intent.id, charged, reply.vendor_id, time.monotonic() - began)
    return "reply kept", "the next run uses it"


async def _spooled(intent: Intent, factory: Factory) -> tuple[Outcome, str]:
    if await asyncio.to_thread(factory.books.has_made, intent.key.rpartition("/")[2]):
        await asyncio.to_thread(factory.books.ledger.settle, intent.id)
        return "settled", "what it brought is in the store"
    if spool_of(factory).read(intent.id, REPLIES[intent.modality]) is not None:
        return "reply kept", "the next run uses it"
    return "reply elsewhere", "it was paid, and its reply is on the disk of the machine that made the call"


async def _in_doubt(intent: Intent, _factory: Factory) -> tuple[Outcome, str]:
    return "in doubt", intent.reason or ""


_WAYS: dict[str, Callable[[Intent, Factory], Awaitable[tuple[Outcome, str]]]] = {
    "open": _open,
    "ticketed": _ticketed,
    "spooled": _spooled,
    "in_doubt": _in_doubt,
}


def _drop_used_replies(factory: Factory) -> None:
    """Remove replies from the spool whose products are in the store, or that nobody will ask for."""
    spool, books = spool_of(factory), factory.books
    for intent_id in spool.older_than(_DROP_AFTER_S):
        intent = books.ledger.intent(intent_id)
        if intent is None or (intent.state == "settled" and books.has_made(intent.key.rpartition("/")[2])):
            spool.drop(intent_id)


def _drop_leases_of_the_dead(books: Books) -> None:
    for key, holder in books.leases().items():
        if is_gone(holder):
            books.release_lease(key, holder)


__all__ = ["Outcome", "Reconciled", "dismiss", "reconcile"]
