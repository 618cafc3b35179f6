"""Purchases under way: a product that fails lets them end, so that what is paid for is kept, and begins no more.

Without that, the first stage that fails would break off its neighbours' calls, and a retry would pay for them again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar


class _Purchases:
    """The calls of one product that are answered at once; queued ones have tickets, which stay good."""

    def __init__(self) -> None:
        self.under_way: set[asyncio.Future[None]] = set()
        self.over = False


_current: ContextVar[_Purchases | None] = ContextVar("media_factory_purchases", default=None)


@asynccontextmanager
async def kept_purchases() -> AsyncIterator[None]:
    """Wait, when the block fails, for the purchases that it began; nobody waits when it is cancelled."""
    purchases = _Purchases()
    token = _current.set(purchases)
    try:
        yield
    except Exception:
        purchases.over = True
        if purchases.under_way:
            await asyncio.wait(purchases.under_way)
        raise
    finally:
        _current.reset(token)


@contextmanager
def purchase() -> Iterator[None]:
    """Be a purchase for the block.

    Raises:
        CancelledError: the product it is for has failed meanwhile.
    """
    purchases = _current.get()
    if purchases is None:
        yield
        return
    if purchases.over:
        raise asyncio.CancelledError("what this was for has failed")
    ended = asyncio.get_running_loop().create_future()
    purchases.under_way.add(ended)
    try:
        yield
    finally:
        purchases.under_way.discard(ended)
        ended.set_result(None)


__all__ = ["kept_purchases", "purchase"]
