"""A run around a flow: its factory, and the record of its stages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from media_factory.factory import Factory, factory_from_environment
from media_factory.runs import Run, begin_run, current_run
from tasks.orchestration import is_inside_flow_run

_DEFAULT = "default"


@asynccontextmanager
async def running(factory: str) -> AsyncIterator[Factory]:
    """Open a factory by name for the block, and make the block a run unless it is part of one already."""
    opened = await _opened(factory)
    try:
        with nullcontext() if current_run() else begin_run(Run()):
            yield opened
    finally:
        opened.close()


async def _opened(factory: str) -> Factory:
    if factory == _DEFAULT and not is_inside_flow_run():
        return factory_from_environment()
    from blocks.factory import open_factory

    return await open_factory(factory)


__all__ = ["running"]
