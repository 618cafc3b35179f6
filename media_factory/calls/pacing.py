"""Pacing: a call waits for its turn, counted over all processes that share the books."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from media_factory.books.limits import Limits
from media_factory.errors import BooksError, NotReached
from media_factory.factory import Factory
from media_factory.holders import is_gone, new_holder
from media_factory.policy import Pace
from media_factory.threads import run_stoppable

_EVERYONE = "*"
_TTL_S = 30.0
_WAIT_FIRST_S, _WAIT_MOST_S = 0.02, 1.0


@asynccontextmanager
async def paced(factory: Factory, provider: str, deadline_s: float) -> AsyncIterator[None]:
    """Hold a turn with a provider for the block; wait for it first, as long as it takes.

    Args:
        factory: whose books and policy.
        provider: who is asked.
        deadline_s: how long the call may take.

    Raises:
        NotReached: the provider failed so often of late that it is not asked for a while.
    """
    limits, policy = factory.books.limits, factory.policy
    async with AsyncExitStack() as stack:
        for name, pace in ((_EVERYONE, policy.everyone), (provider, policy.pace_of(provider))):
            if pace.at_once is not None:
                await stack.enter_async_context(_slot(limits, name, pace.at_once))
            await _token(limits, name, pace)
        # The breaker is asked last: one caller is let through to try, and it must not be one that still waits.
        if shut_s := await asyncio.to_thread(limits.is_open_for, provider, deadline_s):
            raise NotReached(f"{provider} failed repeatedly and is left alone for {shut_s:.0f} s more", shut_s)
        yield


@asynccontextmanager
async def _slot(limits: Limits, name: str, most: int) -> AsyncIterator[None]:
    """Hold one of so many slots; a dead holder's comes back, after half a minute at the latest."""
    holder, done = new_holder(), threading.Event()
    pause_s = _WAIT_FIRST_S
    try:
        while not await run_stoppable(lambda _stop: _take(limits, name, holder, most)):
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the waiters
            pause_s = min(_WAIT_MOST_S, pause_s * 1.5)
        threading.Thread(target=_keep, args=(limits, name, holder, done), daemon=True).start()
        yield
    finally:
        done.set()
        await asyncio.to_thread(limits.release_slot, name, holder)


def _take(limits: Limits, name: str, holder: str, most: int) -> bool:
    """Take a slot if one is free; those whose holders died on this machine need not expire first."""
    if limits.acquire_slot(name, holder, most, _TTL_S):
        return True
    gone = [other for other in limits.holders(name) if is_gone(other)]
    for other in gone:
        limits.release_slot(name, other)
    return bool(gone) and limits.acquire_slot(name, holder, most, _TTL_S)


def _keep(limits: Limits, name: str, holder: str, done: threading.Event) -> None:
    while not done.wait(_TTL_S / 3):
        try:
            limits.renew_slot(name, holder, _TTL_S)
        except BooksError:
            continue  # the books are busy or away: the next turn tries again


async def _token(limits: Limits, name: str, pace: Pace) -> None:
    if pace.per_minute is None:
        return
    while wait_s := await asyncio.to_thread(limits.take_token, name, pace.per_minute):  # noqa: ASYNC110 - others' tokens
        await asyncio.sleep(wait_s)


__all__ = ["paced"]
