"""What was made last, kept in memory up to a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Values that were used last; threads that ask for the same one make it once.

    Args:
        max_bytes: what may be kept; one value larger than that is kept until the next one comes.
        size_of: how many bytes a value takes.
    """

    def __init__(self, max_bytes: int, size_of: Callable[[T], int]) -> None:
        self._max_bytes, self._size_of = max_bytes, size_of
        self._lock = Lock()
        self._values: OrderedDict[Hashable, Future[T]] = OrderedDict()

    @property
    def size_bytes(self) -> int:
        """Bytes of the values that are kept now."""
        with self._lock:
            return sum(map(self._size, self._values.values()))

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key, made now or before; what `make` raises is raised, and kept for nobody."""
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
            else:
                mine: Future[T] = Future()
                self._values[key] = mine
        if found is not None:
            return found.result()
        try:
            made = make()
        except BaseException as exc:
            with self._lock:
                self._values.pop(key, None)
            mine.set_exception(exc)
            raise
        mine.set_result(made)
        self._trim(key)
        return made

    def _trim(self, newest: Hashable) -> None:
        with self._lock:
            total = sum(map(self._size, self._values.values()))
            for key in list(self._values):
                if total <= self._max_bytes:
                    return
                # What is still being made has no size yet, and somebody waits for it.
                if key != newest and self._values[key].done():
                    total -= self._size(self._values.pop(key))

    def _size(self, kept: Future[T]) -> int:
        return self._size_of(kept.result()) if kept.done() and not kept.exception() else 0


__all__ = ["Kept"]
