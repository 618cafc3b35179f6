"""What a Prefect server has to know of us: pools, queues, block types, the heartbeat automation, deployments.

A program of its own, so that it loads Prefect while the server still starts:
`python -m deployments.machine.registering '{"pools": [...]}'`. It says on standard output what is done; what Prefect's
own commands say goes to standard error. What is there already, and what a person changed, stays as it is.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from deployments.machine.parts import CHECKOUT
from deployments.machine.plan import Known, deploying, queues_of
from deployments.machine.pools import POOL_TYPE, Pool
from deployments.machine.processes import wait_until
from media_factory.errors import MediaFactoryError
from media_factory.model import Model

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

PREFECT_FILE = CHECKOUT / "deployments" / "prefect.yaml"
POOLS_DONE, ALL_DONE = "pools", "ready"
_SERVER_WITHIN_S = 240.0
_WORKERS_WITHIN_S = 200.0
_PAGE = 100


class Registration(Model):
    """What is to be registered."""

    pools: tuple[Pool, ...]
    workers: bool = Field(default=True, description="wait until every pool has a worker")
    keep_pools: bool = Field(default=False, description="pools are there already, or who starts the workers makes them")


def register(asked: Registration) -> Iterator[str]:
    """Register everything at the server of PREFECT_API_URL, and say when the pools and when all is there.

    Raises:
        MediaFactoryError: the server or a worker did not come, or Prefect refused something.
        InputError: prefect.yaml has something that can't be kept.
    """
    from prefect.client.orchestration import get_client

    # Loaded while the server still starts.
    from deployments.machine.heartbeats import ensure_automation
    from deployments.setting_up import BLOCKS

    with get_client(sync_client=True) as client:
        if not wait_until(lambda: client.api_healthcheck() is None, _SERVER_WITHIN_S):
            raise MediaFactoryError(f"the Prefect server was not ready within {_SERVER_WITHIN_S:.0f} s")
        text = PREFECT_FILE.read_text()
        for pool in () if asked.keep_pools else asked.pools:
            ensure_pool(client, pool, queues_of(text, pool.name))
        yield POOLS_DONE
        ensure_automation(client)
        for kind in BLOCKS:
            kind.register_type_and_schema()
        known = list(_known(client))
        _deploy(deploying(text, pools=[pool.name for pool in asked.pools], known=known))
        asyncio.run(_see_to_it())
        if asked.workers:
            _await_workers(client, asked.pools)
    yield ALL_DONE


def ensure_pool(client: SyncPrefectClient, pool: Pool, queues: tuple[str, ...]) -> bool:
    """Make a pool and its queues unless they are there, and return whether the pool was made.

    The type, limit and pause of one that is there stay, but for a limit that was asked for just now.
    """
    from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
    from prefect.exceptions import ObjectNotFound
    from prefect.workers.base import BaseWorker

    try:
        found = client.read_work_pool(pool.name)
    except ObjectNotFound:
        worker = BaseWorker.get_worker_class_from_type(POOL_TYPE)
        if worker is None:
            raise MediaFactoryError(f"no worker of the type {POOL_TYPE!r} is installed") from None
        client.create_work_pool(
            WorkPoolCreate(
                name=pool.name,
                description=pool.description,
                type=POOL_TYPE,
                base_job_template=worker.get_default_base_job_template(),
                concurrency_limit=pool.limit,
            )
        )
        made = True
    else:
        made = False
        if pool.asked and found.concurrency_limit != pool.limit:
            client.update_work_pool(pool.name, WorkPoolUpdate(concurrency_limit=pool.limit))
    there = {queue.name for queue in client.read_work_queues(work_pool_name=pool.name)}
    for queue in queues:
        if queue not in there:
            client.create_work_queue(queue, work_pool_name=pool.name)
    return made


def _known(client: SyncPrefectClient) -> Iterator[Known]:
    offset = 0
    while page := client.read_deployments(limit=_PAGE, offset=offset):
        for row in page:
            slugs = tuple(schedule.slug for schedule in row.schedules)
            yield Known(entrypoint=row.entrypoint, name=row.name, paused=row.paused, slugs=slugs)
        offset += len(page)


def _deploy(text: str) -> None:
    """Deploy by Prefect's own command, in this process: loading Prefect again for it would cost 3 s of CPU."""
    from prefect.cli import app

    with tempfile.TemporaryDirectory(prefix="media-factory-") as folder:
        file = Path(folder) / "prefect.yaml"
        file.write_text(text)
        before, sys.argv = sys.argv, ["prefect", "--no-prompt", "deploy", "--prefect-file", str(file), "--all"]
        try:
            app()
        except SystemExit as ended:
            if ended.code:
                raise MediaFactoryError(f"`prefect deploy` failed ({ended.code}); what it said stands above") from None
        finally:
            sys.argv = before


async def _see_to_it() -> None:
    """Have the server refuse unknown parameters, end what is stuck, and tell a webhook what runs can't tell."""
    from prefect.client.orchestration import get_client

    from deployments.automations import end_stuck_cancellations, tell_of_dead_runs
    from deployments.strictness import refuse_unknown_parameters
    from media_factory.publishing.opening import webhook_from

    async with get_client() as client:
        await refuse_unknown_parameters(client)
        await end_stuck_cancellations(client)
        if webhook := webhook_from():
            await tell_of_dead_runs(client, webhook)


def _await_workers(client: SyncPrefectClient, pools: tuple[Pool, ...]) -> None:
    for pool in pools:
        if not wait_until(lambda: workers_online(client, pool.name) > 0, _WORKERS_WITHIN_S):  # noqa: B023
            raise MediaFactoryError(f"no worker of the pool {pool.name!r} was there within {_WORKERS_WITHIN_S:.0f} s")


def workers_online(client: SyncPrefectClient, pool: str) -> int:
    """Return how many workers of a pool have been heard of lately."""
    from prefect.client.schemas.filters import WorkerFilter, WorkerFilterStatus

    online = WorkerFilter(status=WorkerFilterStatus(any_=["ONLINE"]))
    return len(client.read_workers_for_work_pool(pool, worker_filter=online))


def main(arguments: list[str]) -> int:
    """Register what the argument asks for, and return the exit code."""
    asked = Registration.model_validate_json(arguments[0])
    # Whoever started us reads one line for each step; what others print belongs in the log.
    with os.fdopen(os.dup(1), "w") as heard:
        os.dup2(2, 1)
        try:
            for step in register(asked):
                print(step, file=heard, flush=True)
        except MediaFactoryError as problem:
            print(problem, file=sys.stderr, flush=True)
            return problem.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))


__all__ = [
    "ALL_DONE",
    "POOLS_DONE",
    "PREFECT_FILE",
    "Registration",
    "ensure_pool",
    "main",
    "register",
    "workers_online",
]
