"""Slots are never oversubscribed, nobody waits for ever, and nobody's slots are lost."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.slots import Slots


@settings(deadline=None, max_examples=50)
@given(
    count=st.integers(1, 6),
    works=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.booleans()), max_size=20),
)
def test_no_more_slots_are_held_than_there_are_and_all_come_back(
    count: int, works: list[tuple[int, int, bool]]
) -> None:
    async def run() -> None:
        slots, held, most = Slots(count), 0, 0

        async def work(wanted: int, turns: int) -> None:
            nonlocal held, most
            async with slots.hold(wanted):
                taken = min(max(1, wanted), count)
                held += taken
                most = max(most, held)
                try:
                    for _ in range(turns):
                        await asyncio.sleep(0)
                finally:
                    held -= taken

        tasks = [asyncio.create_task(work(wanted, turns)) for wanted, turns, _ in works]
        await asyncio.sleep(0)
        for task, (_, turns, cancelled) in zip(tasks, works, strict=True):
            if cancelled:
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
        ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        assert most <= count
        assert all(one is None or isinstance(one, asyncio.CancelledError) for one in ended)
        held = 0
        await asyncio.wait_for(work(count, 0), 1)

    asyncio.run(run())


async def test_what_needs_all_slots_is_not_overtaken_for_ever() -> None:
    slots, order = Slots(2), []
    began = asyncio.Event()

    async def work(name: str, wanted: int) -> None:
        async with slots.hold(wanted):
            began.set()
            order.append(name)
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(work(name, wanted)) for name, wanted in (("a", 1), ("large", 2), ("b", 1), ("c", 1))]
    await asyncio.gather(*tasks)
    assert began.is_set()
    assert order == ["a", "large", "b", "c"]


async def test_slots_that_were_given_to_somebody_who_is_cancelled_go_to_the_next() -> None:
    slots = Slots(1)
    reached = asyncio.Event()

    async def work() -> None:
        async with slots.hold():
            reached.set()

    async with slots.hold():
        first, second = asyncio.create_task(work()), asyncio.create_task(work())
        await asyncio.sleep(0)
    first.cancel()  # its turn has come, and it has not run since
    await asyncio.wait_for(second, 1)
    assert first.cancelled()
    assert reached.is_set()
