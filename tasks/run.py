"""A run around a flow: its factory, and the record of its stages."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar

from media_factory.briefs.base import BriefBase
from media_factory.calls.admission import admit
from media_factory.calls.purchases import kept_purchases
from media_factory.calls.reconciliation import reconcile
from media_factory.delivery.events import failed_event, tell
from media_factory.delivery.publishing import is_published
from media_factory.factory import Factory, factory_from_environment
from media_factory.publishing.webhooks import Webhook
from media_factory.runs import Run, begin_run, current_run
from tasks.calling_off import cancellation_of
from tasks.orchestration import is_inside_flow_run
from tasks.pools import gpu_pools
from tasks.result import leave_result

_DEFAULT = "default"
# The factories that runs around this one have open, by name.
_open: ContextVar[Mapping[str, Factory]] = ContextVar("media_factory_open_factories")

CALLER_VARIABLE = "MEDIA_FACTORY_CALLER"


@asynccontextmanager
async def running(factory: str, brief: BriefBase | None = None) -> AsyncIterator[Factory]:
    """Open a factory by name for the block, and make the block a run unless it is part of one already.

    What calls of killed processes left is put in order first, as far as this machine knows, and the brief's words are
    judged before anybody is asked for anything. A run inside another one (an item of a batch) uses its factory.

    Args:
        factory: the factory's name.
        brief: what the run is for, where it makes a product.

    Raises:
        ContentBlocked: the brief may not be made.
        InputError: it is to be published, and there is no place for it.
    """
    with nullcontext(current_run()) if current_run() else begin_run(_new_run()) as run:
        assert run is not None
        run.caller = run.caller or os.environ.get(CALLER_VARIABLE)
        async with _factory(factory, planning=run.planning) as opened:
            if brief is None:
                yield opened
                return
            opened.pools = {**opened.pools, **await gpu_pools(opened, brief)}
            run.channel = run.channel or brief.channel
            is_published(brief, opened.publisher)
            await admit(brief, opened, run)
            async with told_of_failure(opened.webhook, run, brief), kept_purchases():
                yield opened
            if run.product is not None and is_inside_flow_run():
                await leave_result(run.product)


@asynccontextmanager
async def _factory(name: str, *, planning: bool) -> AsyncIterator[Factory]:
    """Give the factory that is open under a name, or open it for the block and put it in order."""
    around = _open.get({})
    if name in around:
        yield around[name]
        return
    opened = await _opened(name)
    token = _open.set({**around, name: opened})
    opened.name = name
    try:
        if not planning:
            await reconcile(opened, ask_vendors=False)
        yield opened
    finally:
        _open.reset(token)
        opened.close()


@asynccontextmanager
async def told_of_failure(webhook: Webhook | None, run: Run, brief: BriefBase) -> AsyncIterator[None]:
    """Tell a webhook when the block fails; what it raises goes on."""
    try:
        yield
    except Exception as error:
        if webhook is not None and not run.planning:
            await tell(webhook, failed_event(run.id, brief.id, brief.kind, error))
        raise


def _new_run() -> Run:
    """Return a run; a flow run's retries are the same run, and spend from the same cap."""
    if not is_inside_flow_run():
        return Run()
    from prefect.runtime import flow_run

    name = str(flow_run.id)
    return Run(id=name, called_off=cancellation_of(name))


async def _opened(factory: str) -> Factory:
    if factory == _DEFAULT and not is_inside_flow_run():
        return factory_from_environment()
    from blocks.factory import open_factory

    return await open_factory(factory)


__all__ = ["CALLER_VARIABLE", "running"]
