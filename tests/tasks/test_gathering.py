"""What several parties ask for is sent once, as few lists as can be, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.gathering import Gathering

Asked = tuple[str, ...]


class Sender:
    """Keeps the lists that it is given; what begins with "bad" gets an error."""

    def __init__(self) -> None:
        self.lists: list[Asked] = []

    async def __call__(self, items: Asked) -> Sequence[BaseException | None]:
        self.lists.append(items)
        await asyncio.sleep(0)
        return [ValueError(item) if item.startswith("bad") else None for item in items]

    @property
    def sent(self) -> list[str]:
        return sorted(item for items in self.lists for item in items)


async def chain(gathering: Gathering[str], items: Sequence[str], turns: int) -> str | None:
    """Ask for one item after the other until one is made; "aside" is made here."""
    for _ in range(turns):
        await asyncio.sleep(0)
    with gathering.party() as party:
        for item in items:
            if item == "aside":
                party.stand_aside()
                return item
            try:
                await party.ask(item)
            except ValueError as error:
                assert str(error) == item
                continue
            return item
    return None


CHAINS = st.lists(
    st.tuples(st.lists(st.sampled_from(["good", "bad", "aside"]), max_size=3), st.integers(0, 4)), max_size=7
)


@settings(deadline=None)
@given(CHAINS)
def test_every_item_is_sent_exactly_once_in_whatever_order_parties_come(chains: list[tuple[list[str], int]]) -> None:
    sender = Sender()
    named = [
        ([kind if kind == "aside" else f"{kind}-{at}-{place}" for place, kind in enumerate(kinds)], turns)
        for at, (kinds, turns) in enumerate(chains)
    ]

    async def all_of_them() -> list[str | None]:
        async with asyncio.timeout(60), Gathering(len(named), sender) as gathering:
            return await asyncio.gather(*(chain(gathering, items, turns) for items, turns in named))

    made = asyncio.run(all_of_them())
    expected, results = [], []
    for items, _ in named:
        result = next((item for item in items if not item.startswith("bad")), None)
        results.append(result)
        count = 0 if result is None else items.index(result) + (result != "aside")
        asked = items if result is None else items[:count]
        expected += asked
    assert made == results
    assert sender.sent == sorted(expected)
    # A party asks at most three times, and all that can be asked together is: one list per round.
    assert len(sender.lists) <= 3


async def test_all_first_wishes_go_as_one_list_and_what_failed_asks_again_as_one() -> None:
    sender = Sender()
    async with Gathering(3, sender) as gathering:
        chains = (["bad-1", "good-1"], ["good-2"], ["bad-3", "good-3"])
        await asyncio.gather(*(chain(gathering, items, at) for at, items in enumerate(chains)))
    assert [sorted(items) for items in sender.lists] == [["bad-1", "bad-3", "good-2"], ["good-1", "good-3"]]


async def test_nothing_is_sent_before_the_last_party_has_come() -> None:
    sender = Sender()
    async with Gathering(2, sender) as gathering:
        first = asyncio.create_task(chain(gathering, ["good-1"], 0))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not sender.lists
        await chain(gathering, ["aside"], 0)
        assert await first == "good-1"


async def test_a_failing_block_leaves_nobody_waiting_and_ends_what_is_under_way() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def send(items: Asked) -> Sequence[BaseException | None]:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return []

    async def one_that_fails() -> None:
        await began.wait()
        raise ValueError("a prompt could not be written")

    with pytest.raises(ValueError, match="prompt"):
        async with Gathering(1, send) as under_way, Gathering(2, Sender()) as waiting:
            asked = asyncio.create_task(chain(under_way, ["good-1"], 0))
            waits = asyncio.create_task(chain(waiting, ["good-2"], 0))
            await one_that_fails()
    assert ended.is_set()
    assert {type(one) for one in await asyncio.gather(asked, waits, return_exceptions=True)} == {asyncio.CancelledError}


async def test_a_party_that_is_cancelled_holds_nobody_up() -> None:
    sender = Sender()
    async with Gathering(2, sender) as gathering:
        gone = asyncio.create_task(chain(gathering, ["good-1"], 0))
        for _ in range(3):
            await asyncio.sleep(0)
        gone.cancel()
        assert await chain(gathering, ["good-2"], 0) == "good-2"
    assert sender.lists == [("good-2",)]


async def test_an_error_of_the_sending_reaches_all_that_were_sent() -> None:
    async def send(items: Asked) -> Sequence[BaseException | None]:
        raise ConnectionError("away")

    async with Gathering(2, send) as gathering:
        results = await asyncio.gather(
            *(chain(gathering, [f"good-{at}"], 0) for at in range(2)), return_exceptions=True
        )
    assert [type(result) for result in results] == [ConnectionError, ConnectionError]


async def test_what_is_being_cancelled_already_comes_to_its_own_end() -> None:
    began = asyncio.Event()
    last_words: list[str] = []

    async def send(items: Asked) -> Sequence[BaseException | None]:
        try:
            began.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            for word in ("called", "off"):
                await asyncio.sleep(0)
                last_words.append(word)
            raise
        return []

    async with Gathering(1, send) as gathering:
        asked = asyncio.create_task(chain(gathering, ["good-1"], 0))
        await began.wait()
        # As an event loop does that is torn down: everything at once.
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
    assert last_words == ["called", "off"]
    await asyncio.gather(asked, return_exceptions=True)
    assert asked.cancelled()
