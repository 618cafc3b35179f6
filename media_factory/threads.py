"""Work that keeps a processor busy, off the event loop, and stopped when nobody waits for it any more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def run_stoppable(function: Callable[Concatenate[threading.Event, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function in a thread and return what it returns.

    When the caller is cancelled, the event that the function gets first is set, and the cancellation goes on once the
    function has ended: nobody is left working on files that are about to be removed.
    """
    stop = threading.Event()
    work = asyncio.ensure_future(asyncio.to_thread(function, stop, *args, **kwargs))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([work])
        if not work.cancelled():
            work.exception()  # what the stopped work says no longer matters; asking keeps asyncio from complaining
        raise


__all__ = ["run_stoppable"]
