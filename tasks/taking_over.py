"""Taking over: a list of requests of somebody else's run, made on this machine, model by model."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import groupby
from typing import Any, TypeVar

from media_factory.calls.orders import words_of
from media_factory.calls.outcomes import Failure, Outcome, failure_of, keep_outcome
from media_factory.content.judging import judge, refuse_blocked
from media_factory.errors import MediaFactoryError
from media_factory.factory import Factory
from media_factory.model import Model
from media_factory.runs import current_run
from tasks.stage import StageTask

RequestT = TypeVar("RequestT", bound=Model)


async def make_list(
    task: StageTask[RequestT, Any], requests: Sequence[RequestT], factory: Factory, channel: str | None = None
) -> Outcome:
    """Make every request of a list, one model after the other; one that fails stops none of the others.

    Whoever waits for this flow run finds its outcome in the books.

    Args:
        task: the stage.
        requests: what to make.
        factory: where and with what.
        channel: what it is made for.

    Raises:
        MediaFactoryError: something could not be made; the rest is made all the same.
    """
    run = current_run()
    if run:
        run.channel = run.channel or channel
    failures: list[Failure] = []
    # A model that is asked for once in a row is loaded once.
    for _, same in groupby(sorted(requests, key=_maker), key=_maker):
        failures += await _failures(task, tuple(same), factory)
    outcome = Outcome(asked=len(requests), failures=tuple(failures))
    if run:
        await asyncio.to_thread(keep_outcome, factory.books, run.id, outcome)
    if failures:
        kinds = ", ".join(sorted({failure.error for failure in failures}))
        raise MediaFactoryError(f"{len(failures)} of {len(requests)} could not be made: {kinds}")
    return outcome


async def _failures(task: StageTask[RequestT, Any], requests: Sequence[RequestT], factory: Factory) -> list[Failure]:
    results = await asyncio.gather(*(_one(task, request, factory) for request in requests), return_exceptions=True)
    return [
        failure_of(task.stage.key(request), result)
        for request, result in zip(requests, results, strict=True)
        if isinstance(result, BaseException)
    ]


def _maker(request: Model) -> str:
    return str(getattr(request, "provider", ""))


async def _one(task: StageTask[RequestT, Any], request: RequestT, factory: Factory) -> None:
    # A list may come from anybody who may start runs, not only from a run whose brief was judged.
    refuse_blocked(await asyncio.to_thread(judge, words_of(request), factory.policy.content))
    await task(request, factory)


__all__ = ["make_list"]
