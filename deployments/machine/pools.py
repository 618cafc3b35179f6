"""The work pools of one machine, and how much runs in them at once."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from media_factory.capacity import processors
from media_factory.model import Model

# Workers of ours start each run from a process that has loaded everything: docs/workers.md.
POOL_TYPE = "media-factory"
PoolName = Literal["cpu", "gpu"]
_DESCRIPTIONS: dict[PoolName, str] = {
    "cpu": "Stories, pictures, narrations and videos.",
    "gpu": "What needs a local model: lists of requests, one model in memory at a time.",
}


class Pool(Model):
    """A work pool that should be there."""

    name: PoolName
    description: str
    limit: int = Field(ge=1, description="runs at once, where nobody set another limit")
    asked: bool = Field(default=False, description="a person gave the limit just now: it also counts for an old pool")


def pools_for(*, gpu: bool, cpu_runs: int | None = None, gpu_runs: int | None = None) -> tuple[Pool, ...]:
    """Return the pools of this machine: a story for two processors but at least two, one run on the GPU.

    Args:
        gpu: whether there is to be a pool for it.
        cpu_runs: another limit for the one.
        gpu_runs: another limit for the other.
    """
    wanted: list[tuple[PoolName, int | None, int]] = [("cpu", cpu_runs, max(2, processors() // 2))]
    if gpu:
        wanted.append(("gpu", gpu_runs, 1))
    return tuple(
        Pool(name=name, description=_DESCRIPTIONS[name], limit=asked or default, asked=asked is not None)
        for name, asked, default in wanted
    )


__all__ = ["POOL_TYPE", "Pool", "PoolName", "pools_for"]
