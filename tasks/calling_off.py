"""Whether somebody cancelled a flow run: only then is what vendors are making called off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

_ANSWERS_WITHIN_S = 2.0


def cancellation_of(flow_run_id: str) -> Callable[[], Awaitable[bool]]:
    """Return a function that asks the server whether somebody cancelled a flow run.

    A worker that goes down, or a run that failed elsewhere, stops calls too, and is no reason to throw away what was
    paid for; nor is a server that does not answer.
    """

    async def is_cancelled() -> bool:
        from prefect import get_client

        try:
            async with asyncio.timeout(_ANSWERS_WITHIN_S), get_client() as client:
                state = (await client.read_flow_run(UUID(flow_run_id))).state
        except Exception:  # whatever keeps the server from answering: we are being stopped, and must come to an end
            return False
        return state is not None and (state.is_cancelling() or state.is_cancelled())

    return is_cancelled


__all__ = ["cancellation_of"]
