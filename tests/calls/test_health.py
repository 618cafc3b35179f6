"""What is told of providers: in rows for people, in figures for Prometheus."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from prometheus_client.parser import text_string_to_metric_families

from media_factory.books.books import Books
from media_factory.calls.health import provider_rows, reach_all
from media_factory.calls.metrics import metrics_text
from media_factory.catalogue.entries import today
from media_factory.errors import AuthenticationFailed
from media_factory.factory import Factory
from media_factory.providers.registry import Providers
from tests.calls.ledgers import note_call
from tests.calls.markets import painter, speech

LABELS = ("provider", "scope", "kind", "outcome", "error", "quantile")


def figures(books: Books) -> dict[str, dict[tuple[str, ...], float]]:
    """Return the metrics as Prometheus' own parser reads them: by name, by the values of the labels."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(metrics_text(books)):
        for sample in family.samples:
            labels = tuple(sample.labels[name] for name in LABELS if name in sample.labels)
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def test_a_row_says_what_came_of_every_model_s_calls(factory: Factory) -> None:
    for seconds in (1.0, 2.0, 3.0):
        note_call(factory.books, "a:m", seconds=seconds)
    note_call(factory.books, "a:n", "ContentRefused")
    note_call(factory.books, "a:m", "doubt")
    note_call(factory.books, "b:m", modality="image")
    row, other = provider_rows(Providers.of(speech("a"), painter("c")), factory.books)[::-1]
    assert (row.name, row.modality, [one.provider for one in row.use]) == ("a", "speech", ["a:m", "a:n"])
    assert (row.use[0].succeeded, row.use[0].in_doubt, row.use[0].mean_s, row.use[0].p95_s) == (3, 1, 2.0, 3.0)
    assert row.use[1].last_error == "ContentRefused: it said no"
    assert row.spent_usd == Decimal("0.03")
    assert (other.name, other.use) == ("c", ())


def test_a_row_says_for_how_long_a_provider_is_left_alone(factory: Factory) -> None:
    factory.books.limits.note_failure("a", "QuotaExhausted", open_for_s=60)
    (row,) = provider_rows(Providers.of(speech("a")), factory.books)
    assert 50 < row.shut_s <= 60
    assert row.shut_by == "QuotaExhausted"
    assert figures(factory.books)["mf_provider_shut"] == {("a",): 1}


async def test_every_vendor_with_its_key_is_asked_once_and_the_others_are_not() -> None:
    asked: list[str] = []

    def vendor(name: str, **fields: object) -> object:
        made = speech(name, **fields)  # type: ignore[arg-type]

        async def reach() -> None:
            asked.append(name)
            if name == "wrong":
                raise AuthenticationFailed("the key is wrong")

        made.reach = reach  # type: ignore[method-assign]
        return made

    good, wrong, keyless, here = (
        vendor("good"),
        vendor("wrong"),
        vendor("keyless", lacks="set KEY"),
        vendor("here", local=True),
    )
    found = await reach_all(Providers.of(good, good, wrong, keyless, here))  # type: ignore[arg-type]
    assert found == {"good": None, "wrong": "AuthenticationFailed: the key is wrong"}
    assert sorted(asked) == ["good", "wrong"]


async def test_reaching_somebody_who_never_answers_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media_factory.calls.health._REACH_WITHIN_S", 0.05)
    silent = speech("silent")

    async def reach() -> None:
        await asyncio.Event().wait()

    silent.reach = reach  # type: ignore[method-assign]
    assert "no answer" in str((await reach_all(Providers.of(silent)))["silent"])


def test_metrics_count_what_the_books_have(factory: Factory) -> None:
    books, day = factory.books, today().isoformat()
    scopes = {f"day/{day}": Decimal(1), "run/x": Decimal(1), "day/2020-01-01": Decimal(1), f"channel/news/{day}": None}
    for _ in range(3):
        note_call(books, "a:m", seconds=2.0, scopes=scopes)
    note_call(books, "a:m", "RateLimited")
    note_call(books, "a:m", "doubt")
    note_call(books, "a:m", "open")
    books.statistics.note_saving(today(), "news", "a:m", Decimal("0.5"))
    found = figures(books)
    assert found["mf_provider_requests_total"] == {("a:m", "speech", "succeeded"): 3, ("a:m", "speech", "failed"): 1}
    assert found["mf_provider_errors_total"] == {("a:m", "speech", "RateLimited"): 1}
    assert found["mf_provider_latency_seconds_count"] == {("a:m", "speech"): 3}
    assert found["mf_provider_latency_seconds_sum"] == {("a:m", "speech"): 6}
    assert found["mf_provider_latency_seconds"] == {("a:m", "speech", "0.95"): 2}
    assert found["mf_possible_double_pay_total"] == {("a:m", "speech"): 1}
    assert found["mf_inflight"] == {("a:m", "speech"): 1}
    assert found["mf_cost_usd_total"] == {("a:m",): pytest.approx(0.03)}
    assert found["mf_cache_hits_total"] == {("a:m",): 1}
    assert found["mf_cache_saved_usd_total"] == {("a:m",): 0.5}
    assert found["mf_budget_remaining_usd"] == {("day",): pytest.approx(0.97)}
    assert found["mf_provider_last_success_timestamp_seconds"][("a:m", "speech")] == pytest.approx(books.now(), abs=60)


def test_a_name_that_would_break_the_text_format_does_not(factory: Factory) -> None:
    odd = 'a:"m"\\ \n}'
    note_call(factory.books, odd)
    assert figures(factory.books)["mf_cost_usd_total"] == {(odd,): 0.01}
