"""The state of providers, and its place in Prefect's UI: a table artifact that is written anew at every look."""

from __future__ import annotations

import asyncio

from media_factory.calls.health import ProviderRow, provider_rows, reach_all
from media_factory.factory import Factory
from tasks.orchestration import is_inside_flow_run

ARTIFACT_KEY = "media-factory-providers"


async def publish_providers(factory: Factory, *, reach: bool) -> tuple[ProviderRow, ...]:
    """Return how the providers are; inside a flow run also keep it as a table artifact.

    Args:
        factory: whose providers and books.
        reach: ask every vendor something free.
    """
    reached = await reach_all(factory.providers) if reach else None
    rows = await asyncio.to_thread(provider_rows, factory.providers, factory.books, reached)
    if is_inside_flow_run():
        from prefect.artifacts import acreate_table_artifact

        await acreate_table_artifact(
            key=ARTIFACT_KEY,
            table=[cells for row in rows for cells in artifact_rows(row)],
            description="Who can make what, and what came of asking them.",
        )
    return rows


def artifact_rows(row: ProviderRow) -> list[dict[str, str | int | float]]:
    """Return a row of the table for every model that was asked, or one for a provider that never was."""
    shut = f"left alone for {row.shut_s:.0f} s" if row.shut_s else None
    unreached = f"not reached: {row.problem}" if row.reached is False else None
    state = row.missing or shut or unreached or ("by name only" if row.can.by_name_only else "ready")
    common: dict[str, str | int | float] = {"modality": row.modality, "state": state}
    if not row.use:
        return [{"model": row.name, **common}]
    return [
        {
            "model": one.provider,
            **common,
            "ok": one.succeeded,
            "failed": one.failed,
            "in doubt": one.in_doubt,
            "mean s": round(one.mean_s or 0, 2),
            "p95 s": round(one.p95_s or 0, 2),
            "spent $": str(one.spent_usd),
            "last error": one.last_error or "",
        }
        for one in row.use
    ]


__all__ = ["ARTIFACT_KEY", "artifact_rows", "publish_providers"]
