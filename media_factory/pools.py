"""Pools: who takes over what wants a GPU, and where a stage runs."""

from __future__ import annotations

from pydantic import Field

from media_factory.model import Model

HERE = "here"


class GpuPool(Model):
    """A deployment that makes what wants a GPU, as a Prefect server knows it."""

    deployment: str = Field(description="flow/deployment, such as image/gpu")
    pool: str | None = Field(default=None, description="its work pool; none where a served flow takes its runs")
    own: bool = Field(default=False, description="the run that asks is on that pool itself")
    problem: str | None = Field(default=None, description="why nothing can be handed over to it")


class Place(Model):
    """Where a stage runs, and why there."""

    where: str = Field(description="`here`, in the run's own process, or the deployment that takes it over")
    reason: str
    problem: str | None = Field(default=None, description="why it can't be made there, though it must be")

    @property
    def is_here(self) -> bool:
        """Whether it runs in the run's own process."""
        return self.where == HERE


__all__ = ["HERE", "GpuPool", "Place"]
