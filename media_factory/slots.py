"""Slots: how much heavy work runs at once. Work that needs more of the machine holds more of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Slots:
    """A number of slots, held by heavy work while it runs; whoever came first is served first.

    They belong to one event loop. What needs many slots is not passed by for ever: nobody who comes later overtakes it.

    Args:
        count: how many there are, at least 1.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._free = count
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def hold(self, slots: int = 1) -> AsyncIterator[None]:
        """Hold so many slots while the block runs, once they are free; never fewer than one nor more than all."""
        wanted = min(max(1, slots), self.count)
        await self._take(wanted)
        try:
            yield
        finally:
            self._give(wanted)

    async def _take(self, wanted: int) -> None:
        if not self._waiting and wanted <= self._free:
            self._free -= wanted
            return
        turn = asyncio.get_running_loop().create_future()
        place = (wanted, turn)
        self._waiting.append(place)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give(wanted)
            elif place in self._waiting:
                self._waiting.remove(place)
                self._serve()
            raise

    def _give(self, slots: int) -> None:
        self._free += slots
        self._serve()

    def _serve(self) -> None:
        """Let those in front go who find enough free slots."""
        while self._waiting and self._waiting[0][0] <= self._free:
            wanted, turn = self._waiting.popleft()
            if not turn.done():
                self._free -= wanted
                turn.set_result(None)


__all__ = ["Slots"]
