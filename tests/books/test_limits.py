"""Limits: slots, paces and breakers. What many processes do at once is in `test_races`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.books.books import Books
from media_factory.books.breakers import Breaker, asked, failed, opening_s
from media_factory.books.limits import Limits, burst, take

PACES = st.floats(min_value=0.5, max_value=6000)


@pytest.fixture
def limits(books: Books) -> Limits:
    return books.limits


def test_slots_are_given_until_there_are_none_and_come_back(limits: Limits) -> None:
    assert limits.acquire_slot("vendor", "a", 2, 60)
    assert limits.acquire_slot("vendor", "b", 2, 60)
    assert not limits.acquire_slot("vendor", "c", 2, 60)
    assert limits.acquire_slot("other", "c", 1, 60)
    limits.release_slot("vendor", "c")
    assert len(limits.holders("vendor")) == 2
    limits.release_slot("vendor", "a")
    assert len(limits.holders("vendor")) == 1
    assert limits.acquire_slot("vendor", "c", 2, 60)


def test_who_has_a_slot_asks_again_and_keeps_it(limits: Limits) -> None:
    assert limits.acquire_slot("vendor", "a", 1, 60)
    assert limits.acquire_slot("vendor", "a", 1, 60)
    assert len(limits.holders("vendor")) == 1


def test_a_slot_that_ran_out_is_not_counted_and_is_lost_once_somebody_else_asks(limits: Limits) -> None:
    assert limits.acquire_slot("vendor", "a", 1, -1)
    assert len(limits.holders("vendor")) == 0
    assert limits.acquire_slot("vendor", "b", 1, 60)
    assert not limits.renew_slot("vendor", "a", 60)
    assert limits.renew_slot("vendor", "b", 60)


def test_a_slot_that_is_renewed_in_time_stays_with_its_holder(limits: Limits) -> None:
    assert limits.acquire_slot("vendor", "a", 1, 0)
    assert limits.renew_slot("vendor", "a", 60)
    assert not limits.acquire_slot("vendor", "b", 1, 60)
    assert len(limits.holders("vendor")) == 1


def test_fewer_slots_than_are_held_means_that_nobody_comes_in(limits: Limits) -> None:
    for holder in "abc":
        assert limits.acquire_slot("vendor", holder, 3, 60)
    limits.release_slot("vendor", "a")
    assert not limits.acquire_slot("vendor", "d", 2, 60)


def test_a_bucket_gives_what_it_holds_and_then_says_how_long_to_wait(limits: Limits) -> None:
    assert limits.take_token("vendor", 0.5) == 0.0
    assert 60 < limits.take_token("vendor", 0.5) <= 120
    assert limits.take_token("other", 0.5) == 0.0


@given(PACES, st.lists(st.floats(min_value=0, max_value=30), min_size=1, max_size=120))
def test_in_no_span_of_time_are_more_tokens_taken_than_a_full_bucket_and_what_comes_in(
    per_minute: float, pauses: list[float]
) -> None:
    now, full_at, times = 1_800_000_000.0, 0.0, []
    for pause in pauses:
        now += pause
        taken = take(full_at, now, per_minute)
        if taken.wait_s == 0.0:
            full_at = taken.full_at
            times.append(now)
    for first in range(len(times)):
        for last in range(first, len(times)):
            span_s = times[last] - times[first]
            assert last - first + 1 <= burst(per_minute) + span_s * per_minute / 60 + 0.01


@given(PACES, st.integers(min_value=1, max_value=200))
def test_who_waits_as_told_gets_a_token_and_who_comes_earlier_does_not(per_minute: float, tries: int) -> None:
    now, full_at = 1_800_000_000.0, 0.0
    for _ in range(tries):
        taken = take(full_at, now, per_minute)
        if taken.wait_s > 0:
            assert taken.wait_s <= 60 / per_minute + 0.001
            assert take(full_at, now + taken.wait_s * 0.9, per_minute).wait_s > 0
            now += taken.wait_s
            taken = take(full_at, now, per_minute)
        assert taken.wait_s == 0.0
        full_at = taken.full_at


@given(PACES, st.floats(min_value=0, max_value=10**6))
def test_a_clock_that_is_set_back_keeps_nobody_out_for_longer_than_an_empty_bucket(
    per_minute: float, step_s: float
) -> None:
    now = 1_800_000_000.0
    full_at = take(0.0, now, per_minute).full_at
    assert take(full_at, now - step_s, per_minute).wait_s <= 60 / per_minute + 0.001


@given(PACES, st.floats(min_value=0, max_value=10**6))
def test_a_rested_bucket_holds_its_burst_and_no_more(per_minute: float, rest_s: float) -> None:
    now, full_at, taken = 1_800_000_000.0, 1_800_000_000.0 - rest_s, 0
    while (outcome := take(full_at, now, per_minute)).wait_s == 0.0:
        full_at, taken = outcome.full_at, taken + 1
    assert abs(taken - int(burst(per_minute) + 0.01)) <= 1
    assert taken <= burst(per_minute) + 0.01


NOW = 1_800_000_000.0


def test_five_failures_in_a_row_open_a_breaker_for_longer_and_longer() -> None:
    breaker, now, opened = Breaker(provider="x:1"), NOW, []
    for _ in range(12):
        breaker = failed(breaker, now, "ProviderUnavailable")
        opened.append(max(breaker.open_until - now, 0))
        now = max(now, breaker.open_until)
    assert opened == [0, 0, 0, 0, 30, 60, 120, 240, 480, 600, 600, 600]
    assert opening_s(10**9) == 600


def test_calls_that_were_under_way_when_a_breaker_opened_do_not_prolong_it() -> None:
    breaker = Breaker(provider="x:1")
    for _ in range(16):
        breaker = failed(breaker, NOW, "ProviderUnavailable")
    assert (breaker.failures, breaker.open_until) == (5, NOW + 30)


def test_an_error_that_says_how_long_it_lasts_opens_a_breaker_at_once_and_never_shortens_it() -> None:
    breaker = failed(Breaker(provider="x:1"), NOW, "QuotaExhausted", 300)
    assert (breaker.open_until, breaker.error) == (NOW + 300, "QuotaExhausted")
    assert failed(breaker, NOW + 10, "RateLimited", 20).open_until == NOW + 300
    assert failed(breaker, NOW + 10, "RateLimited", 400).open_until == NOW + 410


def test_a_failed_probe_opens_the_breaker_again_however_few_failures_it_took() -> None:
    breaker = failed(Breaker(provider="x:1"), NOW, "QuotaExhausted", 300)
    wait_s, breaker = asked(breaker, NOW + 300, 120)
    assert wait_s == 0
    breaker = failed(breaker, NOW + 301, "ProviderUnavailable")
    assert (breaker.open_until, breaker.probing) == (NOW + 331, False)


def test_a_probe_that_never_reports_is_followed_by_another_after_its_time() -> None:
    breaker = failed(Breaker(provider="x:1"), NOW, "QuotaExhausted", 300)
    wait_s, breaker = asked(breaker, NOW + 300, 120)
    assert wait_s == 0
    wait_s, breaker = asked(breaker, NOW + 310, 120)
    assert wait_s == 110
    wait_s, breaker = asked(breaker, NOW + 420, 120)
    assert wait_s == 0


def test_a_breaker_opens_after_the_fifth_failure_and_tells_how_long(limits: Limits) -> None:
    for _ in range(4):
        limits.note_failure("x:1", "ProviderUnavailable")
        assert limits.is_open_for("x:1") == 0.0
    limits.note_failure("x:1", "ProviderTimeout")
    assert 0 < limits.is_open_for("x:1") <= 30
    assert limits.is_open_for("y:1") == 0.0
    (breaker,) = limits.breakers()
    assert (breaker.provider, breaker.failures, breaker.error) == ("x:1", 5, "ProviderTimeout")


def test_a_success_between_failures_starts_the_count_anew(limits: Limits) -> None:
    for _ in range(3):
        for _ in range(4):
            limits.note_failure("x:1", "ProviderUnavailable")
        limits.note_success("x:1")
    assert limits.is_open_for("x:1") == 0.0
    assert limits.breaker("x:1") == Breaker(provider="x:1")


def test_only_one_is_let_through_when_the_time_is_over_and_its_success_lets_everybody_through(limits: Limits) -> None:
    limits.note_failure("x:1", "QuotaExhausted", open_for_s=0.0)
    assert limits.is_open_for("x:1", probe_s=60) == 0.0
    assert [0 < limits.is_open_for("x:1") <= 60 for _ in range(3)] == [True] * 3
    limits.note_success("x:1")
    assert [limits.is_open_for("x:1") for _ in range(3)] == [0.0] * 3


def test_looking_at_a_breaker_does_not_use_up_the_probe(limits: Limits, books: Books) -> None:
    limits.note_failure("x:1", "QuotaExhausted", open_for_s=0.0)
    for _ in range(3):
        breaker = limits.breaker("x:1")
        assert breaker is not None
        assert 0 < breaker.open_until <= books.now()
    assert limits.is_open_for("x:1") == 0.0


def test_a_provider_that_never_failed_has_no_breaker(limits: Limits) -> None:
    limits.note_success("x:1")
    assert limits.breaker("x:1") is None
    assert limits.breakers() == ()
