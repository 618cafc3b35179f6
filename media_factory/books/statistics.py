"""What the intents tell: how providers do, and what things cost. Only what cache hits saved is kept beside them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from media_factory.books.database import Database
from media_factory.books.money import micro_usd, usd
from media_factory.books.tables import database_now, intents, savings, utc_day
from media_factory.errors import ContentRefused, InvalidRequest, VoiceNotFound
from media_factory.model import Model

CostsBy = Literal["day", "channel", "provider"]

_DAY_S = 24 * 3600
_RECENT_CALLS = 50
_FEWEST_CALLS = 5
# Errors of whoever asks: they say nothing about how a provider does, and must not move others away from it.
_OF_THE_ASKER = tuple(one.__name__ for one in (ContentRefused, InvalidRequest, VoiceNotFound))

_state = intents.c.state
_SUCCEEDED = _state.in_(("spooled", "settled"))
_CLOSED = _state.in_(("settled", "failed", "dismissed"))
_CHARGED = sa.func.coalesce(intents.c.charged_micro_usd, intents.c.reserved_micro_usd)
_SPENT = sa.func.coalesce(sa.func.sum(_CHARGED).filter(_CLOSED), 0)
_DOUBTED = sa.func.coalesce(sa.func.sum(intents.c.reserved_micro_usd).filter(_state == "in_doubt"), 0)
_UNPRICED = sa.func.count().filter(
    sa.not_(intents.c.priced), intents.c.charged_micro_usd.is_(None), _state.not_in(("open", "ticketed"))
)


class ProviderStatistics(Model):
    """How one model of a provider did.

    `calls` is the sum of `succeeded`, `failed`, `in_doubt`, `open` (under way) and `dismissed` (doubts that were
    closed). `errors` counts by error class. `mean_s` and `p95_s` (nearest rank) are of the calls that succeeded. Times
    are seconds since 1970 by the books' clock. `unpriced` counts calls whose price nobody knows.
    """

    provider: str
    modality: str
    calls: int
    succeeded: int
    failed: int
    in_doubt: int
    open: int
    dismissed: int
    errors: dict[str, int]
    mean_s: float | None
    p95_s: float | None
    last_success_at: float | None
    last_error_at: float | None
    last_error: str | None
    spent_usd: Decimal
    unpriced: int


class CostRow(Model):
    """What was spent under one name: a UTC day, a channel ("" for none) or a provider.

    `in_doubt_usd` may have been paid, beside `spent_usd`; `unpriced` counts calls whose price nobody knows; `hits` are
    paid stages that the cache spared us, and `saved_usd` is what they had cost.
    """

    name: str
    calls: int = 0
    spent_usd: Decimal = Decimal(0)
    in_doubt_usd: Decimal = Decimal(0)
    unpriced: int = 0
    hits: int = 0
    saved_usd: Decimal = Decimal(0)


class OutcomeCount(Model):
    """How many calls stand in a state; `error` is the error class of those that ended badly."""

    provider: str
    modality: str
    state: str
    error: str | None
    calls: int


class Statistics:
    """Questions to the books; all but `note_saving` only read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note_saving(self, day: date, channel: str | None, provider: str, amount_usd: Decimal | None) -> None:
        """Count a cache hit of a paid stage and what it had cost; None where nobody knows."""
        insert = self._database.insert(savings).values(
            day=day.isoformat(),
            channel=channel or "",
            provider=provider,
            hits=1,
            saved_micro_usd=micro_usd(amount_usd or Decimal(0)),
        )
        statement = insert.on_conflict_do_update(
            index_elements=["day", "channel", "provider"],
            set_={name: savings.c[name] + insert.excluded[name] for name in ("hits", "saved_micro_usd")},
        )
        with self._database.writing() as connection:
            connection.execute(statement)

    def providers(self, since: float | None = None) -> tuple[ProviderStatistics, ...]:
        """Return how each provider did with calls opened since a time (None: ever), by name and modality."""
        chosen = _since(since)
        with self._database.reading() as connection:
            rows = connection.execute(_totals(chosen)).mappings().all()
            errors = _errors(connection, chosen)
            p95 = _by_provider(connection, _p95(chosen))
            last = _by_provider(connection, _last_errors(chosen))
        return tuple(
            ProviderStatistics(
                **{name: value for name, value in row.items() if name != "spent"},
                spent_usd=usd(row["spent"]),
                errors=errors[row["provider"], row["modality"]],
                p95_s=p95.get((row["provider"], row["modality"])),
                last_error=last.get((row["provider"], row["modality"])),
            )
            for row in sorted(rows, key=lambda row: (row["provider"], row["modality"]))
        )

    def reliability(self, provider: str, since: float | None = None) -> float | None:
        """Return the share of calls that ended well, from 0 to 1, among the last 50 opened since a time.

        Without a time, those of the last 24 hours count. Refused content and bad input count as nothing: they say
        nothing about a provider. None if fewer than 5 calls are left.
        """
        ended = sa.or_(
            _SUCCEEDED,
            _state.in_(("failed", "in_doubt", "dismissed")) & intents.c.error.not_in(_OF_THE_ASKER),
        )
        recent = (
            sa.select(sa.case((_SUCCEEDED, 1), else_=0).label("well"))
            .where(intents.c.provider == provider, ended)
            .where(intents.c.opened_at >= (database_now() - _DAY_S if since is None else since))
            .order_by(intents.c.opened_at.desc())
            .limit(_RECENT_CALLS)
            .subquery()
        )
        with self._database.reading() as connection:
            well, calls = connection.execute(sa.select(sa.func.sum(recent.c.well), sa.func.count())).one()
        return int(well) / calls if calls >= _FEWEST_CALLS else None

    def costs(self, by: CostsBy, since: float | None = None) -> tuple[CostRow, ...]:
        """Return what was spent and saved since a time (None: ever), by name. Savings count from its UTC day on."""
        with self._database.reading() as connection:
            spent = {row["name"]: row for row in connection.execute(_spending(by, since)).mappings()}
            saved = {row["name"]: row for row in connection.execute(_saving(by, since)).mappings()}
        return tuple(_cost_row(name, spent.get(name), saved.get(name)) for name in sorted(spent.keys() | saved.keys()))

    def calls_by_outcome(self) -> tuple[OutcomeCount, ...]:
        """Return how many calls ever made stand in which state, by provider, modality, state and error."""
        columns = (intents.c.provider, intents.c.modality, intents.c.state, intents.c.error)
        statement = sa.select(*columns, sa.func.count().label("calls")).group_by(*columns)
        with self._database.reading() as connection:
            rows = connection.execute(statement).mappings().all()
        counts = (OutcomeCount(**row) for row in rows)
        return tuple(sorted(counts, key=lambda one: (one.provider, one.modality, one.state, one.error or "")))


def _since(since: float | None) -> sa.ColumnElement[bool]:
    return sa.true() if since is None else intents.c.opened_at >= since


def _totals(chosen: sa.ColumnElement[bool]) -> sa.Select[Any]:
    def count(*states: str) -> Any:
        return sa.func.count().filter(_state.in_(states))

    return (
        sa.select(
            intents.c.provider,
            intents.c.modality,
            sa.func.count().label("calls"),
            count("spooled", "settled").label("succeeded"),
            count("failed").label("failed"),
            count("in_doubt").label("in_doubt"),
            count("open", "ticketed").label("open"),
            count("dismissed").label("dismissed"),
            sa.func.avg(intents.c.seconds).filter(_SUCCEEDED).label("mean_s"),
            sa.func.max(intents.c.closed_at).filter(_SUCCEEDED).label("last_success_at"),
            sa.func.max(intents.c.closed_at).filter(intents.c.error.is_not(None)).label("last_error_at"),
            _SPENT.label("spent"),
            _UNPRICED.label("unpriced"),
        )
        .where(chosen)
        .group_by(intents.c.provider, intents.c.modality)
    )


def _errors(connection: Connection, chosen: sa.ColumnElement[bool]) -> dict[tuple[str, str], dict[str, int]]:
    columns = (intents.c.provider, intents.c.modality, intents.c.error)
    statement = sa.select(*columns, sa.func.count()).where(chosen, intents.c.error.is_not(None)).group_by(*columns)
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for provider, modality, error, calls in connection.execute(statement.order_by(intents.c.error)):
        counts[provider, modality][error] = calls
    return counts


def _p95(chosen: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Return the smallest time that at least 95 % of the successful calls did not exceed (nearest rank)."""
    alike = (intents.c.provider, intents.c.modality)
    ranked = (
        sa.select(
            *alike,
            intents.c.seconds.label("value"),
            sa.func.row_number().over(partition_by=alike, order_by=intents.c.seconds).label("rank"),
            sa.func.count().over(partition_by=alike).label("calls"),
        )
        .where(chosen, _SUCCEEDED, intents.c.seconds.is_not(None))
        .subquery()
    )
    nearest = (ranked.c.calls * 95 + 99) // 100
    return sa.select(ranked.c.provider, ranked.c.modality, ranked.c.value).where(ranked.c.rank == nearest)


def _last_errors(chosen: sa.ColumnElement[bool]) -> sa.Select[Any]:
    alike = (intents.c.provider, intents.c.modality)
    latest = (intents.c.closed_at.desc(), intents.c.id)
    ranked = (
        sa.select(
            *alike,
            (intents.c.error + ": " + sa.func.coalesce(intents.c.reason, "")).label("value"),
            sa.func.row_number().over(partition_by=alike, order_by=latest).label("rank"),
        )
        .where(chosen, intents.c.error.is_not(None))
        .subquery()
    )
    return sa.select(ranked.c.provider, ranked.c.modality, ranked.c.value).where(ranked.c.rank == 1)


def _by_provider(connection: Connection, statement: sa.Select[Any]) -> dict[tuple[str, str], Any]:
    return {(provider, modality): value for provider, modality, value in connection.execute(statement)}


def _spending(by: CostsBy, since: float | None) -> sa.Select[Any]:
    names: dict[CostsBy, sa.ColumnElement[str]] = {
        "day": utc_day(intents.c.opened_at),
        "channel": sa.func.coalesce(intents.c.channel, ""),
        "provider": intents.c.provider,
    }
    name = names[by].label("name")
    calls = sa.func.count().label("calls")
    sums = (_SPENT.label("spent"), _DOUBTED.label("doubted"), _UNPRICED.label("unpriced"))
    return sa.select(name, calls, *sums).where(_since(since)).group_by(name)


def _saving(by: CostsBy, since: float | None) -> sa.Select[Any]:
    name = savings.c[by].label("name")
    hits = sa.func.sum(savings.c.hits).label("hits")
    saved = sa.func.sum(savings.c.saved_micro_usd).label("saved")
    chosen = sa.true() if since is None else savings.c.day >= utc_day(sa.literal(since))
    return sa.select(name, hits, saved).where(chosen).group_by(savings.c[by])


def _cost_row(name: str, spent: RowMapping | None, saved: RowMapping | None) -> CostRow:
    row: dict[str, Any] = {"name": name}
    if spent is not None:
        row |= {"calls": spent["calls"], "unpriced": spent["unpriced"]}
        row |= {"spent_usd": usd(spent["spent"]), "in_doubt_usd": usd(spent["doubted"])}
    if saved is not None:
        row |= {"hits": int(saved["hits"]), "saved_usd": usd(saved["saved"])}
    return CostRow(**row)


__all__ = ["CostRow", "CostsBy", "OutcomeCount", "ProviderStatistics", "Statistics"]
