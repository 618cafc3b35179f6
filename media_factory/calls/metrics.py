"""Metrics of providers and money in Prometheus' text format, read from the books at every scrape.

Flow runs are processes that come and go, so nothing is counted in memory: the books outlive them all. Counters hold
only what can't change any more; calls under way and in doubt are gauges.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from media_factory.books.books import Books
from media_factory.books.statistics import ProviderStatistics
from media_factory.catalogue.entries import today

_CALL = ("provider", "kind")
_FINAL = ("settled", "spooled", "failed", "dismissed")


class BooksCollector(Collector):
    """Reads one set of books at every scrape."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics.

        Raises:
            BooksError: the books can't be read.
        """
        statistics = self._books.statistics.providers(None)
        yield from _outcomes(self._books)
        yield _latency(statistics)
        yield from _gauges(statistics)
        yield from _money(self._books)
        yield _budgets(self._books, today())
        yield _shut(self._books)


def metrics_text(books: Books) -> str:
    """Return the metrics of a set of books as Prometheus reads them.

    Raises:
        BooksError: the books can't be read.
    """
    return generate_latest(registry_of(books)).decode()


def registry_of(books: Books) -> CollectorRegistry:
    """Return a registry with these metrics and nothing of this process."""
    registry = CollectorRegistry()
    registry.register(BooksCollector(books))
    return registry


def _outcomes(books: Books) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        "mf_provider_requests", "Calls to providers that are over, by what became of them.", labels=(*_CALL, "outcome")
    )
    errors = CounterMetricFamily(
        "mf_provider_errors", "Calls to providers that failed, by class of error.", labels=(*_CALL, "error")
    )
    over: dict[tuple[str, str, str], int] = {}
    failed: dict[tuple[str, str, str], int] = {}
    for count in books.statistics.calls_by_outcome():
        if count.state in _FINAL:
            outcome = "succeeded" if count.state in ("settled", "spooled") else count.state
            key = (count.provider, count.modality, outcome)
            over[key] = over.get(key, 0) + count.calls
        if count.state == "failed":
            key = (count.provider, count.modality, count.error or "unknown")
            failed[key] = failed.get(key, 0) + count.calls
    for family, counts in ((requests, over), (errors, failed)):
        for labels, calls in sorted(counts.items()):
            family.add_metric(labels, calls)
        yield family


def _latency(statistics: tuple[ProviderStatistics, ...]) -> Metric:
    family = SummaryMetricFamily("mf_provider_latency_seconds", "How long successful calls took.", labels=_CALL)
    for one in statistics:
        if one.mean_s is None:
            continue
        labels = {"provider": one.provider, "kind": one.modality}
        if one.p95_s is not None:
            family.add_sample(family.name, labels | {"quantile": "0.95"}, one.p95_s)
        family.add_metric(list(labels.values()), one.succeeded, one.mean_s * one.succeeded)
    return family


def _gauges(statistics: tuple[ProviderStatistics, ...]) -> Iterator[Metric]:
    success = _gauge("mf_provider_last_success_timestamp_seconds", "When a call last succeeded.", *_CALL)
    error = _gauge("mf_provider_last_error_timestamp_seconds", "When a call last failed.", *_CALL)
    what = _gauge("mf_provider_last_error_info", "The class of the last error.", *_CALL, "error")
    under_way = _gauge("mf_inflight", "Calls under way, or left by a process that ended.", *_CALL)
    doubtful = _gauge(
        "mf_possible_double_pay_total",
        "Calls whose outcome nobody knew: they may have been paid without leaving anything.",
        *_CALL,
    )
    for one in statistics:
        labels = [one.provider, one.modality]
        under_way.add_metric(labels, one.open)
        doubtful.add_metric(labels, one.in_doubt + one.dismissed)
        if one.last_success_at is not None:
            success.add_metric(labels, one.last_success_at)
        if one.last_error_at is not None:
            error.add_metric(labels, one.last_error_at)
        if one.last_error is not None:
            what.add_metric([*labels, one.last_error.partition(":")[0]], 1)
    yield from (success, error, what, under_way, doubtful)


def _money(books: Books) -> Iterator[Metric]:
    cost = CounterMetricFamily("mf_cost_usd", "What was spent, as far as prices are known.", labels=["provider"])
    unpriced = CounterMetricFamily("mf_unpriced_calls", "Calls whose price nobody knows.", labels=["provider"])
    hits = CounterMetricFamily("mf_cache_hits", "Paid stages that the cache spared us.", labels=["provider"])
    saved = CounterMetricFamily("mf_cache_saved_usd", "What those had cost.", labels=["provider"])
    for row in books.statistics.costs("provider", None):
        cost.add_metric([row.name], float(row.spent_usd))
        unpriced.add_metric([row.name], row.unpriced)
        hits.add_metric([row.name], row.hits)
        saved.add_metric([row.name], float(row.saved_usd))
    yield from (cost, unpriced, hits, saved)


def _budgets(books: Books, day: date) -> Metric:
    """Return what is left today; budgets of runs and of days gone by would only pile up."""
    family = _gauge("mf_budget_remaining_usd", "What may still be spent today.", "scope")
    for budget in books.ledger.budgets():
        if budget.cap_usd is not None and budget.scope.endswith(f"/{day.isoformat()}"):
            left = budget.cap_usd - budget.spent_usd - budget.reserved_usd
            family.add_metric([budget.scope.rpartition("/")[0]], float(left))
    return family


def _shut(books: Books) -> Metric:
    family = _gauge("mf_provider_shut", "1 while a provider is left alone after failures.", "provider")
    now = books.now()
    for breaker in books.limits.breakers():
        family.add_metric([breaker.provider], int(breaker.open_until > now))
    return family


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=labels)


__all__ = ["BooksCollector", "metrics_text", "registry_of"]
