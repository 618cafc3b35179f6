"""Deployments that refuse parameters which their flows do not have.

A Prefect server takes an unknown parameter with 201, and the run then fails minutes later (Prefect 3.8.8). Its check is
by the JSON Schema that `prefect deploy` left, so closing that schema is enough: the call is answered with 409. Every
`prefect deploy` writes the schema anew, so this comes after each: `python -m deployments.strictness` or `up`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient

TAG = "media-factory"
_PAGE = 200


async def refuse_unknown_parameters(client: PrefectClient) -> tuple[str, ...]:
    """Close the parameter schemas of our deployments (by tag), and return the entrypoints of those that were open.

    Closing them twice changes nothing.

    Args:
        client: of the server that has them.

    Raises:
        PrefectHTTPStatusError: the server refused.
    """
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags

    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    closed: list[str] = []
    offset = 0
    while found := await client.read_deployments(deployment_filter=ours, limit=_PAGE, offset=offset):
        for deployment in found:
            schema = deployment.parameter_openapi_schema or {}
            if schema.get("additionalProperties") is False:
                continue
            body = {"parameter_openapi_schema": {**schema, "additionalProperties": False}}
            await client.request("PATCH", "/deployments/{id}", path_params={"id": deployment.id}, json=body)
            closed.append(deployment.entrypoint or deployment.name)
        offset += len(found)
    return tuple(closed)


async def _main() -> None:
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        closed = await refuse_unknown_parameters(client)
    print(f"{len(closed)} deployments refuse unknown parameters from now on")


if __name__ == "__main__":
    asyncio.run(_main())

__all__ = ["TAG", "refuse_unknown_parameters"]
