"""The same rows and stages as anybody would write them first: a Prefect task per stage, Prefect's result cache."""

from __future__ import annotations

import asyncio

from prefect import flow, task
from prefect.cache_policies import INPUTS, TASK_SOURCE

_CACHED = {"cache_policy": INPUTS + TASK_SOURCE, "persist_result": True, "result_serializer": "json"}
_AT_ONCE = 16


@task(**_CACHED)
async def stage_a(text: str) -> dict[str, str]:
    return {"text": f"{text} a"}


@task(**_CACHED)
async def stage_b(text: str) -> dict[str, str]:
    return {"text": f"{text} b"}


@task(**_CACHED)
async def stage_c(text: str) -> dict[str, str]:
    return {"text": f"{text} c"}


@task(**_CACHED)
async def stage_d(text: str) -> dict[str, str]:
    return {"text": f"{text} d"}


@task(**_CACHED)
async def stage_e(text: str) -> dict[str, str]:
    return {"text": f"{text} e"}


@task(**_CACHED)
async def stage_f(text: str) -> dict[str, str]:
    return {"text": f"{text} f"}


STAGES = (stage_a, stage_b, stage_c, stage_d, stage_e, stage_f)


@flow(name="bench-naive")
async def naive(name: str, rows: int) -> None:
    """Put so many rows through six tasks each, sixteen at once."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def item(number: int) -> None:
        async with turns:
            text = f"{name} {number}"
            for one in STAGES:
                text = (await one(text))["text"]

    await asyncio.gather(*(item(number) for number in range(rows)))


__all__ = ["STAGES", "naive"]
