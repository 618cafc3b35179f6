"""Work on the parts of a large file: a few at a time, results in order, all of it ended before anybody goes on."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future, wait
from typing import TypeVar

from media_factory.errors import StoreError

T = TypeVar("T")
_LOOKS_EVERY_S = 0.1


def each_part(
    pool: Executor, work: Callable[[threading.Event, int], T], count: int, ahead: int, stop: threading.Event
) -> Generator[T, None, None]:
    """Yield the result of `work(halt, index)` for every index in order. Close the iterator: that ends all work.

    Args:
        pool: where the work is done.
        work: gets an event that is set when its result is no longer wanted.
        count: of parts.
        ahead: how many parts are begun before the first is done.
        stop: set by whoever no longer wants the results.

    Raises:
        StoreError: `stop` was set; and whatever `work` raises.
    """
    halt, begun = threading.Event(), deque[Future[T]]()
    try:
        for index in range(count):
            begun.append(pool.submit(work, halt, index))
            if len(begun) >= ahead:
                yield _result(begun, stop)
        while begun:
            yield _result(begun, stop)
    finally:
        halt.set()
        for future in begun:
            future.cancel()
        wait(begun)


def _result(begun: deque[Future[T]], stop: threading.Event) -> T:
    while not wait([begun[0]], timeout=_LOOKS_EVERY_S).done:
        if stop.is_set():
            raise StoreError("nobody waits for this file any more")
    return begun.popleft().result()


__all__ = ["each_part"]
