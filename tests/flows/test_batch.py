"""A batch: every row its product; what is there is not begun; what goes wrong stays with its row."""

from __future__ import annotations

import asyncio
import csv
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.batch import produce_batch
from media_factory.batches.outcomes import Outcome, read_outcomes
from media_factory.batches.result import BatchResult
from media_factory.books.books import Books
from media_factory.briefs.batch import BatchBrief
from media_factory.errors import InputError, NotReached
from media_factory.providers.base import AnyProvider
from media_factory.providers.registry import Providers
from media_factory.providers.template import TemplatePrompts
from media_factory.requests import ImageRequest
from media_factory.testing import Dials, FakeImage, FakeSpeech
from tasks.batches import OUTCOMES

SMALL = {"width_px": 64, "height_px": 64}
POISON = "a poisoned well"


class Painter(FakeImage):
    """A vendor's account that draws, with a prompt on which it breaks as no provider should."""

    async def generate(self, request: ImageRequest, call: Any) -> Any:
        if POISON in request.prompt:
            raise ZeroDivisionError("a bug in a provider")
        return await super().generate(request, call)


@pytest.fixture
def installed(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that says which providers are installed."""

    def install(*providers: AnyProvider) -> None:
        monkeypatch.setattr(Providers, "installed", classmethod(lambda _cls, _settings=None: Providers.of(*providers)))

    return install


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media_factory.stages._BACKOFF_FIRST_S", 0.001)
    monkeypatch.setattr("media_factory.books.breakers.SHORTEST_OPEN_S", 0.01)
    monkeypatch.setattr("media_factory.books.breakers.LONGEST_OPEN_S", 0.05)
    monkeypatch.setattr("tasks.batches.PAUSES_S", (0.0, 0.0))


def dials(**settings: Any) -> Dials:
    return Dials(name="easel", vendor=True, **{"price_usd": Decimal("0.01"), **settings})


def picture(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "image",
        "title": f"Picture {number}",
        "prompt": f"port number {number}",
        "provenance": "none",
        **SMALL,
        **fields,
    }


def manifest_of(tmp_path: Path, rows: list[dict[str, Any]]) -> BatchBrief:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return BatchBrief(manifest=str(path), at_once=4)


async def made(brief: BatchBrief, out: Path) -> tuple[BatchResult, dict[int, Outcome]]:
    result = await produce_batch.fn(brief, out=out)
    return result, {outcome.number: outcome for outcome in read_outcomes(out / OUTCOMES)}


async def test_every_row_becomes_its_product_and_the_second_time_nothing_is_begun(
    installed: Callable[..., None], tmp_path: Path
) -> None:
    account = dials()
    installed(Painter(account), FakeSpeech(), TemplatePrompts())
    brief = manifest_of(tmp_path, [picture(number) for number in range(6)])
    result, outcomes = await made(brief, tmp_path / "out")
    assert (result.totals.made, result.totals.cost_usd, result.all_well) == (6, Decimal("0.06"), True)
    assert all(Path(str(outcome.page)).is_file() for outcome in outcomes.values())
    again, _ = await made(brief, tmp_path / "out")
    assert (again.totals.cached, again.totals.cost_usd) == (6, Decimal(0))
    assert len(account.calls) == 6


async def test_the_same_manifest_again_makes_only_what_is_missing(
    installed: Callable[..., None], tmp_path: Path
) -> None:
    account = dials()
    installed(Painter(account), FakeSpeech(), TemplatePrompts())
    await made(manifest_of(tmp_path, [picture(number) for number in range(3)]), tmp_path / "out")
    rows = [picture(number) for number in range(5)]
    result, _ = await made(manifest_of(tmp_path, rows), tmp_path / "out")
    assert (result.totals.made, result.totals.cached) == (2, 3)
    assert len(account.calls) == 5


async def test_a_bad_row_a_poisoned_one_and_a_vendor_that_was_away_cost_a_hundred_rows_two(
    installed: Callable[..., None], tmp_path: Path, home: Path
) -> None:
    away = [NotReached("the vendor is away", retry_after_s=0.01) for _ in range(40)]
    home.mkdir()
    # Whoever is let through to see whether the vendor is back has so long to say.
    (home / "policy.yaml").write_text("deadline_s: {image: 0.5}\n")
    installed(Painter(dials(failures=away)), FakeSpeech(), TemplatePrompts())
    rows = [picture(number) for number in range(100)]
    rows[16] = {**picture(16), "promt": "a slip of the pen"}
    rows[49] = picture(49, prompt=POISON)
    result, outcomes = await made(manifest_of(tmp_path, rows), tmp_path / "out")
    totals = result.totals
    assert (totals.made + totals.degraded, totals.refused, totals.failed) == (98, 1, 1)
    assert not result.all_well
    assert str(outcomes[17].error).startswith("line 17: promt: 'promt' is no field")
    assert str(outcomes[50].error).startswith("ZeroDivisionError in the making of it")
    with result.csv.open(newline="", encoding="utf-8-sig") as file:
        assert Counter(row["state"] for row in csv.DictReader(file)) == {"made": 98, "refused": 1, "failed": 1}
    page = result.page.read_text()
    assert "ZeroDivisionError" in page
    assert "line 17" in page


async def test_a_strict_batch_with_a_bad_row_asks_nobody(installed: Callable[..., None], tmp_path: Path) -> None:
    account = dials()
    installed(Painter(account), FakeSpeech(), TemplatePrompts())
    brief = manifest_of(tmp_path, [picture(1), {"kind": "image", "title": "No prompt"}])
    with pytest.raises(InputError, match="line 2: prompt: is missing"):
        await made(brief.model_copy(update={"strict": True}), tmp_path / "out")
    assert account.calls == []


async def test_a_budget_holds_over_all_rows_and_leaves_the_rest_for_the_next_run(
    installed: Callable[..., None], tmp_path: Path, home: Path
) -> None:
    account = dials()
    installed(Painter(account), FakeSpeech(), TemplatePrompts())
    brief = manifest_of(tmp_path, [picture(number) for number in range(20)])
    result, outcomes = await made(brief.model_copy(update={"budget_usd": Decimal("0.05")}), tmp_path / "out")
    assert (result.totals.made, result.totals.skipped, result.totals.failed) == (5, 15, 0)
    assert len(account.calls) == 5
    assert result.remarks[0].startswith("the budget batch/")
    reasons = {str(outcome.error) for outcome in outcomes.values() if outcome.state == "skipped"}
    assert all("batch/" in reason for reason in reasons)
    assert {state.spent_usd for state in Books(f"sqlite:///{home / 'books.db'}").ledger.budgets("batch/")} == {
        Decimal("0.05")
    }
    rest, _ = await made(brief, tmp_path / "out")
    assert (rest.totals.cached, rest.totals.made) == (5, 15)


async def test_each_row_has_a_cap_of_its_own(
    installed: Callable[..., None], tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    (home / "policy.yaml").write_text("caps: {run_usd: 0.015}\n")
    installed(Painter(dials()), FakeSpeech(), TemplatePrompts())
    result, _ = await made(manifest_of(tmp_path, [picture(number) for number in range(3)]), tmp_path / "out")
    assert result.totals.made == 3
    scopes = Books(f"sqlite:///{home / 'books.db'}").ledger.budgets("run/")
    assert [state.spent_usd for state in scopes] == [Decimal("0.01")] * 3


async def test_after_the_deadline_no_row_is_begun(installed: Callable[..., None], tmp_path: Path) -> None:
    account = dials()
    installed(Painter(account), FakeSpeech(), TemplatePrompts())
    brief = manifest_of(tmp_path, [picture(1), picture(2)]).model_copy(update={"deadline_s": 1e-6})
    result, _ = await made(brief, tmp_path / "out")
    assert (result.totals.skipped, len(account.calls)) == (2, 0)


async def test_a_batch_that_is_cancelled_stops_its_rows_and_reports_on_what_was_done(
    installed: Callable[..., None], tmp_path: Path
) -> None:
    account = dials(delay_s=60)
    installed(Painter(account), FakeSpeech(), TemplatePrompts())
    brief = manifest_of(tmp_path, [picture(number) for number in range(9)])
    work = asyncio.create_task(made(brief, tmp_path / "out"))
    while len(account.calls) < 4:
        assert not work.done()
        await asyncio.sleep(0.01)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    result = BatchResult.model_validate_json((tmp_path / "out" / "batch.json").read_bytes())
    assert (result.totals.rows, result.remarks) == (0, ("the batch was stopped",))
    assert len(account.calls) == 4


async def test_rows_of_all_kinds_share_one_factory_that_is_closed_at_the_end(
    installed: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Books] = []
    closed: list[Books] = []
    init, close = Books.__init__, Books.close
    monkeypatch.setattr(Books, "__init__", lambda self, url: (opened.append(self), init(self, url))[1])
    monkeypatch.setattr(Books, "close", lambda self: (closed.append(self), close(self))[1])
    installed(FakeImage(), FakeSpeech(), TemplatePrompts())
    rows = [
        picture(1, providers={"image": "fake"}),
        {"kind": "narration", "title": "Spoken", "text": "Hello there.", "providers": {"speech": "fake"}},
    ]
    result, _ = await made(manifest_of(tmp_path, rows), tmp_path / "out")
    assert result.totals.made == 2
    assert len(opened) == 1
    assert closed == opened


@pytest.mark.server
async def test_in_a_flow_run_each_row_is_one_task_run_and_missing_rows_fail_it(
    prefect_api: None, installed: Callable[..., None], tmp_path: Path
) -> None:
    installed(Painter(dials()), FakeSpeech(), TemplatePrompts())
    rows = [picture(1), picture(2, prompt=POISON), picture(3)]
    # One server has the batches of all tests; this one is known by its own id.
    brief = manifest_of(tmp_path, rows).model_copy(update={"id": "one-task-run-a-row"})
    state = await produce_batch(brief, out=tmp_path / "out", return_state=True)
    assert state.is_failed()
    assert state.message.startswith("3 rows: 2 made, 1 failed; ")
    runs = await task_runs_of(state.state_details.flow_run_id, 3)
    assert runs == {"1: Picture 1": "Completed", "2: Picture 2": "Failed", "3: Picture 3": "Completed"}
    account = await artifact(f"batch-{brief.id}")
    assert "3 rows: 2 made, 1 failed" in account

    rows[1] = picture(2)
    again = await produce_batch(manifest_of(tmp_path, rows), out=tmp_path / "out", return_state=True)
    assert again.is_completed()
    assert await task_runs_of(again.state_details.flow_run_id, 1) == {"2: Picture 2": "Completed"}


async def task_runs_of(flow_run_id: Any, count: int) -> dict[str, str]:
    """Return the states of a flow run's task runs by name, once the server has so many as finished."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

    async with get_client() as client:
        for _ in range(300):
            found = await client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id])))
            if len(found) >= count and all(run.state and run.state.is_final() for run in found):
                return {run.name: str(run.state.name) for run in found if run.state}
            await asyncio.sleep(0.1)
    raise AssertionError("the server never had the task runs as finished")


async def artifact(key: str) -> str:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

    async with get_client() as client:
        found = await client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])))
    return str(found[-1].data)
