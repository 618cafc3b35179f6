"""A plan says where a run would make what wants a GPU, and why."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from deployments.making import plan_brief
from deployments.showing import show_plan
from media_factory.capacity import GPU_VARIABLE
from media_factory.pools import GpuPool
from tests.flows.stories import story_brief


@pytest.fixture
def pool(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a Prefect server answer that there is a GPU pool."""

    async def gpu_pools(*_: object) -> dict[str, GpuPool]:
        return {"image": GpuPool(deployment="image/gpu", pool="gpu")}

    monkeypatch.setattr("tasks.run.gpu_pools", gpu_pools)


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize(
    ("gpu", "where", "reason"),
    [
        ("0", "image/gpu", "wants a GPU, and this process has none"),
        ("1", "here", "wants a GPU, which this process has"),
    ],
)
def test_a_plan_says_where_pictures_are_made_and_why(
    gpu: str, where: str, reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(GPU_VARIABLE, gpu)
    plan = asyncio.run(plan_brief(story_brief(("One here.",), providers={"image": "fake-gpu", "speech": "fake"})))
    (place,) = plan.places
    assert (place.stage, place.provider) == ("generate-image", "fake-gpu:instant")
    assert (place.where, place.reason) == (where, reason)
    show_plan(plan)
    lines = capsys.readouterr().out.splitlines()
    assert next(line for line in lines if line.startswith("generate-image ")).split()[2] == where
    assert f"generate-image by fake-gpu:instant: {where}; {reason}" in lines
    assert next(line for line in lines if line.startswith("mix-sound")).split()[1] == "here"


def test_a_plan_of_what_needs_no_gpu_says_nothing_of_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = asyncio.run(plan_brief(story_brief(("One here.",))))
    assert not plan.places
    show_plan(plan)
    assert "GPU" not in capsys.readouterr().out
