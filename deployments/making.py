"""From a brief to its product or its plan: with a Prefect API or without."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from pydantic import Field

from flows.kinds import flow_of
from media_factory.briefs.model import Brief
from media_factory.calls.selection import Choice
from media_factory.delivery.manifest import Manifest, StageRow
from media_factory.errors import MediaFactoryError
from media_factory.factory import factory_from_environment
from media_factory.model import Model
from media_factory.pools import Place
from media_factory.runs import Event, Run, State, begin_run

if TYPE_CHECKING:
    from prefect import Flow

Listen = Callable[[Event, str, State | None], None]


class StagePlace(Place):
    """Where a stage would run that wants a GPU."""

    stage: str
    provider: str = Field(description="provider:model")


class Plan(Model):
    """What making a brief would do: its stages, who would be asked and why, where, and the estimated cost."""

    kind: str
    id: str
    title: str
    providers: dict[str, Choice] = Field(description="by modality")
    stages: tuple[StageRow, ...]
    places: tuple[StagePlace, ...] = Field(
        default=(),
        description="where a run on a Prefect server makes what goes to a GPU pool, or could; the rest is here",
    )
    cost_usd: Decimal | None


async def make_brief(
    brief: Brief, out: Path | None, *, direct: bool, listen: Listen | None = None
) -> tuple[Manifest, Path]:
    """Make what a brief asks for, and return its manifest and the folder that it lies in."""
    folder = (out or _default_folder(brief)).absolute()
    flow = flow_of(brief)
    run = Run(called_off=_called_off())
    if listen:
        run.listen = listen
    with begin_run(run):
        if direct:
            return await flow.fn(brief, out=folder), folder
        return cast(Manifest, await with_prefect(flow, brief, folder)), folder


async def plan_brief(brief: Brief) -> Plan:
    """Return what making a brief would do; nothing is made and nothing is spent."""
    run = Run(planning=True)
    with begin_run(run):
        manifest = await flow_of(brief).fn(brief)
    return Plan(
        kind=brief.kind,
        id=manifest.id,
        title=manifest.title,
        providers=manifest.providers,
        stages=manifest.stages,
        places=tuple(
            StagePlace(stage=stage, provider=provider, **place.model_dump())
            for (stage, provider), place in sorted(run.places.items())
        ),
        cost_usd=manifest.cost_usd,
    )


async def with_prefect(flow: Flow[..., Any], brief: Model, folder: Path | None) -> Any:
    """Run a flow on the Prefect server that is configured, or on a private one, and return what it returns.

    Raises:
        MediaFactoryError: the server does not answer, or as the flow raised it.
    """
    from prefect.settings import get_current_settings

    url = get_current_settings().api.url
    if not url:
        click.echo("no Prefect server is configured: starting a private one (--direct does without)", err=True)
    try:
        return await cast(Any, flow)(brief, out=folder)
    except MediaFactoryError:
        raise
    except Exception as problem:
        if _is_unreachable(problem):
            raise MediaFactoryError(
                f"the Prefect server at {url} does not answer; start it, unset PREFECT_API_URL, or use --direct"
            ) from problem
        raise


def _called_off() -> Callable[[], Awaitable[bool]]:
    """Return a function that says whether Ctrl-C stopped us: it cancels the task that everything else runs below."""
    main = asyncio.current_task()

    async def called_off() -> bool:
        return main is not None and main.cancelling() > 0

    return called_off


def _is_unreachable(problem: BaseException | None) -> bool:
    while problem is not None:
        if "ConnectError" in type(problem).__name__ or isinstance(problem, ConnectionError):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def _default_folder(brief: Brief) -> Path:
    factory = factory_from_environment()
    try:
        return factory.deliveries / brief.id
    finally:
        factory.close()


__all__ = ["Listen", "Plan", "flow_of", "make_brief", "plan_brief", "with_prefect"]
