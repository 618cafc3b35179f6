"""What a run leaves with the Prefect server for whoever asked over the API: its manifest, or a batch's result.

An artifact of the flow run: it is there before the run is Completed, needs no store or disk that both sides see, and is
read with the run's own credentials. Prefect's results would need shared storage.
"""

from __future__ import annotations

import logging

from media_factory.model import Model

RESULT_TYPE = "media-factory-manifest"
_log = logging.getLogger(__name__)


async def leave_result(result: Model) -> None:
    """Keep a manifest or the like as an artifact of the current flow run; that this fails undoes no product."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import ArtifactCreate
    from prefect.runtime import flow_run

    # Not by `prefect.artifacts`, which would keep the JSON as a text inside JSON.
    artifact = ArtifactCreate(type=RESULT_TYPE, flow_run_id=flow_run.id, data=result.model_dump(mode="json"))
    try:
        async with get_client() as client:
            await client.create_artifact(artifact)
    except Exception as problem:  # whatever the server or the way to it did
        _log.warning("the result is not with the server (%s); it is in the delivery folder", type(problem).__name__)


__all__ = ["RESULT_TYPE", "leave_result"]
