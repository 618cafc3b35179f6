"""Looking after a factory, and what Prefect's UI shows of it: tables that are written anew each time."""

from __future__ import annotations

from typing import Any

from media_factory.calls.reconciliation import Reconciled, reconcile
from media_factory.errors import MediaFactoryError
from media_factory.factory import Factory
from media_factory.library.upkeep import Upkeep, UpkeepRules, keep_up
from tasks.orchestration import is_inside_flow_run

CALLS_KEY, UPKEEP_KEY = "media-factory-calls", "media-factory-upkeep"


async def reconcile_calls(factory: Factory) -> tuple[Reconciled, ...]:
    """Bring calls of ended processes to an end, vendors asked, and return those that are not settled."""
    found = await reconcile(factory)
    rows = [
        {
            "call": one.intent.id,
            "provider": one.intent.provider,
            "stands": one.outcome,
            "reserved $": str(one.intent.reserved_usd) if one.intent.priced else "unknown",
            "note": one.note,
        }
        for one in found
    ]
    await _show(CALLS_KEY, rows, "Calls that are not settled; `media-factory reconcile` closes those in doubt.")
    return found


async def do_upkeep(factory: Factory, rules: UpkeepRules) -> Upkeep:
    """Do a day's upkeep.

    Raises:
        MediaFactoryError: a part failed, or found what somebody should look at; the others are done all the same.
    """
    done = await keep_up(factory, rules)
    rows = [
        {"part": part.name, "state": "done" if part.ok else "look at it", "said": part.said, "seconds": part.seconds}
        for part in done.parts
    ]
    await _show(UPKEEP_KEY, rows, f"Upkeep of {done.day.isoformat()}.")
    if done.failed:
        lines = "; ".join(f"{part.name}: {part.said}" for part in done.failed)
        raise MediaFactoryError(f"{len(done.failed)} of {len(done.parts)} parts need a look: {lines}")
    return done


async def _show(key: str, rows: list[dict[str, Any]], description: str) -> None:
    if not is_inside_flow_run():
        return
    from prefect.artifacts import acreate_table_artifact

    await acreate_table_artifact(key=key, table=rows, description=description)


__all__ = ["CALLS_KEY", "UPKEEP_KEY", "do_upkeep", "reconcile_calls"]
