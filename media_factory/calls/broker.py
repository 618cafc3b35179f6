"""The broker: one call to a provider, paid at most once.

In this order: what earlier tries at the same thing left (a spooled reply is used, a ticket is asked for again, an open
call of a dead process is in doubt); content rules; a turn with the provider; the money reserved and the intent written
in one transaction; the call, once, with a deadline; the reply on disk; its check and its way into the store; the price
settled. Whatever may have been paid without leaving anything stands in the ledger as in doubt, and is not paid again
beyond what the policy allows.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

from media_factory.books.ledger import Intent, Order
from media_factory.calls.doubts import CALLED_OFF, refuse_to_pay_again
from media_factory.calls.jobs import call_off, reply_for
from media_factory.calls.orders import key_of, order_for, words_of
from media_factory.calls.pacing import paced
from media_factory.calls.purchases import purchase
from media_factory.calls.spool import Spool, spool_of
from media_factory.content.judging import judge, refuse_blocked
from media_factory.errors import (
    AuthenticationFailed,
    BadReply,
    OutcomeUnknown,
    ProviderError,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    StillMaking,
)
from media_factory.factory import Factory
from media_factory.providers.base import (
    AlignReply,
    AnyProvider,
    Call,
    ClipReply,
    ImageReply,
    ImmediateProvider,
    JobProvider,
    ModerationReply,
    PromptReply,
    Recoverer,
    Reply,
    SoundReply,
    SpeechReply,
    Ticket,
)
from media_factory.runs import current_run
from media_factory.threads import run_stoppable

ResultT = TypeVar("ResultT")
Finish = Callable[[Any], Awaitable[ResultT]]

REPLIES: dict[str, type[Reply]] = {
    "prompt": PromptReply,
    "image": ImageReply,
    "speech": SpeechReply,
    "clip": ClipReply,
    "sound": SoundReply,
    "align": AlignReply,
    "moderation": ModerationReply,
}
# Of a stage around a call: waiting for a turn counts, and the broker keeps its own deadlines.
STAGE_TIMEOUT_S = 3600.0
_DEADLINE_S = {"image": 300.0, "clip": 1800.0, "speech": 120.0, "sound": 300.0}
_DEFAULT_DEADLINE_S = 60.0
# The vendor's clock and that of the books.
_CLOCKS_APART_S = 60.0
# A vendor that asks for more patience than this is as good as away: somebody else may be asked.
_LONGEST_PATIENCE_S = 120.0
# No number of tries mends these, so the provider is left alone for a while; 429 only says "later".
_SHUT_S: dict[type[ProviderError], float] = {AuthenticationFailed: 600.0, QuotaExhausted: 600.0}


async def buy(
    provider: AnyProvider, request: Any, factory: Factory, finish: Finish[ResultT], *, memory_bytes: int = 0
) -> ResultT:
    """Have a provider make what is asked for, and return what `finish` makes of the reply.

    The caller holds the stage's lease, so nobody else buys the same at the same time.

    Args:
        provider: who is asked.
        request: what for.
        factory: whose books and money.
        finish: checks the reply and keeps its bytes; BadReply if it can't be used. After a crash it gets the same reply
            again.
        memory_bytes: what making it takes, where that happens on this machine.

    Raises:
        ProviderError: classified, as the provider raised it; OutcomeUnknown if it may have been paid already.
        BudgetExceeded: a cap would be crossed; nobody was asked.
    """
    purchase = _Purchase(provider, request, factory, finish)
    return await (purchase.make_here(memory_bytes) if provider.capabilities.local else purchase.make())


@dataclass
class _Purchase(Generic[ResultT]):
    provider: AnyProvider
    request: Any
    factory: Factory
    finish: Finish[ResultT]

    def __post_init__(self) -> None:
        self.modality = self.provider.capabilities.modality
        self.key = key_of(self.modality, self.request)
        self.ledger = self.factory.books.ledger
        self.spool: Spool = spool_of(self.factory)
        self.asked = False
        default_s = _DEADLINE_S.get(self.modality, _DEFAULT_DEADLINE_S)
        self.deadline_s = self.factory.policy.deadline_s.get(self.modality, default_s)

    async def make_here(self, memory_bytes: int) -> ResultT:
        """Have it made on this machine, where nothing is paid and a processor is kept busy."""
        async with self.factory.slots.hold(self.factory.slots_for(memory_bytes)):
            return await self.finish(await self.reply(None))

    async def make(self) -> ResultT:
        """Use what earlier tries left, or make a call."""
        for intent in reversed(await asyncio.to_thread(self.ledger.intents_of, self.key)):
            if intent.state not in ("open", "ticketed", "spooled", "settled"):
                continue
            reply = await asyncio.to_thread(self.spool.read, intent.id, REPLIES[self.modality])
            if reply is not None:
                return await self.use(intent, reply)
            if intent.state == "ticketed":
                return await self.make_call(intent)
            if intent.state == "spooled":
                await self.give_up(intent, OutcomeUnknown("its reply was kept on a disk that is not here"))
            elif intent.state == "open":
                await self.doubt(intent, "the process that made the call ended before its answer was kept")
        earlier = await asyncio.to_thread(self.ledger.intents_of, self.key)
        if recovered := await self.recovered(earlier):
            return await self.use(*recovered)
        refuse_to_pay_again(self.provider, self.request, earlier, self.factory.policy.in_doubt)
        refuse_blocked(await asyncio.to_thread(judge, words_of(self.request), self.factory.policy.content))
        await asyncio.to_thread(self.spool.require_room, self.modality)
        order = order_for(self.provider, self.request, self.factory)
        async with paced(self.factory, self.provider.name, self.deadline_s):
            with nullcontext() if isinstance(self.provider, JobProvider) else purchase():
                return await self.make_call(await self.opened(order))

    async def opened(self, order: Order) -> Intent:
        """Write an order's intent; if we are stopped meanwhile, nothing stays reserved."""
        try:
            return await run_stoppable(lambda _stop: self.ledger.open(order))
        except asyncio.CancelledError:
            for intent in await asyncio.to_thread(self.ledger.intents_of, self.key):
                if intent.holder == order.holder:
                    await self.break_off(intent, paid=False)
            raise

    async def recovered(self, earlier: tuple[Intent, ...]) -> tuple[Intent, Reply] | None:
        """Return what a vendor still has of a call whose answer was lost; asking for it costs nothing."""
        doubts = [one for one in earlier if one.state == "in_doubt"]
        if not doubts or not isinstance(self.provider, Recoverer):
            return None
        since = datetime.fromtimestamp(doubts[0].opened_at - _CLOCKS_APART_S, UTC)
        async with _deadline(self.provider.name, _DEFAULT_DEADLINE_S):
            reply = await self.provider.recover(self.request, since)
        if reply is None:
            return None
        await asyncio.to_thread(self.spool.write, doubts[0].id, reply)
        return doubts[0], reply

    async def make_call(self, intent: Intent) -> ResultT:
        """Make the call of an intent (or go on asking for its ticket), and book how it ends."""
        began = time.monotonic()
        try:
            reply = await self.reply(intent)
        except StillMaking:
            raise
        except ProviderError as error:
            await self.book_failure(intent, error, time.monotonic() - began)
            raise
        except asyncio.CancelledError:
            await asyncio.shield(self.book_interruption(intent, time.monotonic() - began))
            raise
        except Exception as error:
            # A bug of the provider's: the vendor may have been asked all the same.
            await self.doubt(intent, f"{type(error).__name__} in the provider", time.monotonic() - began)
            raise
        seconds = time.monotonic() - began
        if reply.price_usd is None:
            reply = reply.model_copy(update={"price_usd": self.provider.price_usd(self.request)})
        await asyncio.to_thread(self.spool.write, intent.id, reply)
        return await self.use(intent, reply, seconds)

    async def reply(self, intent: Intent | None) -> Reply:
        """Ask the provider, and return its reply within the deadline."""
        call = Call(key=self.key.rpartition("/")[2], files=await self.factory.files_of(self.request))
        self.asked = True
        name, deadline_s = self.provider.name, self.deadline_s
        if isinstance(self.provider, JobProvider):
            if intent and intent.ticket:
                return cast(Reply, await reply_for(self.provider, Ticket(provider=name, id=intent.ticket), deadline_s))
            async with _deadline(name, _DEFAULT_DEADLINE_S):
                ticket = await self.provider.submit(self.request, call)
            if intent:
                await run_stoppable(lambda _stop: self.ledger.ticket(intent.id, ticket.id))
            return cast(Reply, await reply_for(self.provider, ticket, deadline_s))
        asked = cast("ImmediateProvider[Any, Reply]", self.provider)
        async with _deadline(name, deadline_s):
            return await asked.generate(self.request, call)

    async def use(self, intent: Intent, reply: Reply, seconds: float = 0.0) -> ResultT:
        """Check a reply that lies in the spool, keep what it brought, and settle its price."""
        try:
            result = await self.finish(reply)
        except BadReply as error:
            await self.book_failure(intent, error, seconds)
            await asyncio.to_thread(self.spool.drop, intent.id)
            raise
        await asyncio.to_thread(self.book_success, intent, reply, seconds)
        return result

    def book_success(self, intent: Intent, reply: Reply, seconds: float) -> None:
        """Settle a call; where the vendor honours keys, the ones before it were the same purchase."""
        if intent.state in ("open", "ticketed", "in_doubt"):
            self.ledger.spool(intent.id, intent.id, reply.price_usd, reply.vendor_id, seconds)
        if intent.state != "settled":
            self.ledger.settle(intent.id)
            self.factory.books.limits.note_success(self.provider.name)
        if intent.idempotent:
            for one in self.ledger.intents_of(self.key):
                if one.state == "in_doubt":
                    self.ledger.dismiss(one.id, paid=False)

    async def book_failure(self, intent: Intent, error: ProviderError, seconds: float) -> None:
        """Write down a call that failed: unpaid, or in doubt."""
        if intent.state == "spooled":
            await self.give_up(intent, error)
        else:
            book = self.ledger.fail if error.paid == "no" else self.ledger.doubt
            await asyncio.to_thread(book, intent.id, type(error).__name__, str(error), seconds)
        limits, name = self.factory.books.limits, self.provider.name
        if isinstance(error, RateLimited):
            error.retryable = (error.retry_after_s or 0) <= _LONGEST_PATIENCE_S
        if isinstance(error, RateLimited) or not error.falls_back:
            # It answered; that it would not do this says nothing against it.
            await asyncio.to_thread(limits.note_success, name)
        else:
            await asyncio.to_thread(limits.note_failure, name, type(error).__name__, _SHUT_S.get(type(error)))

    async def book_interruption(self, intent: Intent, seconds: float) -> None:
        """Write down a call that we broke off.

        A ticket stays good, and the next run asks for it, unless the run was called off and the vendor could stop.
        """
        now, run = await asyncio.to_thread(self.ledger.intent, intent.id), current_run()
        if now and now.state == "open" and self.asked:
            await self.doubt(intent, "we were stopped while it was under way", seconds)
        elif now and now.state == "open":
            await self.break_off(now, paid=False)
        elif now and now.state == "ticketed" and run and await run.called_off():
            maker = cast("JobProvider[Any, Any]", self.provider)
            if ended := await call_off(maker, Ticket(provider=maker.name, id=str(now.ticket))):
                # Where the vendor does not say, it counts as spent: a cap is never passed by what we hope for.
                await self.break_off(now, paid=ended.paid != "no", seconds=seconds)

    async def break_off(self, intent: Intent, *, paid: bool, seconds: float = 0.0) -> None:
        """Settle a call that somebody called off: nothing will come of it."""
        reason = "it was called off" if paid else "it was called off, and nothing was paid"
        await asyncio.to_thread(lambda: self.ledger.fail(intent.id, CALLED_OFF, reason, seconds, paid=paid))

    async def give_up(self, intent: Intent, error: ProviderError) -> None:
        """Write down a call that was paid for and left nothing that can be used."""
        await asyncio.to_thread(
            lambda: self.ledger.fail(intent.id, type(error).__name__, str(error), intent.seconds, paid=True)
        )

    async def doubt(self, intent: Intent, reason: str, seconds: float = 0.0) -> None:
        """Write down that a call may have been paid."""
        await asyncio.to_thread(self.ledger.doubt, intent.id, OutcomeUnknown.__name__, reason, seconds)


@asynccontextmanager
async def _deadline(provider: str, seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as problem:
        raise ProviderTimeout(f"{provider} gave no answer within {seconds:g} s") from problem


__all__ = ["REPLIES", "STAGE_TIMEOUT_S", "buy"]
