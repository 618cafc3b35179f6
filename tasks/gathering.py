"""Gathering: what several parties ask for becomes one list, once every one of them has asked or has gone.

No clock decides: the parties are known beforehand. Who needs nothing of it stands aside and is not waited for; who gets
an error is waited for again, since it may ask for something else. All of it belongs to one event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Generic, Literal, Self, TypeVar

ItemT = TypeVar("ItemT")
Answer = BaseException | None
Send = Callable[[tuple[ItemT, ...]], Awaitable[Sequence[Answer]]]


class Party(Generic[ItemT]):
    """One of those who ask. `state` says whether the others wait for it (`open`), it waits itself, or neither."""

    def __init__(self, gathering: Gathering[ItemT]) -> None:
        self._gathering = gathering
        self.state: Literal["open", "waiting", "aside"] = "open"

    async def ask(self, item: ItemT) -> None:
        """Wait until an item was sent with those of the others.

        Raises:
            BaseException: the answer to this item.
        """
        await self._gathering._wait(self, item)

    def stand_aside(self) -> None:
        """Say that the others need not wait; it may ask all the same."""
        self.state = "aside"
        self._gathering._send_if_complete()


class Gathering(Generic[ItemT]):
    """Collects items and sends them as lists. Leaving it ends what is under way.

    Args:
        parties: how many will join.
        send: sends a list; returns for each item None, or the error that its party gets.
    """

    def __init__(self, parties: int, send: Send[ItemT]) -> None:
        self._to_come = parties
        self._send = send
        self._joined: set[Party[ItemT]] = set()
        self._asked: list[tuple[Party[ItemT], ItemT, asyncio.Future[None]]] = []
        self._under_way: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what is under way; who still waits is cancelled."""
        waiting, self._asked = self._asked, []
        for _, _, answer in waiting:
            answer.cancel()
        under_way = tuple(self._under_way)
        for sending in under_way:
            # An event loop that is torn down has cancelled it already; once more would interrupt how it ends.
            if not sending.cancelling():
                sending.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    @contextmanager
    def party(self) -> Iterator[Party[ItemT]]:
        """Join as one of the parties for the block; its end is a goodbye."""
        party = Party(self)
        self._to_come = max(0, self._to_come - 1)
        self._joined.add(party)
        try:
            yield party
        finally:
            self._joined.discard(party)
            self._asked = [one for one in self._asked if one[0] is not party]
            self._send_if_complete()

    async def _wait(self, party: Party[ItemT], item: ItemT) -> None:
        answer = asyncio.get_running_loop().create_future()
        self._asked.append((party, item, answer))
        party.state = "waiting"
        self._send_if_complete()
        await answer

    def _send_if_complete(self) -> None:
        # Who was cancelled needs nothing any more.
        self._asked = [one for one in self._asked if not one[2].done()]
        if not self._asked or self._to_come or any(party.state == "open" for party in self._joined):
            return
        batch, self._asked = self._asked, []
        sending = asyncio.create_task(self._sent(batch))
        self._under_way.add(sending)
        sending.add_done_callback(self._under_way.discard)

    async def _sent(self, batch: list[tuple[Party[ItemT], ItemT, asyncio.Future[None]]]) -> None:
        answers: Sequence[Answer]
        try:
            answers = await self._send(tuple(item for _, item, _ in batch))
        except asyncio.CancelledError:
            for _, _, future in batch:
                future.cancel()
            raise
        except Exception as error:
            answers = [error] * len(batch)
        for (party, _, future), answer in zip(batch, answers, strict=True):
            party.state = "open" if answer else "aside"
            if future.done():
                continue
            if answer:
                future.set_exception(answer)
            else:
                future.set_result(None)


__all__ = ["Gathering", "Party"]
