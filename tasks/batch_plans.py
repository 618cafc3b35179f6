"""What making a batch would do and cost, found out by planning every row that is not made yet."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

from pydantic import Field

from media_factory.batches.grouping import Start, Waiting
from media_factory.batches.outcomes import Outcomes, read_outcomes
from media_factory.batches.staging import staged
from media_factory.batches.trying import MakeProduct
from media_factory.briefs.batch import BatchBrief
from media_factory.delivery.manifest import Manifest, StageRow
from media_factory.errors import MediaFactoryError
from media_factory.factory import Factory
from media_factory.model import Model
from media_factory.runs import Run, begin_run
from tasks.batches import Batch


class PlannedStages(Model):
    """So many stages of one name that one provider would make, and what they would cost together."""

    stage: str
    provider: str | None
    to_make: int
    cost_usd: Decimal | None = Field(description="null when nobody knows")


class BatchPlan(Model):
    """What making a batch would do: its rows, the stages that would be made, and the estimated cost."""

    kind: str = "batch"
    id: str
    title: str
    rows: int
    made: int = Field(description="rows whose products are there")
    to_make: int
    problems: tuple[str, ...] = Field(default=(), description="rows that can't be used, or that nobody could make")
    stages: tuple[PlannedStages, ...] = ()
    cost_usd: Decimal | None = Field(description="null when the price of a stage is not known")


async def plan_batch(brief: BatchBrief, here: Factory, out: Path | None, make: MakeProduct) -> BatchPlan:
    """Return what making a batch would do; nothing is made and nothing is spent.

    A stage that several rows share is counted once, as it would be made once.

    Args:
        brief: what is asked for.
        here: the factory.
        out: the folder that the products would go to.
        make: makes the product of a row; it runs as a planning run.

    Raises:
        InputError: the manifest can't be read, or the batch is strict and rows can't be used.
    """
    batch, stages = Batch(brief, here, out, make), dict[str, StageRow]()
    async with staged(brief.manifest, here) as file:
        with (
            here.workspace() as scratch,
            Waiting(scratch / "waiting.jsonl") as waiting,
            Outcomes(scratch / "outcomes.jsonl") as outcomes,
        ):
            made = await batch.prepare(file, waiting, outcomes)
            problems = [outcome.error or "" for outcome in read_outcomes(outcomes.spool) if outcome.state == "refused"]
            for start in waiting.in_order(lambda key: key not in made):
                planned = await _planned(start, make, batch.folder_of(start.brief))
                if isinstance(planned, str):
                    problems.append(planned)
                    continue
                stages |= {row.key: row for row in planned.stages if row.state == "made"}
            rows = outcomes.totals.refused + len(waiting)
    return BatchPlan(
        id=brief.id,
        title=brief.title,
        rows=rows,
        made=len(made),
        to_make=len(waiting) - len(made),
        problems=tuple(problems),
        stages=_together(list(stages.values())),
        cost_usd=_sum(list(stages.values())),
    )


async def _planned(start: Start, make: MakeProduct, folder: Path) -> Manifest | str:
    """Return the manifest that a row would leave, or why there would be none."""
    try:
        with begin_run(Run(planning=True)):
            return await make(start.brief, folder)
    except MediaFactoryError as error:
        return f"line {start.number}: {error}"


def _together(rows: list[StageRow]) -> tuple[PlannedStages, ...]:
    groups = Counter((row.stage, row.provider) for row in rows)
    return tuple(
        PlannedStages(
            stage=stage,
            provider=provider,
            to_make=count,
            cost_usd=_sum([row for row in rows if (row.stage, row.provider) == (stage, provider)]),
        )
        for (stage, provider), count in groups.items()
    )


def _sum(rows: list[StageRow]) -> Decimal | None:
    costs = [row.cost_usd for row in rows]
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


__all__ = ["BatchPlan", "PlannedStages", "plan_batch"]
