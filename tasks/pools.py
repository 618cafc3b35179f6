"""Which GPU pools there are: asked of the Prefect server, once per run, where a run may need one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from media_factory.briefs.base import BriefBase
from media_factory.calls.placing import HANDED_OVER, rule_of
from media_factory.capacity import has_gpu
from media_factory.factory import Factory
from media_factory.pools import GpuPool
from media_factory.providers.base import AnyProvider, Modality
from media_factory.runs import current_run
from tasks.orchestration import is_flow_run_around

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient


async def gpu_pools(factory: Factory, brief: BriefBase | None) -> dict[str, GpuPool]:
    """Return who takes over what wants a GPU, by modality.

    Empty where the brief can need nobody, and where no Prefect server has this run. A plan asks the server that is
    configured, since a run of the brief would.

    Args:
        factory: whose providers and policy.
        brief: what is to be made; None makes nothing.
    """
    wanted = _wanted(factory, brief)
    run = current_run()
    if not wanted or not (is_flow_run_around() or (run and run.planning)):
        return {}
    from prefect.client.orchestration import get_client
    from prefect.settings import get_current_settings

    if not get_current_settings().api.url:
        return {}
    async with get_client() as client:
        pools = await asyncio.gather(*(_pool(client, deployment) for deployment in wanted.values()))
    return dict(zip(wanted, pools, strict=True))


def _wanted(factory: Factory, brief: BriefBase | None) -> dict[Modality, str]:
    """Return the deployments that a brief may need, by modality."""
    if brief is None:
        return {}
    found: dict[Modality, str] = {}
    for modality in HANDED_OVER:
        rule = rule_of(modality, factory)
        if rule is None or rule.where == "here":
            continue
        if not any(_may_be_chosen(provider, modality, brief) for provider in factory.providers.able(modality)):
            continue
        if rule.where == "gpu" or not has_gpu():
            found[modality] = rule.deployment
    return found


def _may_be_chosen(provider: AnyProvider, modality: Modality, brief: BriefBase) -> bool:
    named = getattr(getattr(brief, "providers", None), modality, None)
    if provider.capabilities.device != "gpu":
        return False
    return named.partition(":")[0] == provider.name if named else not provider.capabilities.by_name_only


async def _pool(client: PrefectClient, deployment: str) -> GpuPool:
    import httpx
    from prefect.exceptions import ObjectNotFound

    try:
        found = await client.read_deployment_by_name(deployment)
        pool = found.work_pool_name
        if pool is not None:
            await client.read_work_pool(pool)
    except ObjectNotFound:
        return GpuPool(deployment=deployment, problem=f"there is no deployment {deployment} with a work pool")
    except httpx.HTTPError as problem:
        told = f"the Prefect server did not say whether there is a deployment {deployment} ({type(problem).__name__})"
        return GpuPool(deployment=deployment, problem=told)
    return GpuPool(deployment=deployment, pool=pool, own=pool is not None and pool == _own_pool())


def _own_pool() -> str | None:
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    return context.flow_run.work_pool_name if context and context.flow_run else None


__all__ = ["gpu_pools"]
