"""`@stage`: the same stage inside a Prefect run and without one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

from media_factory.errors import ContentRefused, ProviderUnavailable, RateLimited
from media_factory.factory import Factory
from media_factory.requests import ImageRequest
from media_factory.testing import Dials, FakeImage
from tasks.images import generate_image
from tests.conftest import MakeFactory

REQUEST = ImageRequest(provider="fake:instant", prompt="a port at dawn", width_px=64, height_px=64)


@flow(name="two-pictures")
async def two_pictures(factory: Any) -> tuple[str, str]:
    first = await generate_image(REQUEST, factory, scene=0)
    second = await generate_image(REQUEST, factory, scene=1)
    return first.image.digest, second.image.digest


async def states_of_the_last_run() -> list[tuple[str, str]]:
    """Return the names and states of the newest flow run's tasks, once the server has all of them as finished."""
    async with get_client() as client:
        newest = max(await client.read_flow_runs(), key=lambda run: run.created or run.expected_start_time)
        for _ in range(200):
            runs = await client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[newest.id])))
            if len(runs) == 2 and all(run.state and run.state.is_final() for run in runs):
                return sorted((run.name, run.state.name or "") for run in runs if run.state)
            await asyncio.sleep(0.1)
    raise AssertionError("the server never had both task runs as finished")


@pytest.mark.server
async def test_in_a_prefect_run_a_hit_shows_as_cached_and_gives_the_data(
    prefect_api: None, make_factory: MakeFactory
) -> None:
    image = FakeImage()
    first, second = await two_pictures(make_factory(image))
    assert first == second
    assert len(image.dials.calls) == 1
    assert await states_of_the_last_run() == [
        ("generate-image: scene 1 · fake", "Completed"),
        ("generate-image: scene 2 · fake", "Cached"),
    ]


@pytest.mark.server
async def test_in_a_prefect_run_what_may_be_retried_is_and_after_the_vendor_s_wait(
    prefect_api: None, make_factory: MakeFactory
) -> None:
    dials = Dials(failures=[ProviderUnavailable("away"), RateLimited("slow down", retry_after_s=0.01)])
    first, second = await two_pictures(make_factory(FakeImage(dials)))
    assert first == second
    assert len(dials.calls) == 3


@pytest.mark.server
async def test_in_a_prefect_run_a_refusal_is_not_retried(prefect_api: None, make_factory: MakeFactory) -> None:
    dials = Dials(failures=[ContentRefused("will not draw this")])
    with pytest.raises(ContentRefused, match="will not draw this"):
        await two_pictures(make_factory(FakeImage(dials)))
    assert len(dials.calls) == 1


async def test_outside_a_run_there_is_no_prefect_api_and_the_same_result(factory: Factory) -> None:
    first = await generate_image(REQUEST, factory)
    assert (await two_pictures.fn(factory)) == (first.image.digest, first.image.digest)


def test_a_stage_task_keeps_what_its_function_says() -> None:
    assert generate_image.__doc__ == "Make one picture."
    assert generate_image.stage.name == "generate-image"
