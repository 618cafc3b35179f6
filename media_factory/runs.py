"""A run: one making (or planning) of a product, and the record of its stages."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from media_factory.model import Model
from media_factory.pools import Place

State = Literal["made", "cached"]
Event = Literal["begin", "end"]


@dataclass(frozen=True)
class StageRecord:
    """One stage of a run: what it was, whether it had been made before, and what it cost this run."""

    stage: str
    version: int
    key: str
    state: State
    provider: str | None
    seconds: float
    cost_usd: Decimal | None
    scene: int | None
    made_at: float


async def _not_called_off() -> bool:
    return False


@dataclass
class Run:
    """What happens in one run.

    A planning run makes nothing and spends nothing: a stage that would be made gives a foretold result, whose assets
    stand for bytes that do not exist yet.

    Args:
        planning: nothing is made.
        id: the run's name in the books; a Prefect flow run's own id, so that its retries share its cap.
        channel: what the run's money is spent for.
        caller: who asked for it.
        budgets: further budgets that its money counts against, such as its batch's, with their caps in US dollars.
        product_key: under which the books keep what it delivers (`products.product_key`); nothing is kept without one.
        remarks: why its result is less than asked (who stood in for whom, what wants a look); one line each.
        content_rules: the content rules that its brief touches.
        records: its stages.
        handed_over: keys of stages that were made for it on a GPU pool.
        places: where stages run that want a GPU, by stage and provider:model.
        product: the manifest of what it delivered.
        listen: hears of each stage.
        called_off: says, once the run is being stopped, whether somebody wants nothing of it any more; then vendors are
            told so. Otherwise (a worker that goes down, say) their work goes on, and the next run asks for it.
    """

    planning: bool = False
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    channel: str | None = None
    caller: str | None = None
    budgets: Mapping[str, Decimal | None] = field(default_factory=dict)
    product_key: str | None = None
    remarks: list[str] = field(default_factory=list)
    content_rules: tuple[str, ...] = ()
    records: list[StageRecord] = field(default_factory=list)
    handed_over: set[str] = field(default_factory=set)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    product: Model | None = None
    listen: Callable[[Event, str, State | None], None] = lambda _event, _stage, _state: None
    called_off: Callable[[], Awaitable[bool]] = _not_called_off

    def note(self, record: StageRecord) -> None:
        """Add a finished stage; one that ran twice in a run (a retry) counts as it ended the first time."""
        if not any(known.key == record.key and known.scene == record.scene for known in self.records):
            self.records.append(record)
        self.listen("end", record.stage, record.state)

    @property
    def cost_usd(self) -> Decimal | None:
        """What the run paid; None if a price is not known."""
        costs = [record.cost_usd for record in self.records]
        return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


_current: ContextVar[Run | None] = ContextVar("media_factory_run", default=None)


def current_run() -> Run | None:
    """Return the run that this code is part of, if any."""
    return _current.get()


@contextmanager
def begin_run(run: Run) -> Iterator[Run]:
    """Make everything inside the block part of a run."""
    token = _current.set(run)
    try:
        yield run
    finally:
        _current.reset(token)


__all__ = ["Event", "Run", "StageRecord", "State", "begin_run", "current_run"]
