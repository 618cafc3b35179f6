"""`@stage`: a Prefect task around a core stage.

Inside a Prefect flow run, each call is a task run: Prefect retries what errors call retryable, and a hit shows as
`Cached`. Outside (a flow's `.fn`, a test, a script), the core does the same with no Prefect API.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, get_type_hints

from media_factory.errors import MediaFactoryError
from media_factory.factory import Factory
from media_factory.model import Model
from media_factory.stages import Stage, retry_delay_s
from tasks.naming import stage_run_name
from tasks.orchestration import is_inside_flow_run

if TYPE_CHECKING:
    from prefect import Task
    from prefect.client.schemas.objects import State

RequestT = TypeVar("RequestT", bound=Model)
ResultT = TypeVar("ResultT", bound=Model)
Body = Callable[[RequestT, Factory], Awaitable[ResultT]]
Foretell = Callable[[RequestT, str, Factory], Awaitable[ResultT]]


class StageTask(Generic[RequestT, ResultT]):
    """A stage that is called like the function it was made from: `await synthesize_speech(request, factory)`."""

    def __init__(self, stage: Stage[RequestT, ResultT]) -> None:
        self.stage = stage
        self.fn = stage.body
        self.__doc__ = stage.body.__doc__

    @cached_property
    def _task(self) -> Task[..., Any]:
        """The Prefect task, made at first use: a direct run never needs it."""
        from prefect import task
        from prefect.cache_policies import NO_CACHE

        return task(
            name=self.stage.name,
            task_run_name="{label}",
            description=(self.__doc__ or "").strip().splitlines()[0] if self.__doc__ else None,
            retries=self.stage.attempts - 1,
            retry_condition_fn=_may_retry,
            cache_policy=NO_CACHE,
            persist_result=False,
        )(self._attempt)

    async def __call__(self, request: RequestT, factory: Factory, *, scene: int | None = None) -> ResultT:
        """Return the stage's result for a request, made now or before.

        Args:
            request: what to make.
            factory: where and with what.
            scene: index of the scene that it belongs to, for the record.

        Raises:
            MediaFactoryError: as the stage raised it, once retries are spent.
        """
        if not is_inside_flow_run():
            return (await self.stage.run(request, factory, scene)).result
        label = stage_run_name(self.stage.name, request, scene)
        return cast(ResultT, await _unwrap(await self._task(request, factory, scene, label)))

    async def _attempt(self, request: Any, factory: Factory, scene: int | None, label: str) -> Any:  # noqa: ARG002
        run = await self.stage.attempt(request, factory, scene)
        if run.state == "cached":
            from prefect.states import Completed

            return Completed(name="Cached", message=run.key, data=run.result)
        return run.result


def stage(
    name: str,
    *,
    version: int,
    foretell: Foretell[RequestT, ResultT],
    timeout_s: float = 120.0,
    attempts: int = 3,
    heavy: bool = False,
    memory: Callable[[RequestT], int] | None = None,
) -> Callable[[Body[RequestT, ResultT]], StageTask[RequestT, ResultT]]:
    """Make a stage of an async function `(request, factory) -> result`; see `media_factory.stages.Stage`."""

    def decorate(body: Body[RequestT, ResultT]) -> StageTask[RequestT, ResultT]:
        return StageTask(
            Stage(
                name=name,
                version=version,
                body=body,
                foretell=foretell,
                result_type=get_type_hints(body)["return"],
                timeout_s=timeout_s,
                attempts=attempts,
                heavy=heavy,
                memory=memory,
            )
        )

    return decorate


async def _may_retry(_task: Any, task_run: Any, state: State[Any]) -> bool:
    """Tell Prefect whether to try again, after waiting as long as the vendor asked."""
    error = await state.aresult(raise_on_failure=False)
    if not isinstance(error, MediaFactoryError) or not error.retryable:
        return False
    await asyncio.sleep(retry_delay_s(error, task_run.run_count))
    return True


async def _unwrap(value: Any) -> Any:
    """Return the data of a state that a task body returned; anything else as it is."""
    from prefect.client.schemas.objects import State

    return await value.aresult() if isinstance(value, State) else value


__all__ = ["StageTask", "stage"]
