"""Reconciling: what calls of ended processes left is brought to an end, and nothing is paid again."""

from __future__ import annotations

from media_factory.calls.reconciliation import Reconciled
from tasks.keeping import reconcile_calls
from tasks.orchestration import flow
from tasks.run import running


@flow(name="reconcile", persist_result=False)
async def reconcile_factory(factory: str = "default") -> tuple[Reconciled, ...]:
    """Bring calls of ended processes to an end; vendors are asked for what they still make.

    Args:
        factory: name of the saved factory whose calls they are.

    Returns:
        Every call that is not settled, the oldest first.
    """
    async with running(factory) as here:
        return await reconcile_calls(here)


__all__ = ["reconcile_factory"]
