"""A run around a flow: its factory, and the record of its stages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from blocks.factory import open_factory
from media_factory.factory import Factory
from media_factory.runs import Run, begin_run, current_run


@asynccontextmanager
async def running(factory: str) -> AsyncIterator[Factory]:
    """Open a factory by name for the block, and make the block a run unless it is part of one already."""
    opened = await open_factory(factory)
    try:
        with nullcontext() if current_run() else begin_run(Run()):
            yield opened
    finally:
        opened.close()


__all__ = ["running"]
