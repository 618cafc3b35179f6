"""How far a batch is, for whoever watches it: a terminal, an artifact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from media_factory.batches.outcomes import Totals
from media_factory.batches.result import BatchResult


@dataclass(frozen=True)
class Progress:
    """How far a batch is.

    Args:
        rows: how many there are; None while they are being read.
        totals: what became of those that are done.
        under_way: how many are being made.
        to_make: how many were not made before this run.
        seconds: since the making began.
        waiting_s: how long the batch waits before it tries rows again; 0 while it does not.
        result: what came of it, once it has ended.
    """

    rows: int | None
    totals: Totals
    under_way: int = 0
    to_make: int = 0
    seconds: float = 0.0
    waiting_s: float = 0.0
    result: BatchResult | None = None

    @property
    def share(self) -> float:
        """How much of the batch is done, from 0 to 1."""
        return 1.0 if self.rows == 0 else self.totals.rows / self.rows if self.rows else 0.0

    @property
    def left_s(self) -> float | None:
        """How long the rest will take if it goes on like this; None as long as nobody can say."""
        left = (self.rows or 0) - self.totals.rows
        done = self.to_make - left
        return self.seconds / done * left if self.rows is not None and done > 0 else None


Watch = Callable[[Progress], None]
_watch: ContextVar[Watch | None] = ContextVar("media_factory_batch_watch", default=None)


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Have a function told of the progress of batches inside the block, from the event loop: it must be quick."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


def tell(progress: Progress) -> None:
    """Tell whoever watches how far the batch is."""
    watch = _watch.get()
    if watch is not None:
        watch(progress)


__all__ = ["Progress", "Watch", "tell", "watching"]
