"""How long the server waits for those who send or take too slowly; uvicorn waits for ever."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 that gives up on a request whose head does not come, and on an answer that is not taken."""

    head_within_s = 10.0
    """A request's head is here so long after its first byte, or after the connection was made."""
    taken_within_s = 30.0
    """What waits to be sent (64 KiB) is taken within this."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._head_due: asyncio.TimerHandle | None = None
        self._taking_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; a byte now and then does not buy more time."""
        super().data_received(data)
        self._watch_head()

    def pause_writing(self) -> None:
        """Begin to wait until what was sent is taken."""
        super().pause_writing()
        self._taking_due = self.loop.call_later(self.taken_within_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop waiting: it was taken."""
        if self._taking_due:
            self._taking_due.cancel()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, also if what was sent last is never taken."""
        super().timeout_keep_alive_handler()
        self.loop.call_later(self.taken_within_s, self.transport.abort)

    def _watch_head(self) -> None:
        idle = self.cycle is None or self.cycle.response_complete
        if not idle and self._head_due:
            self._head_due.cancel()
            self._head_due = None
        elif idle and self._head_due is None and not self.transport.is_closing():
            self._head_due = self.loop.call_later(self.head_within_s, self._give_up)

    def _give_up(self) -> None:
        self._head_due = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()

    def _forget(self) -> None:
        for timer in (self._head_due, self._taking_due):
            if timer:
                timer.cancel()


__all__ = ["ImpatientProtocol"]
