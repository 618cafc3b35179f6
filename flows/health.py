"""Providers: what they can do, whether they answer, and what came of asking them, as a table in Prefect's UI."""

from __future__ import annotations

from media_factory.calls.health import ProviderRow
from tasks.health import publish_providers
from tasks.orchestration import flow
from tasks.run import running


@flow(name="providers", persist_result=False)
async def check_providers(factory: str = "default", reach: bool = True) -> tuple[ProviderRow, ...]:
    """Look at the providers.

    Args:
        factory: name of the saved factory whose providers they are.
        reach: ask every vendor something free, to see that it is there.

    Returns:
        One row per provider and modality.
    """
    async with running(factory) as here:
        return await publish_providers(here, reach=reach)


__all__ = ["check_providers"]
