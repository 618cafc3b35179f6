"""A batch around its rows: the manifest is read, what is made already is found, the rest is made, all is reported."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from media_factory.batches.grouping import Start, Waiting
from media_factory.batches.making import PAUSES_S, Making, Terms
from media_factory.batches.outcomes import Outcome, Outcomes
from media_factory.batches.preparing import prepare
from media_factory.batches.progress import Progress, tell
from media_factory.batches.reading import read_rows
from media_factory.batches.report import BatchAbout, write_report
from media_factory.batches.result import RESULT, BatchResult
from media_factory.batches.rows import RowFile
from media_factory.batches.staging import staged
from media_factory.batches.trying import MakeProduct, Tried, try_row
from media_factory.briefs.batch import BatchBrief
from media_factory.briefs.model import Brief
from media_factory.errors import StoreError
from media_factory.factory import Factory
from media_factory.files import write_whole
from media_factory.products import product_key, standing, surroundings_of
from media_factory.runs import Run, current_run
from media_factory.threads import run_stoppable
from tasks.batch_artifacts import concluded, progress_shown
from tasks.items import make_item
from tasks.orchestration import is_inside_flow_run
from tasks.versions import stage_versions

OUTCOMES = "outcomes.jsonl"
_ROWS_PER_WORKER = 2


class Batch:
    """One run of a batch.

    Args:
        brief: what is asked for.
        here: the factory.
        out: folder for the report and, by their ids, for the products; the factory's own deliveries if None.
        make: makes the product of a row.
    """

    def __init__(self, brief: BatchBrief, here: Factory, out: Path | None, make: MakeProduct) -> None:
        self._brief, self._here, self._make = brief, here, make
        self._products = (out or here.deliveries).absolute()
        self.folder = self._products if out else self._products / brief.id
        self._run = current_run() or Run()
        self._began_at = time.time()

    def folder_of(self, brief: Brief) -> Path:
        """Return where a row's product goes."""
        return self._products / brief.id

    async def make_all(self) -> BatchResult:
        """Make what the rows ask for and is not there yet, and report on all of them.

        Raises:
            InputError: the manifest can't be read, or the batch is strict and rows can't be used.
            StoreError: the folder can't be written.
        """
        async with staged(self._brief.manifest, self._here) as file:
            with (
                self._here.workspace() as scratch,
                Waiting(scratch / "waiting.jsonl") as waiting,
                self._outcomes() as outcomes,
            ):
                made = await self.prepare(file, waiting, outcomes)
                return await self._make_rows(file, waiting, outcomes, made)

    async def prepare(self, file: RowFile, waiting: Waiting, outcomes: Outcomes) -> frozenset[str]:
        """Read all rows, and return the keys of those that are made already; nothing is begun."""
        surroundings = await asyncio.to_thread(surroundings_of, self._here, stage_versions())
        return await run_stoppable(
            lambda stop: prepare(
                read_rows(file, self._brief.defaults),
                waiting,
                outcomes,
                stop,
                key_of=lambda brief: product_key(brief, surroundings),
                folder_of=self.folder_of,
                standing=lambda wanted: standing(wanted, self._here.books, degraded=not self._brief.retry_degraded),
                strict=self._brief.strict,
            )
        )

    async def _make_rows(
        self, file: RowFile, waiting: Waiting, outcomes: Outcomes, made: frozenset[str]
    ) -> BatchResult:
        """Make the rows that wait, and report; a batch that is stopped reports on the rows that were tried."""
        began, refused = time.monotonic(), outcomes.totals.refused

        def progress() -> Progress:
            return Progress(
                rows=refused + len(waiting),
                totals=outcomes.totals,
                under_way=making.under_way,
                to_make=len(waiting) - len(made),
                seconds=time.monotonic() - began,
                waiting_s=making.waiting_s,
            )

        def keep(outcome: Outcome) -> None:
            with _writing(outcomes.spool):
                outcomes.add(outcome)
            tell(progress())

        making = Making(waiting.in_order, lambda start: make_item(start, self._try), keep, self._terms)
        tell(progress())
        ended: str | None = "the batch was stopped"
        try:
            async with progress_shown(self._brief, progress):
                await making.make(made)
            ended = making.ended
        finally:
            result = self._report(file, outcomes, ended)
        return result

    @property
    def _terms(self) -> Terms:
        at_once = self._brief.at_once or _ROWS_PER_WORKER * self._here.workers
        return Terms(at_once=at_once, deadline_s=self._brief.deadline_s, pauses_s=PAUSES_S)

    def _outcomes(self) -> Outcomes:
        with _writing(self.folder):
            return Outcomes(self.folder / OUTCOMES)

    async def _try(self, start: Start) -> Tried:
        run = Run(
            id=f"{self._run.id}/{start.number}",
            caller=self._run.caller,
            called_off=self._run.called_off,
            budgets={f"batch/{self._run.id}": self._brief.budget_usd},
            product_key=start.key,
        )
        return await try_row(start, self.folder_of(start.brief), self._make, run)

    def _report(self, file: RowFile, outcomes: Outcomes, ended: str | None) -> BatchResult:
        outcomes.close()
        remarks = (ended,) if ended else ()
        about = BatchAbout(
            title=self._brief.title,
            id=self._brief.id,
            manifest=file.name,
            unit=file.unit,
            began_at=self._began_at,
            ended_at=time.time(),
            remarks=remarks,
        )
        report = write_report(outcomes.spool, self.folder, about)
        result = BatchResult(
            id=self._brief.id,
            title=self._brief.title,
            totals=report.totals,
            csv=report.csv,
            page=report.page,
            remarks=remarks,
        )
        write_whole(self.folder / RESULT, result.model_dump_json(indent=2) + "\n")
        return result


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise StoreError(f"{target} can't be written: {problem.strerror}") from problem


async def make_batch(brief: BatchBrief, here: Factory, out: Path | None, make: MakeProduct) -> BatchResult:
    """Make a batch; inside a flow run, one whose rows are not all there ends it as failed, so that it can be retried.

    Args:
        brief: what is asked for.
        here: the factory.
        out: folder for the report and, by their ids, for the products; the factory's own deliveries if None.
        make: makes the product of a row.

    Raises:
        InputError: the manifest can't be read, or the batch is strict and rows can't be used.
        StoreError: the folder can't be written.
    """
    result = await Batch(brief, here, out, make).make_all()
    tell(Progress(rows=result.totals.rows, totals=result.totals, result=result))
    return await concluded(result) if is_inside_flow_run() else result


__all__ = ["OUTCOMES", "Batch", "make_batch"]
