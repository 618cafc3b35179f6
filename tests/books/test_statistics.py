"""Statistics: what the intents tell, by hand-made calls and against a naive count."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_factory.books import tables
from media_factory.books.books import Books
from media_factory.books.ledger import Intent
from media_factory.books.statistics import CostRow, OutcomeCount
from tests.books.racing import order

DAY = date(2026, 11, 20)


def opened(books: Books, provider: str = "x:1", usd: str | None = "0.10", channel: str | None = None) -> Intent:
    return books.ledger.open(order("key", usd, provider=provider, channel=channel))


def succeeded(books: Books, provider: str = "x:1", seconds: float | None = 1.0, **changes: str | None) -> Intent:
    intent = opened(books, provider, **changes)
    books.ledger.spool(intent.id, "spool/1", None, None, seconds)
    books.ledger.settle(intent.id)
    return intent


def failed(books: Books, error: str = "ProviderUnavailable", provider: str = "x:1") -> Intent:
    intent = opened(books, provider)
    books.ledger.fail(intent.id, error, "no luck", 9.0)
    return intent


def doubted(books: Books, provider: str = "x:1", **changes: str | None) -> Intent:
    intent = opened(books, provider, **changes)
    books.ledger.doubt(intent.id, "ProviderTimeout", "too slow", 60.0)
    return intent


def move(books: Books, intent: Intent, when: datetime) -> None:
    """Pretend that an intent was opened at another time."""
    statement = sa.update(tables.intents).where(tables.intents.c.id == intent.id)
    with books.engine.begin() as connection:
        connection.execute(statement.values(opened_at=when.timestamp()))


def test_no_calls_make_no_statistics(books: Books) -> None:
    assert books.statistics.providers() == ()
    assert books.statistics.costs("day") == ()
    assert books.statistics.calls_by_outcome() == ()
    assert books.statistics.reliability("x:1") is None


def test_a_provider_s_calls_are_counted_by_outcome(books: Books) -> None:
    for seconds in (1.0, 2.0, 6.0):
        succeeded(books, seconds=seconds)
    spooled = opened(books)
    books.ledger.spool(spooled.id, "spool/2", Decimal("0.07"), None, 3.0)
    failed(books)
    failed(books, "RateLimited")
    doubted(books)
    dismissed = doubted(books)
    books.ledger.dismiss(dismissed.id, paid=True)
    opened(books)
    waiting = opened(books)
    books.ledger.ticket(waiting.id, "task-1")
    succeeded(books, "y:2")

    found, other = books.statistics.providers()
    assert (found.provider, found.modality, found.calls) == ("x:1", "image", 10)
    assert (found.succeeded, found.failed, found.in_doubt, found.dismissed, found.open) == (4, 2, 1, 1, 2)
    assert found.errors == {"ProviderTimeout": 2, "ProviderUnavailable": 1, "RateLimited": 1}
    assert (found.mean_s, found.p95_s) == (3.0, 6.0)
    # Three settled at what was reserved and one dismissed as paid; what is spooled is not settled yet.
    assert found.spent_usd == Decimal("0.40")
    assert (other.provider, other.calls, other.errors, other.last_error) == ("y:2", 1, {}, None)


def test_the_last_success_and_the_last_error_are_told(books: Books) -> None:
    finished = {
        succeeded(books).id: 100.0,
        succeeded(books).id: 300.0,
        failed(books, "RateLimited").id: 400.0,
        failed(books, "AuthenticationFailed").id: 200.0,
    }
    with books.engine.begin() as connection:
        for intent_id, closed_at in finished.items():
            statement = sa.update(tables.intents).where(tables.intents.c.id == intent_id)
            connection.execute(statement.values(closed_at=closed_at))
    (found,) = books.statistics.providers()
    assert (found.last_success_at, found.last_error_at) == (300.0, 400.0)
    assert found.last_error == "RateLimited: no luck"


def test_a_time_leaves_out_what_came_before_it(books: Books) -> None:
    old = succeeded(books)
    move(books, old, datetime(2026, 1, 1, tzinfo=UTC))
    succeeded(books)
    (found,) = books.statistics.providers(since=books.now() - 3600)
    assert found.calls == 1
    assert books.statistics.providers(since=books.now() + 3600) == ()


def test_calls_of_unknown_price_are_counted_unless_they_certainly_cost_nothing(books: Books) -> None:
    succeeded(books, usd=None)
    doubted(books, usd=None)
    opened(books, usd=None)
    told = opened(books, usd=None)
    books.ledger.spool(told.id, "spool/1", Decimal("0.07"), None, 1.0)
    books.ledger.settle(told.id)
    unpaid = opened(books, usd=None)
    books.ledger.fail(unpaid.id, "RateLimited", "too many", 1.0)
    (found,) = books.statistics.providers()
    (row,) = books.statistics.costs("provider")
    assert found.unpriced == row.unpriced == 2
    assert found.spent_usd == row.spent_usd == Decimal("0.07")


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.integers(min_value=0, max_value=10**6).map(lambda millis: millis / 1000) | st.none(), min_size=1, max_size=45
    )
)
def test_mean_and_95th_percentile_are_those_of_the_calls_that_succeeded(
    books: Books, seconds: list[float | None]
) -> None:
    rows = [
        order("key").model_dump(exclude={"estimate_usd", "scopes"})
        | {"id": f"i{index}", "attempt": index, "state": "settled", "reserved_micro_usd": 0, "priced": True}
        | {"scopes": [], "opened_at": 0.0, "closed_at": 0.0, "seconds": value}
        for index, value in enumerate(seconds)
    ]
    rows.append(rows[0] | {"id": "slow", "attempt": -1, "state": "failed", "error": "RateLimited", "seconds": 10.0**9})
    with books.engine.begin() as connection:
        connection.execute(sa.delete(tables.intents))
        for row in rows:
            connection.execute(sa.insert(tables.intents), row)
    (found,) = books.statistics.providers()
    known = sorted(value for value in seconds if value is not None)
    if not known:
        assert (found.mean_s, found.p95_s) == (None, None)
        return
    assert found.mean_s == pytest.approx(sum(known) / len(known))
    assert found.p95_s == known[math.ceil(0.95 * len(known)) - 1]


def test_reliability_is_the_share_of_recent_calls_that_ended_well(books: Books) -> None:
    for _ in range(4):
        succeeded(books)
    assert books.statistics.reliability("x:1") is None
    failed(books)
    opened(books)
    assert books.statistics.reliability("x:1") == 0.8
    doubted(books)
    assert books.statistics.reliability("x:1") == pytest.approx(4 / 6)
    assert books.statistics.reliability("y:2") is None


def test_refused_content_and_bad_input_do_not_make_a_provider_less_reliable(books: Books) -> None:
    for error in ("ContentRefused", "InvalidRequest", "VoiceNotFound"):
        failed(books, error)
    for _ in range(5):
        succeeded(books)
    assert books.statistics.reliability("x:1") == 1.0


def test_reliability_looks_at_the_last_fifty_calls_of_the_last_day(books: Books) -> None:
    for _ in range(10):
        old = failed(books)
        move(books, old, datetime.fromtimestamp(books.now() - 3600, UTC))
    for _ in range(5):
        older = failed(books)
        move(books, older, datetime.fromtimestamp(books.now() - 25 * 3600, UTC))
    for _ in range(30):
        succeeded(books)
    assert books.statistics.reliability("x:1") == 0.75
    for _ in range(20):
        succeeded(books)
    assert books.statistics.reliability("x:1") == 1.0
    assert books.statistics.reliability("x:1", since=books.now() + 60) is None


def test_costs_are_told_by_provider_channel_and_utc_day(books: Books) -> None:
    first = succeeded(books, channel="news")
    move(books, first, datetime(2026, 11, 19, 23, 59, 59, tzinfo=UTC))
    second = doubted(books, channel="news")
    move(books, second, datetime(2026, 11, 20, tzinfo=UTC))
    third = succeeded(books, "y:2", usd="0.25")
    move(books, third, datetime(2026, 11, 20, 12, tzinfo=UTC))

    ten, quarter = Decimal("0.1"), Decimal("0.25")
    assert books.statistics.costs("day") == (
        CostRow(name="2026-11-19", calls=1, spent_usd=ten),
        CostRow(name="2026-11-20", calls=2, spent_usd=quarter, in_doubt_usd=ten),
    )
    assert books.statistics.costs("channel") == (
        CostRow(name="", calls=1, spent_usd=quarter),
        CostRow(name="news", calls=2, spent_usd=ten, in_doubt_usd=ten),
    )
    assert books.statistics.costs("provider") == (
        CostRow(name="x:1", calls=2, spent_usd=ten, in_doubt_usd=ten),
        CostRow(name="y:2", calls=1, spent_usd=quarter),
    )
    since = datetime(2026, 11, 20, tzinfo=UTC).timestamp()
    assert [row.name for row in books.statistics.costs("day", since)] == ["2026-11-20"]


def test_savings_add_up_beside_what_was_spent(books: Books) -> None:
    move(books, succeeded(books, channel="news"), datetime(2026, 11, 20, 1, tzinfo=UTC))
    for day, channel, amount in ((19, "news", "0.10"), (20, "news", "0.10"), (20, "news", "0.20"), (20, None, None)):
        saved = None if amount is None else Decimal(amount)
        books.statistics.note_saving(DAY.replace(day=day), channel, "x:1", saved)

    assert [(row.name, row.hits, row.saved_usd) for row in books.statistics.costs("day")] == [
        ("2026-11-19", 1, Decimal("0.10")),
        ("2026-11-20", 3, Decimal("0.30")),
    ]
    assert [(row.name, row.calls, row.hits) for row in books.statistics.costs("channel")] == [
        ("", 0, 1),
        ("news", 1, 3),
    ]
    since = datetime(2026, 11, 20, tzinfo=UTC).timestamp()
    assert [row.hits for row in books.statistics.costs("provider", since)] == [3]


def test_outcomes_are_counted_for_metrics_and_add_up_to_all_calls(books: Books) -> None:
    succeeded(books)
    succeeded(books)
    failed(books, "RateLimited")
    failed(books, "BadReply")
    doubted(books, "y:2")
    common = {"provider": "x:1", "modality": "image"}
    assert books.statistics.calls_by_outcome() == (
        OutcomeCount(**common, state="failed", error="BadReply", calls=1),
        OutcomeCount(**common, state="failed", error="RateLimited", calls=1),
        OutcomeCount(**common, state="settled", error=None, calls=2),
        OutcomeCount(provider="y:2", modality="image", state="in_doubt", error="ProviderTimeout", calls=1),
    )
