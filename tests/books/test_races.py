"""Many processes at one set of books, on every database that we know."""

from __future__ import annotations

import time
from decimal import Decimal

import sqlalchemy as sa

from media_factory.books.books import Books
from media_factory.books.tables import slots
from tests.books import racing
from tests.books.racing import race


def test_processes_that_race_for_leases_never_both_win(url: str) -> None:
    won = [key for keys in race(racing.take_leases, url, 4) for key in keys]
    assert sorted(won) == sorted(f"k{key}" for key in range(20))


def test_sixteen_processes_use_a_cap_up_and_never_cross_it(url: str, books: Books) -> None:
    cap = Decimal(60)
    outcomes = race(racing.spend_until_refused, url, 16, cap)
    (state,) = books.ledger.budgets()
    assert not any(crossed for _, crossed in outcomes)
    assert state.reserved_usd == 0
    # The last one to be refused was refused by what was spent alone, so less is left than the dearest call costs.
    assert cap - Decimal(racing.DEAREST_CENTS) / 100 < state.spent_usd <= cap
    (row,) = books.statistics.costs("provider")
    assert row.spent_usd == state.spent_usd
    assert row.calls == sum(bought for bought, _ in outcomes)


def test_processes_that_try_the_same_key_count_its_attempts_without_gap(url: str) -> None:
    attempts = [attempt for found in race(racing.try_the_same_key, url, 6) for attempt in found]
    assert sorted(attempts) == list(range(1, 31))


def test_orders_that_name_the_same_budgets_in_any_order_never_lock_each_other_out(url: str, books: Books) -> None:
    assert race(racing.cross_budgets, url, 6) == [15] * 6
    assert [state.reserved_usd for state in books.ledger.budgets()] == [0, 0]


def test_never_more_than_so_many_processes_hold_slots(url: str, books: Books) -> None:
    seen = race(racing.hold_slots, url, 6, 3)
    assert 1 <= max(seen) <= 3
    assert len(books.limits.holders("vendor")) == 0


def test_the_slot_of_a_killed_process_is_free_after_its_time(url: str, books: Books) -> None:
    holder = racing.start_holding_a_slot(url, ttl_s=1.5)
    holder.kill()
    holder.join(60)
    with books.engine.connect() as connection:
        expires_at = connection.execute(sa.select(slots.c.expires_at)).scalar_one()
    deadline = time.monotonic() + 60
    while not books.limits.acquire_slot("only", "me", 1, 60):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert expires_at <= books.now()
    assert not books.limits.renew_slot("only", "the killed one", 60)


def test_processes_share_a_bucket_of_tokens(url: str) -> None:
    # At one a minute, none comes in while the test runs.
    assert sum(race(racing.take_tokens, url, 6, 1.0)) == 1


def test_exactly_one_process_is_let_through_once_a_breaker_s_time_is_over(url: str, books: Books) -> None:
    books.limits.note_failure("x:1", "QuotaExhausted", open_for_s=0.0)
    waits = race(racing.ask_breaker, url, 6)
    assert waits.count(0.0) == 1
    assert all(0 < wait_s <= 120 for wait_s in waits if wait_s)


def test_failures_that_processes_report_are_counted_once_each(url: str, books: Books) -> None:
    race(racing.fail_once, url, 4)
    breaker = books.limits.breaker("x:1")
    assert breaker is not None
    assert (breaker.failures, breaker.open_until) == (4, 0.0)


def test_savings_that_processes_note_all_count(url: str, books: Books) -> None:
    race(racing.save_often, url, 4)
    (row,) = books.statistics.costs("day")
    assert (row.hits, row.saved_usd) == (40, Decimal("0.40"))


def test_processes_that_open_new_books_at_once_set_them_up_once(url: str) -> None:
    assert race(racing.ask_breaker, url, 6) == [0.0] * 6
