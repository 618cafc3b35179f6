"""Hears of scheduled runs by the server's events, so that none waits for the worker's next look."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventAnyResourceFilter, EventFilter, EventNameFilter

from deployments.worker.nurseries import logger

_SCHEDULED = "prefect.flow-run.Scheduled"
# The subscriber itself has tried ten times by then; the worker's regular looks go on meanwhile.
_AGAIN_AFTER_S = 30.0


async def listen_for_runs(work_pool: UUID, look: Callable[[], Awaitable[object]]) -> None:
    """Look for runs whenever the server says that one is scheduled, until cancelled.

    Args:
        work_pool: whose runs.
        look: finds and submits what is due; called once for all events that came during the last call.
    """
    scheduled = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_hear(work_pool, scheduled))
        while True:
            await scheduled.wait()
            scheduled.clear()
            await _looked(look)


async def _hear(work_pool: UUID, scheduled: asyncio.Event) -> None:
    wanted = EventFilter(
        event=EventNameFilter(name=[_SCHEDULED]),
        any_resource=EventAnyResourceFilter(id=[f"prefect.work-pool.{work_pool}"]),
    )
    while True:
        try:
            async with get_events_subscriber(filter=wanted) as events:
                async for _ in events:
                    scheduled.set()
        except Exception as problem:
            logger.debug("No events of scheduled runs (%s); the regular looks go on", problem)
        await asyncio.sleep(_AGAIN_AFTER_S)


async def _looked(look: Callable[[], Awaitable[object]]) -> None:
    try:
        await look()
    except Exception as problem:
        # A server that is down for a moment; the regular look follows and has Prefect's patience.
        logger.debug("Could not look for runs after an event: %s", problem)


__all__ = ["listen_for_runs"]
