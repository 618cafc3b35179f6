"""Work that keeps a processor busy, off the event loop, and stopped when nobody waits for it any more."""

from __future__ import annotations

import asyncio
import contextvars
import functools
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
    called = functools.partial(contextvars.copy_context().run, function, stop, *args, **kwargs)
    # A future of the executor's, no task: an event loop that is torn down (Prefect's cancelling does that) cancels all
    # tasks at once, and a task would end here while its thread goes on.
    work = asyncio.get_running_loop().run_in_executor(None, called)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([work])
        if not work.cancelled():
            work.exception()  # what the stopped work says no longer matters; asking keeps asyncio from complaining
        raise


__all__ = ["run_stoppable"]
