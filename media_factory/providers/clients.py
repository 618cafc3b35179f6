"""Clients: one of a vendor's SDK clients for each event loop, closed when its loop ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Generic, TypeVar

ClientT = TypeVar("ClientT")


class Clients(Generic[ClientT]):
    """Keeps a client, with its open connections, for as long as the event loop that they belong to.

    Args:
        make: makes a client; called in the loop, at first use.
        close: closes one.
    """

    def __init__(self, make: Callable[[], ClientT], close: Callable[[ClientT], Awaitable[None]]) -> None:
        self._make = make
        self._close = close
        self._open: dict[asyncio.AbstractEventLoop, tuple[ClientT, AsyncGenerator[ClientT, None]]] = {}

    async def get(self) -> ClientT:
        """Return the client of the running loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._open:
            for ended in [one for one in list(self._open) if one.is_closed()]:
                self._open.pop(ended, None)
            # A loop that ends in order closes its async generators (asyncio.run, asyncio.Runner): that is our sign.
            life = self._lives(loop)
            self._open[loop] = (await anext(life), life)
        return self._open[loop][0]

    async def _lives(self, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[ClientT, None]:
        client = self._make()
        try:
            yield client
        finally:
            self._open.pop(loop, None)
            await self._close(client)


__all__ = ["Clients"]
