"""Upkeep: what a factory needs every day, part by part; one that fails is told of and keeps no other from its work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

from pydantic import Field

from media_factory.books.statistics import CostRow, ProviderStatistics
from media_factory.calls.health import reach_all
from media_factory.calls.refreshing import refresh_listings
from media_factory.catalogue.listings import listings_file
from media_factory.errors import MediaFactoryError, ProviderUnavailable, StoreError
from media_factory.factory import Factory
from media_factory.library.backups import back_up_books, drop_old_backups
from media_factory.library.collecting import collect
from media_factory.library.naming import inventory_of
from media_factory.library.retaining import retain
from media_factory.library.verifying import verify
from media_factory.model import Model
from media_factory.records import sealed

STATISTICS = "statistics"


class UpkeepRules(Model):
    """How much of everything a day's upkeep does."""

    keep_backups: int = Field(default=14, ge=1, le=1000, title="Backups", description="Backups of the books to keep")
    check_days: int = Field(
        default=30, ge=1, le=3650, title="Check within", description="Days in which every asset is read and compared"
    )
    ask_vendors: bool = Field(
        default=True, title="Ask vendors", description="Also ask vendors whether they answer, and for their models"
    )


class Part(Model):
    """What came of one part."""

    name: str
    ok: bool
    said: str = Field(description="what was done, or what went wrong")
    seconds: float = Field(ge=0)


class Upkeep(Model):
    """What came of a day's upkeep."""

    day: date
    parts: tuple[Part, ...]

    @property
    def failed(self) -> tuple[Part, ...]:
        """The parts that did not do their work, or found what somebody should look at."""
        return tuple(part for part in self.parts if not part.ok)


class DayStatistics(Model):
    """A day's figures as the store keeps them, so that they outlive the books."""

    day: date
    costs: tuple[CostRow, ...] = Field(description="of the day; none if nothing was spent or saved")
    providers: tuple[ProviderStatistics, ...] = Field(description="since the books began")


async def keep_up(factory: Factory, rules: UpkeepRules | None = None, day: date | None = None) -> Upkeep:
    """Do a day's upkeep: back up, let go, collect, check, trim, refresh, look, and keep the figures.

    Args:
        factory: whose.
        rules: how much of it.
        day: the UTC day that it is done for; today's if None.
    """
    rules, day = rules or UpkeepRules(), day or datetime.now(UTC).date()
    # The backup comes first: what follows removes.
    work: dict[str, Callable[[], Awaitable[str]]] = {
        "books backup": lambda: _back_up(factory, rules.keep_backups),
        "retention": lambda: _retain(factory),
        "garbage": lambda: _collect(factory),
        "store check": lambda: _check(factory, rules.check_days, day),
        "cache": lambda: asyncio.to_thread(_trim_cache, factory),
        "statistics": lambda: asyncio.to_thread(_keep_figures, factory, day - timedelta(days=1)),
    }
    if rules.ask_vendors:
        work["model lists"] = lambda: _refresh(factory, day)
        work["providers"] = lambda: _look(factory)
    return Upkeep(day=day, parts=tuple([await _done(name, do) for name, do in work.items()]))


async def _done(name: str, do: Callable[[], Awaitable[str]]) -> Part:
    began, ok = time.monotonic(), True
    try:
        said = await do()
    except MediaFactoryError as problem:
        ok, said = False, str(problem)
    except Exception as problem:  # a mistake of ours in one part is no reason to leave the others undone
        # Words of others may hold keys and signed URLs.
        ok, said = False, f"ended by {type(problem).__name__}"
    return Part(name=name, ok=ok, said=said, seconds=round(time.monotonic() - began, 3))


async def _back_up(factory: Factory, keep: int) -> str:
    stored = await back_up_books(factory, None, None)
    dropped = await asyncio.to_thread(drop_old_backups, factory, keep)
    return f"{stored.backup.rows:,} rows in {stored.backup.size_bytes:,} bytes; {dropped} old backups let go"


async def _retain(factory: Factory) -> str:
    found = await asyncio.to_thread(retain, factory)
    return f"let go of {len(found.receipts)} receipts and {len(found.uploads)} uploads"


async def _collect(factory: Factory) -> str:
    found = await asyncio.to_thread(collect, factory)
    return f"removed {len(found.removed)} assets, {found.removed_bytes:,} bytes; kept {found.kept_bytes:,} bytes"


async def _check(factory: Factory, days: int, day: date) -> str:
    """Check the assets whose turn it is: each has one day in so many."""
    sample = await asyncio.to_thread(_due, factory, days, day)
    if not sample:
        return "no asset had its turn"
    found = await verify(factory, sample, repair=True)
    said = f"checked {found.checked} assets, {found.checked_bytes:,} bytes; {len(found.mended)} mended"
    if found.lost:
        raise StoreError(f"{said}; {len(found.lost)} lost, the first is {found.lost[0]}; what needs them is made again")
    return said


def _due(factory: Factory, days: int, day: date) -> list[str]:
    turn = day.toordinal() % days
    held = (one.digest for one in inventory_of(factory).holdings())
    return sorted(digest for digest in held if int(digest[-8:], 16) % days == turn)


def _trim_cache(factory: Factory) -> str:
    cache = getattr(factory.store, "cache", None)
    if cache is None:
        return "the store is on this machine and has no cache"
    return f"removed {cache.make_room(cache.cap_bytes):,} bytes"


def _keep_figures(factory: Factory, day: date) -> str:
    since = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    rows = factory.books.statistics.costs("day", since)
    figures = DayStatistics(
        day=day,
        costs=tuple(row for row in rows if row.name == day.isoformat()),
        providers=factory.books.statistics.providers(),
    )
    inventory_of(factory).write_record(f"{STATISTICS}/{day.isoformat()}.json", sealed(figures))
    return f"kept those of {day.isoformat()}"


async def _refresh(factory: Factory, day: date) -> str:
    listed = await refresh_listings(factory.providers, listings_file(), day)
    answered = [one for one in listed if one.problem is None]
    return f"{sum(one.models for one in answered)} models of {len(answered)} vendors; {len(listed)} list theirs"


async def _look(factory: Factory) -> str:
    reached = await reach_all(factory.providers)
    problems = [f"{name}: {problem}" for name, problem in sorted(reached.items()) if problem]
    if problems:
        raise ProviderUnavailable(f"{len(problems)} of {len(reached)} vendors don't answer: {'; '.join(problems)}")
    return f"all {len(reached)} vendors that are set up answer"


__all__ = ["STATISTICS", "DayStatistics", "Part", "Upkeep", "UpkeepRules", "keep_up"]
