"""Fallback: when a provider fails for good, the next best is asked, and the result says so.

What was made stays made: a substitute's work of an earlier run is used as long as nobody better has delivered. A
refused prompt and bad input end it: nobody shops around.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, TypeVar

from media_factory.errors import NotReached, ProviderError
from media_factory.factory import Factory
from media_factory.model import Model
from media_factory.runs import current_run
from tasks.handover import Asker, Together
from tasks.stage import StageTask

RequestT = TypeVar("RequestT", bound=Model)
ResultT = TypeVar("ResultT", bound=Model)


async def first_made(
    task: StageTask[RequestT, ResultT],
    chain: Sequence[RequestT],
    factory: Factory,
    *,
    scene: int | None = None,
    together: Together[RequestT] | None = None,
) -> ResultT:
    """Return what the first provider of a chain makes that can.

    Args:
        task: the stage.
        chain: the same request to each provider, the preferred first.
        factory: where and with what.
        scene: index of the scene that it belongs to.
        together: with whose requests it goes to a GPU pool, if that is its place.

    Raises:
        MediaFactoryError: the last one's error, or one that nobody else should be asked after.
    """
    with together.asker() if together else nullcontext() as asker:
        (made,) = await all_by_one(task, [[request] for request in chain], factory, scenes=[scene], asker=asker)
        return made


async def all_by_one(
    task: StageTask[RequestT, ResultT],
    chain: Sequence[Sequence[RequestT]],
    factory: Factory,
    *,
    scenes: Sequence[int | None] | None = None,
    asker: Asker[RequestT] | None = None,
) -> tuple[ResultT, ...]:
    """Return what the first provider of a chain makes that can make all of it: a story never changes voice midway.

    Args:
        task: the stage.
        chain: for each provider, the preferred first, all requests in order.
        factory: where and with what.
        scenes: index of the scene of each request; they are scenes in order if none are given.
        asker: has them made elsewhere, if that is their place.

    Raises:
        MediaFactoryError: the last one's error, or one that nobody else should be asked after.
    """
    numbers = scenes if scenes is not None else range(len(chain[0]))
    order = await asyncio.to_thread(_those_who_delivered_first, task, chain, factory)
    for place, requests in enumerate(order):
        try:
            made = await _gathered(
                _one(task, request, factory, at, asker) for request, at in zip(requests, numbers, strict=True)
            )
        except ProviderError as error:
            if not error.falls_back or place == len(order) - 1:
                raise
            _note(requests, order[place + 1], type(error).__name__)
            continue
        if place == 0 and requests is not chain[0]:
            _note(chain[0], requests, "an earlier run had it made so")
        return made
    raise AssertionError("a chain has at least one provider")


async def _one(
    task: StageTask[RequestT, ResultT],
    request: RequestT,
    factory: Factory,
    scene: int | None,
    asker: Asker[RequestT] | None,
) -> ResultT:
    if asker:
        await asker.see_to(request)
    return await task(request, factory, scene=scene)


def _those_who_delivered_first(
    task: StageTask[Any, Any], chain: Sequence[Sequence[Any]], factory: Factory
) -> list[Sequence[Any]]:
    """Return the chain, led by the one whose work is there already, where the preferred one's is not."""
    if len(chain) == 1:
        return list(chain)
    keys = [[task.stage.key(request) for request in requests] for requests in chain]
    made = factory.books.receipts(key for ours in keys for key in ours)
    first = next((at for at, ours in enumerate(keys) if all(key in made for key in ours)), 0)
    return [chain[first], *(requests for at, requests in enumerate(chain) if at != first)]


async def _gathered(calls: Any) -> tuple[Any, ...]:
    """Return all results; when one fails, the others end first: nothing is under way when somebody else starts."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    failures = [result for result in results if isinstance(result, BaseException)]
    if failures:
        # What nobody else may be asked after goes first; that we left a provider alone says less than why.
        raise min(failures, key=lambda one: (getattr(one, "falls_back", False), isinstance(one, NotReached)))
    return tuple(results)


def _note(instead_of: Sequence[Any], by: Sequence[Any], why: str) -> None:
    run = current_run()
    line = f"{by[0].provider} stands in for {instead_of[0].provider} ({why})"
    if run and line not in run.remarks:
        run.remarks.append(line)


__all__ = ["all_by_one", "first_made"]
