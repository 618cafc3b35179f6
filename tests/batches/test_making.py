"""Rows are made so many at once, each once or as often as it helps, until money or time is up."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.batches.grouping import Start
from media_factory.batches.making import Making, Terms
from media_factory.batches.outcomes import Outcome, OutcomeState
from media_factory.batches.trying import Tried
from media_factory.briefs.model import NarrationBrief

AT_ONCE = 3


def start(number: int) -> Start:
    return Start(number=number, brief=NarrationBrief(title=f"Row {number}", text="Hello."), key=f"key {number}")


def starts(count: int) -> Callable[[Callable[[str], bool]], Iterator[Start]]:
    def give(wanted: Callable[[str], bool]) -> Iterator[Start]:
        for number in range(1, count + 1):
            if wanted(f"key {number}"):
                yield start(number)

    return give


def tried(one: Start, state: OutcomeState, again_s: float | None = None, ends: str | None = None) -> Tried:
    return Tried(Outcome(number=one.number, id=one.brief.id, state=state), again_s=again_s, ends=ends)


class Rows:
    """Attempts that go as they are told: how often each row fails first, and whether that can be helped."""

    def __init__(self, failures: list[int], *, helps: bool = True) -> None:
        self.failures, self.helps = dict(enumerate(failures, 1)), helps
        self.attempts = Counter[int]()
        self.running = self.most = 0
        self.order: list[int] = []

    async def __call__(self, one: Start) -> Tried:
        self.running += 1
        self.most = max(self.most, self.running)
        self.order.append(one.number)
        self.attempts[one.number] += 1
        await asyncio.sleep(0)
        self.running -= 1
        if self.attempts[one.number] <= self.failures[one.number]:
            return tried(one, "failed", again_s=0.0 if self.helps else None)
        return tried(one, "made")


async def outcomes_of(rows: Rows, terms: Terms, made: frozenset[str] = frozenset()) -> list[Outcome]:
    kept: list[Outcome] = []
    await Making(starts(len(rows.failures)), rows, kept.append, terms).make(made)
    return kept


@given(st.lists(st.integers(0, 4), max_size=12), st.booleans(), st.sets(st.integers(1, 12)), st.integers(1, AT_ONCE))
def test_whatever_rows_do_each_that_is_not_made_has_one_outcome_and_no_more_run_than_may(
    failures: list[int], helps: bool, made: set[int], at_once: int
) -> None:
    rows = Rows(failures, helps=helps)
    terms = Terms(at_once=at_once, pauses_s=(0.0, 0.0))
    kept = asyncio.run(outcomes_of(rows, terms, frozenset(f"key {number}" for number in made)))
    wanted = [number for number in rows.failures if number not in made]
    assert sorted(outcome.number for outcome in kept) == wanted
    tries = 3 if helps else 1
    for outcome in kept:
        failed = rows.failures[outcome.number]
        assert rows.attempts[outcome.number] == min(tries, failed + 1)
        assert outcome.state == ("made" if failed < tries else "failed")
    assert rows.most <= at_once


async def test_a_row_whose_vendor_was_away_is_tried_again_after_all_others() -> None:
    rows = Rows([1, 0, 0, 0])
    await outcomes_of(rows, Terms(at_once=1, pauses_s=(0.0,)))
    assert rows.order == [1, 2, 3, 4, 1]


async def test_when_the_money_is_spent_nothing_more_is_begun_and_what_is_under_way_ends() -> None:
    all_begun, ended = asyncio.Barrier(AT_ONCE), asyncio.Event()

    async def attempt(one: Start) -> Tried:
        await all_begun.wait()
        if one.number == 1:
            ended.set()
            return tried(one, "skipped", ends="the budget is spent")
        await ended.wait()
        return tried(one, "made")

    kept: list[Outcome] = []
    making = Making(starts(50), attempt, kept.append, Terms(at_once=AT_ONCE))
    await making.make(frozenset())
    assert making.ended == "the budget is spent"
    states = Counter(outcome.state for outcome in kept)
    assert states == {"made": AT_ONCE - 1, "skipped": 50 - (AT_ONCE - 1)}
    assert {outcome.error for outcome in kept if outcome.number > AT_ONCE} == {"not begun: the budget is spent"}


async def test_a_row_that_failed_before_the_money_was_spent_keeps_its_reason() -> None:
    turns = Counter[int]()

    async def attempt(one: Start) -> Tried:
        turns[one.number] += 1
        if one.number == 2 and turns[2] > 1:
            return tried(one, "skipped", ends="the budget is spent")
        return tried(one, "failed", again_s=0.0)

    kept: list[Outcome] = []
    rest = starts(3)
    await Making(rest, attempt, kept.append, Terms(at_once=1, pauses_s=(0.0,))).make(frozenset())
    assert {outcome.number: outcome.state for outcome in kept} == {1: "failed", 2: "skipped", 3: "failed"}


async def test_after_the_deadline_no_row_is_begun() -> None:
    rows = Rows([0] * 5)
    kept: list[Outcome] = []
    making = Making(starts(5), rows, kept.append, Terms(at_once=1, deadline_s=1e-9))
    await making.make(frozenset())
    assert rows.order == []
    assert {outcome.state for outcome in kept} == {"skipped"}
    assert making.ended == "the deadline of 1e-09 s has passed"


async def test_no_pause_is_begun_that_the_deadline_would_cut_short() -> None:
    rows = Rows([9])
    (outcome,) = await outcomes_of(rows, Terms(at_once=1, deadline_s=30, pauses_s=(60.0,)))
    assert (outcome.state, rows.attempts[1]) == ("failed", 1)


async def test_a_batch_that_is_cancelled_cancels_its_rows() -> None:
    begun, cancelled = asyncio.Event(), []

    async def attempt(one: Start) -> Tried:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(one.number)
            raise
        raise AssertionError("nobody sets it")

    kept: list[Outcome] = []
    making = Making(starts(9), attempt, kept.append, Terms(at_once=AT_ONCE))
    work = asyncio.create_task(making.make(frozenset()))
    await begun.wait()
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert cancelled == [1, 2, 3]
    assert (kept, making.under_way) == ([], 0)


async def test_what_keeps_the_batch_from_going_on_ends_all_its_rows() -> None:
    def keep(_outcome: Outcome) -> None:
        raise OSError(28, "No space left on device")

    making = Making(starts(9), Rows([0] * 9), keep, Terms(at_once=AT_ONCE))
    with pytest.raises(OSError, match="No space left"):
        await making.make(frozenset())
    assert making.under_way == 0
