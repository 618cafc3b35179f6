"""Hand-over: what a run needs from a GPU pool goes there as one list, and is a hit when its stages run here afterwards.

The pool's run makes the same stages under the same keys, in the same books and store. So nothing but requests travels
there, and nothing but failures travels back.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Generic, TypeVar

from media_factory.calls.outcomes import Outcome, error_of, take_outcome
from media_factory.calls.placing import place_of
from media_factory.errors import (
    BooksError,
    MediaFactoryError,
    NotReached,
    ProviderTimeout,
    ProviderUnavailable,
    StoreError,
)
from media_factory.factory import Factory
from media_factory.model import Model
from media_factory.pools import HERE, Place
from media_factory.providers.base import Modality
from media_factory.runs import Run, current_run
from tasks.child_runs import ChildEnd, ChildOrder, run_child
from tasks.gathering import Gathering, Party
from tasks.stage import StageTask

RequestT = TypeVar("RequestT", bound=Model)

MODALITIES: dict[str, Modality] = {"generate-image": "image", "generate-clip": "clip"}


class Asker(Generic[RequestT]):
    """One chain of requests among those of a run that are sent together."""

    def __init__(self, together: Together[RequestT], party: Party[RequestT]) -> None:
        self._together = together
        self._party = party

    async def see_to(self, request: RequestT) -> None:
        """Have a request made on the GPU pool, if that is its place; then its stage finds it in the books.

        Raises:
            MediaFactoryError: as the stage raised it there; NotReached if the policy names a pool that is not there.
            BooksError, StoreError: the pool's worker keeps other books or another store.
        """
        place = self._together.place(request)
        if place.is_here:
            self._party.stand_aside()
        elif place.problem:
            raise NotReached(place.problem)
        else:
            await self._party.ask(request)


class Together(Generic[RequestT]):
    """The requests of one stage of a run, as those who ask for them see it; `gathered` makes one."""

    def __init__(self, task: StageTask[RequestT, Any], factory: Factory, gathering: Gathering[RequestT]) -> None:
        self._stage, self._factory, self._gathering = task.stage, factory, gathering

    @contextmanager
    def asker(self) -> Iterator[Asker[RequestT]]:
        """Join as one of those who ask; the others wait until it has asked, stood aside or ended."""
        with self._gathering.party() as party:
            yield Asker(self, party)

    def place(self, request: RequestT) -> Place:
        """Return where a request is made; a planning run makes nothing, and notes where it would be."""
        reference: str = request.provider  # type: ignore[attr-defined]
        provider = self._factory.providers.named(MODALITIES[self._stage.name], reference)
        place = place_of(provider, self._factory)
        run = current_run()
        if run and provider.capabilities.device == "gpu":
            run.places[self._stage.name, reference] = place
        return Place(where=HERE, reason="nothing is made") if run and run.planning else place


@asynccontextmanager
async def gathered(task: StageTask[RequestT, Any], factory: Factory, parties: int) -> AsyncIterator[Together[RequestT]]:
    """Let so many chains of requests of one stage go to the GPU pool as one list, where that is their place.

    Args:
        task: the stage.
        factory: where and with what.
        parties: how many chains there will be; each is one `first_made`.
    """

    async def send(requests: tuple[RequestT, ...]) -> list[MediaFactoryError | None]:
        asked = {task.stage.key(request): request for request in requests}
        made, _ = await _made(task, asked, factory)
        missing = {key: request for key, request in asked.items() if key not in made}
        errors = await _handed_over(task, missing, factory) if missing else {}
        return [errors.get(task.stage.key(request)) for request in requests]

    async with Gathering(parties, send) as gathering:
        yield Together(task, factory, gathering)


async def _made(task: StageTask[Any, Any], keys: Iterable[str], factory: Factory) -> tuple[set[str], set[str]]:
    """Return the keys of what is made and sound, and of what was made and is lost; the books are asked once."""
    receipts = await asyncio.to_thread(factory.books.receipts, tuple(keys))
    sound = {key for key, receipt in receipts.items() if await task.stage.sound_result(receipt, factory)}
    return sound, receipts.keys() - sound


async def _handed_over(
    task: StageTask[RequestT, Any], missing: Mapping[str, RequestT], factory: Factory
) -> dict[str, MediaFactoryError]:
    """Have requests made on the pool, and return what failed there, by key."""
    modality = MODALITIES[task.stage.name]
    run = current_run() or Run()
    end = await run_child(_order(modality, missing, factory, run), run.called_off)
    if end.late:
        return _too_late(end, missing, factory)
    outcome = await asyncio.to_thread(take_outcome, factory.books, end.id)
    made, lost = await _made(task, missing, factory)
    run.handed_over |= made
    failed = {failure.key: error_of(failure) for failure in outcome.failures} if outcome else {}
    return {key: failed.get(key) or _unmade(end, outcome, lost=key in lost) for key in missing if key not in made}


def _order(modality: Modality, missing: Mapping[str, RequestT], factory: Factory, run: Run) -> ChildOrder:
    from prefect.runtime import flow_run

    rule = factory.policy.placement
    deployment = factory.pools[modality].deployment
    told = "\n".join((run.id, deployment, *sorted(missing)))
    return ChildOrder(
        deployment=deployment,
        parameters={
            "requests": [request.model_dump(mode="json") for request in missing.values()],
            "factory": factory.name,
            "channel": run.channel,
        },
        name=f"{flow_run.name or 'a run'}: {len(missing)} x {modality}",
        key=f"media-factory-{hashlib.sha256(told.encode()).hexdigest()}",
        timeout_s=rule.timeout_s,
        poll_s=rule.poll_s,
    )


def _too_late(end: ChildEnd, missing: Iterable[str], factory: Factory) -> dict[str, MediaFactoryError]:
    rule = factory.policy.placement
    if rule.when_late == "here":
        return {}
    why = f"{end.deployment} did not finish within {rule.timeout_s:g} s; its run {end.name!r} was cancelled"
    return {key: ProviderTimeout(why) for key in missing}


def _unmade(end: ChildEnd, outcome: Outcome | None, *, lost: bool) -> MediaFactoryError:
    """Return why a request that did not fail was not made either."""
    run = f"{end.deployment} ({end.name!r}, {end.id})"
    if lost:
        return StoreError(f"{run} made it, but its bytes are not in this store: give both pools' workers the same one")
    if outcome is None and end.state == "Completed":
        return BooksError(
            f"{run} has finished, and these books know nothing of it: its worker keeps others; give both pools' "
            "workers the same books and the same store"
        )
    return ProviderUnavailable(f"{run} ended {end.state}: {end.message or 'nothing is said'}")


__all__ = ["MODALITIES", "Asker", "Together", "gathered"]
