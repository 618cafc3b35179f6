"""A day's upkeep: every part does its work, and one that fails keeps no other from it."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from media_factory.books.books import Books
from media_factory.calls.health import reach_all
from media_factory.errors import ProviderUnavailable
from media_factory.factory import Factory
from media_factory.library.backups import BACKUPS, drop_old_backups, restore_books
from media_factory.library.naming import inventory_of
from media_factory.library.upkeep import STATISTICS, DayStatistics, Upkeep, UpkeepRules, keep_up
from media_factory.records import unsealed
from media_factory.testing import FakeImage
from tests.calls.ledgers import note_call
from tests.conftest import MakeFactory

DAY = date(2026, 11, 20)


class Silent(FakeImage):
    """A vendor that does not answer."""

    capabilities = FakeImage().capabilities.model_copy(update={"local": False})

    async def reach(self) -> None:
        raise ProviderUnavailable("503")


def said(done: Upkeep, name: str) -> str:
    return next(part.said for part in done.parts if part.name == name)


@pytest.fixture(autouse=True)
def own_home(home: Path) -> None:
    """Keep the vendors' lists in the test's home."""


async def test_every_part_does_its_work_and_says_what_it_did(factory: Factory) -> None:
    done = await keep_up(factory, day=DAY)
    assert done.failed == ()
    assert {part.name for part in done.parts} == {
        "books backup", "retention", "garbage", "store check", "cache", "statistics", "model lists", "providers",
    }  # fmt: skip
    assert all(part.said for part in done.parts)


async def test_one_part_that_fails_keeps_no_other_from_its_work(
    make_factory: MakeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory = make_factory(Silent())
    assert await reach_all(factory.providers)

    def mistaken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("https://key@example.com")

    monkeypatch.setattr("media_factory.library.upkeep.collect", mistaken)
    done = await keep_up(factory, day=DAY)
    assert [part.name for part in done.failed] == ["garbage", "providers"]
    assert said(done, "garbage") == "ended by ZeroDivisionError"
    assert "1 of 1 vendors don't answer" in said(done, "providers")
    quiet = await keep_up(factory, UpkeepRules(ask_vendors=False), DAY)
    assert [part.name for part in quiet.failed] == ["garbage"]


async def test_within_the_days_that_are_set_every_asset_is_read_once(factory: Factory) -> None:
    kept = [await factory.store.put(f"asset {number}".encode(), "text/plain") for number in range(12)]
    rules, checked = UpkeepRules(check_days=5, ask_vendors=False), []
    for number in range(5):
        done = await keep_up(factory, rules, DAY + timedelta(days=number))
        words = said(done, "store check")
        checked.append(0 if words.startswith("no asset") else int(words.split()[1]))
    backups = 5  # each day's is an asset too, and whether its turn comes is chance
    assert len(kept) <= sum(checked) <= len(kept) + backups


async def test_a_lost_asset_is_told_of_and_what_needs_it_is_made_again(factory: Factory, tmp_path: Path) -> None:
    asset = await factory.store.put(b"a picture", "text/plain")
    path = await factory.store.fetch(asset)
    path.chmod(0o644)
    path.write_bytes(b"another one")
    done = await keep_up(factory, UpkeepRules(check_days=1, ask_vendors=False), DAY)
    (part,) = done.failed
    assert part.name == "store check"
    assert f"1 lost, the first is {asset.digest}" in part.said


async def test_the_backup_of_the_day_is_whole_and_the_oldest_go(make_factory: MakeFactory, tmp_path: Path) -> None:
    factory = make_factory(FakeImage())
    note_call(factory.books, "a:m")
    for _ in range(3):
        await keep_up(factory, UpkeepRules(keep_backups=2, ask_vendors=False), DAY)
    names = sorted(inventory_of(factory).record_names(BACKUPS))
    assert len(names) <= 2
    assert drop_old_backups(factory, 1) == len(names) - 1
    shutil.rmtree(tmp_path / "elsewhere", ignore_errors=True)
    other = Factory(
        store=factory.store,
        books=Books(f"sqlite:///{tmp_path / 'other.db'}"),
        providers=factory.providers,
        home=tmp_path / "elsewhere",
    )
    restored = await restore_books(other, "latest", force=False)
    other.books.close()
    assert restored.rows > 0


async def test_the_day_s_figures_outlive_the_books(factory: Factory) -> None:
    note_call(factory.books, "a:m")
    today = date.fromtimestamp(factory.books.now())
    await keep_up(factory, UpkeepRules(ask_vendors=False), today + timedelta(days=1))
    record = inventory_of(factory).read_record(f"{STATISTICS}/{today.isoformat()}.json")
    assert record is not None
    kept = unsealed(record, DayStatistics)
    assert kept is not None
    assert [row.name for row in kept.costs] == [today.isoformat()]
    assert [row.provider for row in kept.providers] == ["a:m"]
