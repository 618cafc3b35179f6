"""Restarts: later each time, given up after five quick deaths, and forgiven after a long life."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deployments.machine.restarts import MOST_QUICK_DEATHS, QUICK_S, Restarts


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def lives(restarts: Restarts, clock: Clock, seconds: float) -> float | None:
    restarts.began()
    clock.now += seconds
    return restarts.died()


def test_quick_deaths_wait_longer_each_time_until_the_fifth_is_the_last() -> None:
    clock = Clock()
    restarts = Restarts(clock)
    assert [lives(restarts, clock, 1) for _ in range(MOST_QUICK_DEATHS)] == [1, 2, 4, 8, None]
    assert restarts.count == 4


def test_a_long_life_is_a_new_beginning() -> None:
    clock = Clock()
    restarts = Restarts(clock)
    assert [lives(restarts, clock, 1) for _ in range(4)] == [1, 2, 4, 8]
    assert lives(restarts, clock, QUICK_S) == 1
    assert [lives(restarts, clock, 1) for _ in range(4)] == [2, 4, 8, None]


@given(st.lists(st.floats(min_value=0, max_value=10 * QUICK_S), max_size=40))
def test_only_an_unbroken_row_of_quick_deaths_is_given_up(lifetimes: list[float]) -> None:
    clock = Clock()
    restarts = Restarts(clock)
    row = 0
    for lifetime in lifetimes:
        before = clock.now
        delay_s = lives(restarts, clock, lifetime)
        row = row + 1 if clock.now - before < QUICK_S else 1
        assert (delay_s is None) == (row >= MOST_QUICK_DEATHS)
        assert delay_s is None or 1 <= delay_s <= 30
