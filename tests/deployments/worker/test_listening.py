from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from deployments.worker import listening


class FakeEvents:
    """A subscription that gives what a test puts in."""

    def __init__(self) -> None:
        self.coming: asyncio.Queue[object] = asyncio.Queue()
        self.filters: list[object] = []

    def __call__(self, **wanted: object) -> FakeEvents:
        self.filters.append(wanted["filter"])
        return self

    async def __aenter__(self) -> FakeEvents:
        return self

    async def __aexit__(self, *problem: object) -> None:
        return None

    def __aiter__(self) -> FakeEvents:
        return self

    async def __anext__(self) -> object:
        event = await self.coming.get()
        if isinstance(event, Exception):
            raise event
        return event


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> FakeEvents:
    fake = FakeEvents()
    monkeypatch.setattr(listening, "get_events_subscriber", fake)
    monkeypatch.setattr(listening, "_AGAIN_AFTER_S", 0.0)
    return fake


async def test_events_that_come_during_a_look_are_answered_by_one_more_and_failures_end_nothing(
    events: FakeEvents,
) -> None:
    looks, go_on = 0, asyncio.Semaphore(0)
    looked = asyncio.Semaphore(0)

    async def look() -> None:
        nonlocal looks
        looks += 1
        looked.release()
        await go_on.acquire()
        if looks == 2:
            raise ConnectionError("the server is away")

    pool = uuid4()
    listening_task = asyncio.create_task(listening.listen_for_runs(pool, look))
    events.coming.put_nowait("scheduled")
    await looked.acquire()
    for _ in range(50):
        events.coming.put_nowait("scheduled")
    while events.coming.qsize():
        await asyncio.sleep(0)
    go_on.release()
    await looked.acquire()
    go_on.release()
    events.coming.put_nowait(ConnectionError("the socket broke"))
    events.coming.put_nowait("scheduled")
    await looked.acquire()
    assert looks == 3
    assert len(events.filters) == 2
    assert f"prefect.work-pool.{pool}" in str(events.filters[0])
    listening_task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening_task
