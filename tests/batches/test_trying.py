"""Whatever goes wrong with a row becomes its outcome."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from media_factory.batches.grouping import Start
from media_factory.batches.trying import Tried, try_row
from media_factory.briefs.model import Brief, NarrationBrief
from media_factory.delivery.manifest import Manifest, StageRow, Status
from media_factory.errors import (
    BudgetExceeded,
    ContentBlocked,
    ContentRefused,
    InputError,
    MediaFactoryError,
    NotReached,
    RenderError,
)
from media_factory.runs import Run, current_run

START = Start(number=7, brief=NarrationBrief(title="Row seven", text="Hello."), key="product/v1/0")
FOLDER = Path("/deliveries/row-seven")


def manifest(status: Status, *, made: bool) -> Manifest:
    stage = StageRow(
        stage="speak", version=1, key="k", state="made" if made else "cached", seconds=1, cost_usd=Decimal(0)
    )
    return Manifest(
        kind="narration",
        id="row-seven",
        title="Row seven",
        status=status,
        reasons=("somebody stood in",) if status == "degraded" else (),
        outputs=(),
        stages=(stage,),
        cost_usd=Decimal(0),
        created_at="2026-11-20T00:00:00+00:00",
        made_with="media-factory 0",
    )


async def attempt(make: Callable[[Brief, Path], Awaitable[Manifest]], **settings: float) -> Tried:
    return await try_row(START, FOLDER, make, Run(id="batch/7"), **settings)


async def failing(error: BaseException) -> Tried:
    async def make(brief: Brief, folder: Path) -> Manifest:
        raise error

    return await attempt(make)


@pytest.mark.parametrize(
    ("status", "made", "state"),
    [
        ("passed", True, "made"),
        ("passed", False, "cached"),
        ("degraded", True, "degraded"),
        ("blocked", True, "blocked"),
    ],
)
async def test_a_product_s_status_is_the_row_s_state(status: Status, made: bool, state: str) -> None:
    async def make(brief: Brief, folder: Path) -> Manifest:
        assert (brief, folder) == (START.brief, FOLDER)
        assert current_run() is not None
        return manifest(status, made=made)

    found = await attempt(make)
    assert (found.outcome.state, found.again_s, found.ends) == (state, None, None)
    assert (found.outcome.number, found.outcome.id, found.outcome.kind) == (7, "row-seven", "narration")
    assert found.outcome.error == ("somebody stood in" if status == "degraded" else None)


@pytest.mark.parametrize(
    ("error", "state", "again_s"),
    [
        (NotReached("nobody there", retry_after_s=12.0), "failed", 12.0),
        (NotReached("nobody there"), "failed", 0.0),
        (RenderError("no frames"), "failed", None),
        (InputError("no such voice"), "refused", None),
        (ContentBlocked("rule 3"), "refused", None),
        (ContentRefused("will not"), "refused", None),
    ],
)
async def test_an_error_says_whether_trying_again_helps(
    error: MediaFactoryError, state: str, again_s: float | None
) -> None:
    found = await failing(error)
    assert (found.outcome.state, found.again_s) == (state, again_s)
    assert found.outcome.error == f"{type(error).__name__}: {error}"


async def test_a_bug_fails_its_row_alone_and_its_words_stay_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        found = await failing(KeyError("https://bucket.example/?signature=secret"))
    assert (found.outcome.state, found.again_s) == ("failed", None)
    assert found.outcome.error is not None
    assert found.outcome.error.startswith("KeyError")
    assert "secret" not in found.outcome.error
    assert "signature=secret" in caplog.text


async def test_a_budget_that_all_share_ends_the_batch_and_the_row_s_own_does_not() -> None:
    shared, own = BudgetExceeded("batch/1: no"), BudgetExceeded("run/batch/7: no")
    shared.scopes, own.scopes = ("batch/1", "run/batch/7"), ("run/batch/7",)
    assert (await failing(shared)).ends == "the budget batch/1 has no room left"
    assert (await failing(shared)).outcome.state == "skipped"
    assert ((await failing(own)).ends, (await failing(own)).outcome.state) == (None, "failed")


async def test_a_row_that_takes_too_long_is_stopped() -> None:
    async def make(brief: Brief, folder: Path) -> Manifest:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    found = await attempt(make, timeout_s=0.01)
    assert found.outcome.error == "StageTimeout: took longer than 0.01 s"


async def test_what_is_cancelled_inside_a_row_fails_it_and_cancelling_the_row_goes_on() -> None:
    assert (await failing(asyncio.CancelledError())).outcome.state == "failed"
    begun = asyncio.Event()

    async def make(brief: Brief, folder: Path) -> Manifest:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    work = asyncio.create_task(attempt(make))
    await begun.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
