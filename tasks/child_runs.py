"""A flow run that another one waits for: begun once, told of while no worker takes it, cancelled with its parent."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from media_factory.errors import NotReached
from media_factory.model import Model

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun

CalledOff = Callable[[], Awaitable[bool]]

# A worker looks for runs every few seconds; after this, none seems to be there.
_PATIENCE_S = 10.0
# A run that Prefect cancels has half a minute in all before it is killed.
_CANCEL_WITHIN_S = 5.0


class ChildOrder(Model):
    """What to run, and how long to wait for it."""

    deployment: str
    parameters: dict[str, Any]
    name: str
    key: str
    timeout_s: float
    poll_s: float


class ChildEnd(Model):
    """How a child run ended. `state` is its state's name; `late` means that it was cancelled for taking too long."""

    deployment: str
    id: str
    name: str
    state: str
    message: str = ""
    late: bool = False


async def run_child(order: ChildOrder, called_off: CalledOff) -> ChildEnd:
    """Run a deployment and wait for its end.

    A parent that is run again takes up the child that it left: runs with an order's key exist once, unless they have
    ended. So a child goes on when its parent fails or is stopped, unless somebody wants nothing of the parent any more.

    Args:
        order: what to run.
        called_off: says, once we are being stopped, whether the child is cancelled with us.

    Raises:
        NotReached: the server did not take the order.
    """
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        # Cancelled while the server answers, we would not know whom to cancel.
        beginning = asyncio.create_task(begin_child(client, order))
        try:
            return await _awaited(client, await asyncio.shield(beginning), order)
        except asyncio.CancelledError:
            if await called_off():
                with contextlib.suppress(NotReached):
                    await _cancel(client, (await beginning).id)
            raise


async def _awaited(client: PrefectClient, child: FlowRun, order: ChildOrder) -> ChildEnd:
    try:
        async with asyncio.timeout(order.timeout_s):
            return _end(await _ended(client, child, order), order)
    except TimeoutError:
        await _cancel(client, child.id)
        return _end(child, order).model_copy(update={"late": True})


async def begin_child(client: PrefectClient, order: ChildOrder) -> FlowRun:
    """Return the run of an order that has not ended: one that is there, or one that is begun now.

    Raises:
        NotReached: the server did not take the order.
    """
    import httpx
    from prefect.deployments import arun_deployment
    from prefect.exceptions import ObjectNotFound

    for attempt in itertools.count():
        try:
            child = await arun_deployment(
                order.deployment,
                client=client,
                parameters=order.parameters,
                flow_run_name=order.name,
                timeout=0,
                idempotency_key=f"{order.key}-{attempt}",
            )
        except (httpx.HTTPError, ObjectNotFound) as problem:
            raise NotReached(
                f"{order.deployment}: the Prefect server took no run of it ({type(problem).__name__})"
            ) from problem
        if child.state is None or not child.state.is_final():
            return child
    raise AssertionError("counting has no end")


async def _ended(client: PrefectClient, child: FlowRun, order: ChildOrder) -> FlowRun:
    import httpx

    waiting = _Waiting(order.deployment, child.name)
    while True:
        # A server that is away for a moment ends no wait.
        with contextlib.suppress(httpx.HTTPError):
            child = await client.read_flow_run(child.id)
        if child.state and child.state.is_final():
            await waiting.over()
            return child
        await waiting.look(taken=child.state is not None and not child.state.is_scheduled())
        await asyncio.sleep(order.poll_s)


class _Waiting:
    """Tells people, in the log and in the parent's artifacts, while no worker takes a run."""

    def __init__(self, deployment: str, name: str) -> None:
        self._what = f"{name} ({deployment})"
        self._key = f"media-factory-waiting-{deployment.replace('/', '-').lower()}"
        self._since = time.monotonic()
        self._told = False

    async def look(self, *, taken: bool) -> None:
        if taken:
            await self.over()
        elif not self._told and time.monotonic() - self._since > _PATIENCE_S:
            self._told = True
            await self._tell(
                logging.WARNING,
                f"Waiting for a GPU worker: nobody has taken {self._what} yet. "
                "Start a worker on its work pool, or resume the pool; everything else of this run goes on.",
            )

    async def over(self) -> None:
        if self._told:
            self._told = False
            waited_s = time.monotonic() - self._since
            await self._tell(logging.INFO, f"A GPU worker has taken {self._what} after {waited_s:.0f} s.")

    async def _tell(self, level: int, line: str) -> None:
        from prefect.artifacts import acreate_markdown_artifact
        from prefect.exceptions import MissingContextError
        from prefect.logging import get_logger, get_run_logger

        try:
            logger = get_run_logger()
        except MissingContextError:
            logger = get_logger(__name__)
        logger.log(level, line)
        try:
            await acreate_markdown_artifact(line, key=self._key, description="What this run waits for.")
        except Exception as problem:
            logger.warning("the note on waiting could not be kept: %s", type(problem).__name__)


async def _cancel(client: PrefectClient, child: UUID) -> None:
    """Ask for a run's end: the server ends one that nobody has taken, a worker one that is under way."""
    import httpx
    from prefect.logging import get_logger
    from prefect.states import Cancelling

    try:
        async with asyncio.timeout(_CANCEL_WITHIN_S):
            await client.set_flow_run_state(child, Cancelling(message="the run that waited for it needs it no more"))
    except (httpx.HTTPError, TimeoutError) as problem:
        get_logger(__name__).warning("run %s could not be cancelled: %s", child, type(problem).__name__)


def _end(child: FlowRun, order: ChildOrder) -> ChildEnd:
    state = child.state
    return ChildEnd(
        deployment=order.deployment,
        id=str(child.id),
        name=child.name,
        state=(state.name if state else None) or "unknown",
        message=(state.message if state else None) or "",
    )


__all__ = ["CalledOff", "ChildEnd", "ChildOrder", "begin_child", "run_child"]
