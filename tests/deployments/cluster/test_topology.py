"""The cluster for real: two API servers on one PostgreSQL and one Redis, a worker at each, and shared books."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun

from media_factory.books.tables import receipts
from tests.deployments.cluster.topology import Cluster, cluster
from tests.prefect_server import PrefectServer

pytestmark = [pytest.mark.long, pytest.mark.server, pytest.mark.timeout(600)]

DEPLOYMENT = "image/cpu"
_WITHIN_S = 240


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Give the module a cluster of two servers, each with a worker of the pool `cpu`."""
    with cluster(tmp_path_factory.mktemp("cluster")) as started:
        first, second = started.servers
        first.deploy()
        second.pools.add("cpu")
        with first.worker("cpu"), second.worker("cpu"):
            yield started


async def submit(server: PrefectServer, title: str) -> UUID:
    brief: dict[str, Any] = {
        "kind": "image",
        "prompt": f"a quiet harbour, {title}",
        "title": title,
        "width_px": 320,
        "height_px": 240,
    }
    async with PrefectClient(server.api_url) as client:
        deployment = await client.read_deployment_by_name(DEPLOYMENT)
        run = await client.create_flow_run_from_deployment(deployment.id, parameters={"brief": brief})
        return run.id


async def ended(server: PrefectServer, run_id: UUID) -> FlowRun:
    """Wait until a run has ended, and return it."""
    async with PrefectClient(server.api_url) as client:
        for _ in range(_WITHIN_S * 2):
            run = await client.read_flow_run(run_id)
            if run.state and run.state.is_final():
                return run
            await asyncio.sleep(0.5)
    raise AssertionError(f"{run_id} did not end: {run.state}")


def pictures_made(running: Cluster) -> int:
    engine = sa.create_engine(running.books_url)
    with engine.connect() as connection:
        count = sa.select(sa.func.count()).where(receipts.c.stage == "generate-image")
        made: int = connection.execute(count).scalar_one()
    engine.dispose()
    return made


async def test_what_one_server_is_asked_for_is_made_and_known_to_the_other(running: Cluster) -> None:
    first, second = running.servers
    asked = [await submit((first, second)[at % 2], f"Harbour {at}") for at in range(4)]
    runs = [await ended((second, first)[at % 2], run_id) for at, run_id in enumerate(asked)]
    assert [run.state_name for run in runs] == ["Completed"] * 4


async def test_two_runs_of_one_brief_on_two_workers_make_its_picture_once(running: Cluster) -> None:
    first, second = running.servers
    before = pictures_made(running)
    asked = await asyncio.gather(submit(first, "Twice at once"), submit(second, "Twice at once"))
    for run_id in asked:
        assert (await ended(first, run_id)).state_name == "Completed"
    assert pictures_made(running) == before + 1


async def test_one_server_dies_and_the_other_goes_on(running: Cluster) -> None:
    first, second = running.servers
    os.killpg(first.process.pid, signal.SIGKILL)
    first.process.wait(20)
    run = await ended(second, await submit(second, "Still here"))
    assert run.state_name == "Completed"
