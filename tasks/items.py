"""A row of a batch as one task run: what becomes of it is its state in Prefect's UI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from media_factory.batches.grouping import Start
from media_factory.batches.outcomes import Outcome
from media_factory.batches.trying import Tried
from tasks.orchestration import is_inside_flow_run, stages_go_direct

if TYPE_CHECKING:
    from prefect import Task
    from prefect.client.schemas.objects import State

_WELL = {"made": "Completed", "cached": "Cached", "degraded": "Degraded"}


class _Item:
    """A row and what came of it; Prefect looks into what it knows, and this is none of it."""

    def __init__(self, start: Start, attempt: Callable[[Start], Awaitable[Tried]]) -> None:
        self.start = start
        self.attempt = attempt
        self.tried: Tried | None = None


async def make_item(start: Start, attempt: Callable[[Start], Awaitable[Tried]]) -> Tried:
    """Try to make a row: inside a flow run as one task run `make-item`, whose stages are no task runs.

    Args:
        start: the row.
        attempt: tries it; what it raises goes on.
    """
    if not is_inside_flow_run():
        return await attempt(start)
    item = _Item(start, attempt)
    await _task()(f"{start.number}: {start.brief.title}", item)
    assert item.tried is not None
    return item.tried


@cache
def _task() -> Task[..., Any]:
    """Return the Prefect task, made at first use: a direct run never needs it."""
    from prefect import task
    from prefect.cache_policies import NO_CACHE

    return task(
        name="make-item",
        task_run_name="{label}",
        description="Make what one row of a batch asks for.",
        cache_policy=NO_CACHE,
        persist_result=False,
    )(_make)


async def _make(label: str, item: _Item) -> State[None]:  # noqa: ARG001 - the label is the task run's name
    with stages_go_direct():
        item.tried = await item.attempt(item.start)
    return _state_of(item.tried)


def _state_of(tried: Tried) -> State[None]:
    """Return what a row's task run ends in; what is tried again later gets a task run of its own then."""
    from prefect.states import Completed, Failed

    outcome: Outcome = tried.outcome
    if outcome.state in _WELL:
        return Completed(name=_WELL[outcome.state], message=outcome.error)
    if outcome.state == "skipped":
        return Completed(name="Skipped", message=outcome.error)
    name = "Failed" if tried.again_s is None else "Postponed"
    return Failed(name=name, message=f"{outcome.state}: {outcome.error}")


__all__ = ["make_item"]
