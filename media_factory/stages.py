"""A stage: one step that is made at most once per request, by whoever comes first.

In this order: a receipt in the books whose assets are sound ends it; otherwise the lease on its key is taken (or
waited for), the body runs, its outputs are in the store, the receipt is written, the lease given back. A receipt that
names a lost asset is void, with every other receipt that names it, so the stage is made again within the same run.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from media_factory.assets import assets_in
from media_factory.books.books import Books, Receipt
from media_factory.errors import AssetLost, LeaseLost, MediaFactoryError, StageTimeout
from media_factory.factory import Factory
from media_factory.holders import is_gone, new_holder
from media_factory.lineage import inputs_of, outputs_of
from media_factory.model import Model, canonical_json, digest_of
from media_factory.runs import StageRecord, State, current_run
from media_factory.threads import run_stoppable

RequestT = TypeVar("RequestT", bound=Model)
ResultT = TypeVar("ResultT", bound=Model)

_WAIT_FIRST_S, _WAIT_MOST_S = 0.05, 1.0
_BACKOFF_FIRST_S, _BACKOFF_MOST_S = 0.5, 30.0


@dataclass(frozen=True)
class StageRun(Generic[ResultT]):
    """A stage's result, and whether it had been made before."""

    result: ResultT
    state: State
    key: str


@dataclass(frozen=True, kw_only=True)
class Stage(Generic[RequestT, ResultT]):
    """A step of the work.

    Args:
        name: kebab-case verb and noun, such as "synthesize-speech".
        version: raised when the output for a request may change; it makes (and pays for) everything again.
        body: makes the result; its outputs are in the store when it returns.
        foretell: returns what a planning run goes on with, given the request and its key; it spends nothing, and
            assets that have yet to be made are `assets.pending_asset`s.
        result_type: the result's model.
        timeout_s: how long the body may take.
        attempts: how often the body is tried when errors say `retryable`.
        heavy: the body keeps a processor busy, so only as many run at once as the factory has slots.
        memory: estimates how many bytes a heavy body takes for a request; without it, no more than its share.
    """

    name: str
    version: int
    body: Callable[[RequestT, Factory], Awaitable[ResultT]]
    foretell: Callable[[RequestT, str, Factory], Awaitable[ResultT]]
    result_type: type[ResultT]
    timeout_s: float = 120.0
    attempts: int = 3
    heavy: bool = False
    memory: Callable[[RequestT], int] | None = None

    def key(self, request: RequestT) -> str:
        """Return the stage's key for a request: name, version and the request's digest."""
        return f"{self.name}/v{self.version}/{digest_of(request)}"

    async def run(self, request: RequestT, factory: Factory, scene: int | None = None) -> StageRun[ResultT]:
        """Return the result of a request, made now or before; retry what errors call retryable."""
        for attempt in range(1, self.attempts + 1):
            try:
                return await self.attempt(request, factory, scene)
            except MediaFactoryError as error:
                if not error.retryable or attempt == self.attempts:
                    raise
                await asyncio.sleep(retry_delay_s(error, attempt))
        raise AssertionError("attempts is at least 1")

    async def attempt(self, request: RequestT, factory: Factory, scene: int | None = None) -> StageRun[ResultT]:
        """Do as `run` does, once.

        Raises:
            MediaFactoryError: as the body raised it; StageTimeout if it took too long.
        """
        run = current_run()
        key = self.key(request)
        if run:
            run.listen("begin", self.name, None)
        found = await self._recall(key, factory)
        # What was made for this run on a GPU pool is found here, and is this run's work all the same.
        state: State = "cached" if found and not (run and key in run.handed_over) else "made"
        if found is None and run and run.planning:
            found = await self._foretold(request, key, factory)
        if found is None:
            found, state = await self._make(key, request, factory)
        receipt, result = found
        if state == "cached" and receipt.cost_usd and not (run and run.planning):
            await asyncio.to_thread(_note_saving, factory.books, receipt, receipt.cost_usd)
        if run:
            run.note(self._record(receipt, state, scene))
        return StageRun(result, state, key)

    async def _recall(self, key: str, factory: Factory) -> tuple[Receipt, ResultT] | None:
        receipt = await asyncio.to_thread(factory.books.receipt, key)
        result = await self.sound_result(receipt, factory) if receipt else None
        return (receipt, result) if receipt and result else None

    async def sound_result(self, receipt: Receipt, factory: Factory) -> ResultT | None:
        """Return the result that a receipt of this stage names; None, and the receipt is void, if an asset is lost."""
        result = self.result_type.model_validate_json(receipt.result)
        for asset in assets_in(result):
            try:
                await factory.store.check(asset)
            except AssetLost:
                await asyncio.to_thread(factory.books.void_receipts_naming, asset.digest)
                return None
        return result

    async def _foretold(self, request: RequestT, key: str, factory: Factory) -> tuple[Receipt, ResultT]:
        result = await self.foretell(request, key, factory)
        return self._receipt(key, result, seconds=0.0), result

    async def _make(self, key: str, request: RequestT, factory: Factory) -> tuple[tuple[Receipt, ResultT], State]:
        async with self._slots(request, factory), hold_lease(factory.books, key, factory.lease_s):
            # Whoever held the lease before us may have made it.
            if found := await self._recall(key, factory):
                return found, "cached"
            began = time.monotonic()
            try:
                async with asyncio.timeout(self.timeout_s):
                    result = await self.body(request, factory)
            except TimeoutError:
                raise StageTimeout(f"{self.name} took longer than {self.timeout_s:g} s") from None
            receipt = self._receipt(key, result, seconds=round(time.monotonic() - began, 3))
            receipt = await asyncio.to_thread(
                factory.books.write_receipt, receipt, outputs_of(result), inputs_of(request)
            )
        return (receipt, result), "made"

    def _slots(self, request: RequestT, factory: Factory) -> AbstractAsyncContextManager[None]:
        if not self.heavy:
            return contextlib.nullcontext()
        return factory.slots.hold(factory.slots_for(self.memory(request) if self.memory else 0))

    def _receipt(self, key: str, result: ResultT, seconds: float) -> Receipt:
        run = current_run()
        return Receipt(
            key=key,
            stage=self.name,
            version=self.version,
            result=canonical_json(result),
            provider=getattr(result, "provider", None),
            cost_usd=getattr(result, "cost_usd", Decimal(0)),
            seconds=seconds,
            channel=run.channel if run else None,
        )

    def _record(self, receipt: Receipt, state: State, scene: int | None) -> StageRecord:
        return StageRecord(
            stage=self.name,
            version=self.version,
            key=receipt.key,
            state=state,
            provider=receipt.provider,
            seconds=receipt.seconds,
            cost_usd=receipt.cost_usd if state == "made" else Decimal(0),
            scene=scene,
            made_at=receipt.made_at,
        )


def retry_delay_s(error: MediaFactoryError, attempt: int) -> float:
    """Return how long to wait before attempt + 1: what the vendor said, else doubling with jitter."""
    if error.retry_after_s is not None:
        return error.retry_after_s
    doubled: float = _BACKOFF_FIRST_S * 2.0 ** (attempt - 1)
    return min(_BACKOFF_MOST_S, doubled) * random.uniform(0.75, 1.25)  # noqa: S311 - jitter, not secrecy


def _note_saving(books: Books, receipt: Receipt, cost_usd: Decimal) -> None:
    """Write down what a hit saved: the price of what would have been bought again."""
    run, day = current_run(), datetime.now(UTC).date()
    books.statistics.note_saving(day, run.channel if run else None, receipt.provider or "unknown", cost_usd)


@contextlib.asynccontextmanager
async def hold_lease(books: Books, key: str, ttl_s: float) -> AsyncIterator[None]:
    """Hold the lease on a key while the block runs, waiting for whoever has it; a dead holder's lease expires.

    Raises:
        LeaseLost: it passed to somebody else meanwhile (this process stood still for longer than `ttl_s`).
    """
    holder = new_holder()
    await _wait_for_lease(books, key, holder, ttl_s)
    # A thread keeps the lease alive, not a task: a busy event loop must not lose it.
    done, lost = threading.Event(), threading.Event()
    keeper = threading.Thread(target=_keep_lease, args=(books, key, holder, ttl_s, done, lost), daemon=True)
    keeper.start()
    try:
        yield
        if lost.is_set():
            raise LeaseLost(f"the lease on {key} passed to somebody else; trying again")
    finally:
        done.set()
        await asyncio.to_thread(books.release_lease, key, holder)


async def _wait_for_lease(books: Books, key: str, holder: str, ttl_s: float) -> None:
    pause_s = _WAIT_FIRST_S
    try:
        while not await run_stoppable(lambda _stop: _take_lease(books, key, holder, ttl_s)):
            await asyncio.sleep(pause_s)
            pause_s = min(_WAIT_MOST_S, pause_s * 1.5)
    except asyncio.CancelledError:
        # It may have come in the same moment, and nobody would give it back.
        await asyncio.to_thread(books.release_lease, key, holder)
        raise


def _take_lease(books: Books, key: str, holder: str, ttl_s: float) -> bool:
    """Take a lease if it is free; one whose holder died on this machine need not expire first."""
    if books.acquire_lease(key, holder, ttl_s):
        return True
    other = books.lease_holder(key)
    if other is None or not is_gone(other):
        return False
    books.release_lease(key, other)
    return books.acquire_lease(key, holder, ttl_s)


def _keep_lease(
    books: Books, key: str, holder: str, ttl_s: float, done: threading.Event, lost: threading.Event
) -> None:
    while not done.wait(ttl_s / 3):
        try:
            if not books.renew_lease(key, holder, ttl_s):
                lost.set()
                return
        except MediaFactoryError:
            continue  # the books are busy or away: the next turn tries again, and expiry decides


__all__ = ["Stage", "StageRun", "hold_lease", "retry_delay_s"]
