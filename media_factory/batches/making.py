"""The rows of a batch, so many at once: begun in order, each on its own, until all are tried or the batch must end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping

from pydantic import Field

from media_factory.batches.grouping import Start
from media_factory.batches.outcomes import Outcome
from media_factory.batches.trying import Tried
from media_factory.model import Model

Starts = Callable[[Callable[[str], bool]], Iterator[Start]]
"""Gives the rows whose keys are wanted, in the order in which they are to be begun."""

PAUSES_S = (20.0, 60.0)
_LONGEST_PAUSE_S = 300.0


class Terms(Model):
    """What holds for all rows of a batch.

    Rows whose error says that trying later may help are tried again once all others were, after each of `pauses_s`: a
    vendor that is away for a minute costs no row.
    """

    at_once: int = Field(ge=1)
    deadline_s: float | None = Field(default=None, gt=0, description="seconds after which no row is begun")
    pauses_s: tuple[float, ...] = PAUSES_S


class Making:
    """The making of a batch's rows.

    Args:
        starts: the rows.
        attempt: tries to make one; it raises only when it is cancelled, or when the batch can't go on.
        keep: takes the outcome of each row, once.
        terms: how many at once, and until when.
    """

    def __init__(
        self,
        starts: Starts,
        attempt: Callable[[Start], Awaitable[Tried]],
        keep: Callable[[Outcome], None],
        terms: Terms,
    ) -> None:
        self._starts, self._attempt, self._keep, self._terms = starts, attempt, keep, terms
        self._began = time.monotonic()
        self._ended: str | None = None
        self.under_way = 0
        self.waiting_s: float = 0.0

    @property
    def ended(self) -> str | None:
        """Why no further row is begun; None while nothing speaks against it."""
        deadline_s = self._terms.deadline_s
        if self._ended is None and deadline_s is not None and time.monotonic() - self._began >= deadline_s:
            self._ended = f"the deadline of {deadline_s:g} s has passed"
        return self._ended

    async def make(self, made: frozenset[str]) -> None:
        """Make all rows but those whose keys are in `made`.

        Raises:
            StoreError, OSError: an outcome can't be written down.
        """
        later = await self._round(lambda key: key not in made, {}, is_last=not self._terms.pauses_s)
        for turn, pause_s in enumerate(self._terms.pauses_s, start=1):
            if not later:
                return
            if not await self._pause(pause_s, later):
                break
            later = await self._round(later.__contains__, later, is_last=turn == len(self._terms.pauses_s))
        for tried in later.values():
            self._keep(tried.outcome)

    async def _round(
        self, wanted: Callable[[str], bool], earlier: Mapping[str, Tried], *, is_last: bool
    ) -> dict[str, Tried]:
        """Try rows, and return those that should be tried again later, by key."""
        later: dict[str, Tried] = {}
        starts = self._starts(wanted)
        workers = [asyncio.ensure_future(self._work(starts, earlier, later)) for _ in range(self._terms.at_once)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        if not is_last:
            return later
        for tried in later.values():
            self._keep(tried.outcome)
        return {}

    async def _work(self, starts: Iterator[Start], earlier: Mapping[str, Tried], later: dict[str, Tried]) -> None:
        for start in starts:
            if why := self.ended:
                before = earlier.get(start.key)
                self._keep(before.outcome if before else _skipped(start, why))
                await asyncio.sleep(0)  # there may be many, and others want the loop
                continue
            self.under_way += 1
            try:
                tried = await self._attempt(start)
            finally:
                self.under_way -= 1
            self._ended = self._ended or tried.ends
            if tried.again_s is None:
                self._keep(tried.outcome)
            else:
                later[start.key] = tried

    async def _pause(self, pause_s: float, later: dict[str, Tried]) -> bool:
        """Wait before rows are tried again; return whether there is any use in it."""
        asked_s = max(tried.again_s or 0.0 for tried in later.values())
        wait_s, deadline_s = min(max(pause_s, asked_s), _LONGEST_PAUSE_S), self._terms.deadline_s
        if self.ended or (deadline_s is not None and time.monotonic() + wait_s - self._began >= deadline_s):
            return False
        self.waiting_s = wait_s
        await asyncio.sleep(wait_s)
        self.waiting_s = 0.0
        return True


def _skipped(start: Start, why: str) -> Outcome:
    brief = start.brief
    return Outcome(
        number=start.number, id=brief.id, kind=brief.kind, title=brief.title, state="skipped", error=f"not begun: {why}"
    )


__all__ = ["PAUSES_S", "Making", "Starts", "Terms"]
