"""Upkeep: what a factory needs every day."""

from __future__ import annotations

from media_factory.library.upkeep import Upkeep, UpkeepRules
from tasks.keeping import do_upkeep
from tasks.orchestration import flow
from tasks.run import running


@flow(name="upkeep", persist_result=False)
async def keep_factory(factory: str = "default", rules: UpkeepRules = UpkeepRules()) -> Upkeep:  # noqa: B008 - frozen
    """Look after a factory: backup, retention, garbage, checks, vendors and figures.

    Args:
        factory: name of the saved factory to look after.
        rules: how much of everything is done.

    Returns:
        What came of each part.
    """
    async with running(factory) as here:
        return await do_upkeep(here, rules)


__all__ = ["keep_factory"]
