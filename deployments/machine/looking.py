"""How the machine is: its parts, and what its Prefect server says of pools, deployments and runs."""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field

from deployments.machine.environment import CLIENT_AUTH, auth_from
from deployments.machine.registering import workers_online
from deployments.machine.state import RunningPart, read_state, state_path
from media_factory.errors import MediaFactoryError
from media_factory.model import Model

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.responses import DeploymentResponse

_ANSWERS_WITHIN_S = 10.0
_HOUR = timedelta(hours=1)
_PAGE = 100


class PartRow(Model):
    """A part that `up` of this home started."""

    name: str
    pid: int
    since: datetime
    url: str | None
    restarts: int
    healthy: bool


class PoolRow(Model):
    """A work pool."""

    name: str
    type: str
    paused: bool
    limit: int | None = Field(description="runs at once; none means as many as come")
    workers_online: int
    queued: int = Field(description="runs that are due and have not started")
    running: int


class DeploymentRow(Model):
    """A deployment."""

    name: str = Field(description="flow/deployment")
    pool: str | None
    paused: bool
    next_run: datetime | None = Field(description="when its schedules start it next; none if they are paused or absent")


class Status(Model):
    """How everything is."""

    api_url: str | None
    problems: tuple[str, ...] = Field(default=(), description="what is wrong and what to do; healthy if there is none")
    parts: tuple[PartRow, ...] = ()
    pools: tuple[PoolRow, ...] = ()
    deployments: tuple[DeploymentRow, ...] = ()
    runs_last_hour: dict[str, int] = Field(default={}, description="by the name of their state")


def look() -> Status:
    """Return how the machine is: the parts of this home's `up`, and its server or PREFECT_API_URL's."""
    state = read_state(state_path())
    # Prefect takes its settings when it is loaded.
    if state and state.runs and not os.environ.get("PREFECT_API_URL"):
        os.environ["PREFECT_API_URL"] = state.api_url
        # Whoever has the server's own setting at hand is let in with it.
        if asks := auth_from(os.environ)[0]:
            os.environ[CLIENT_AUTH] = asks
    parts = tuple(_part_row(part) for part in state.parts if part.name != "registration") if state else ()
    problems = [] if state is None or state.runs else ["`up` was killed; start it again, which also ends what it left"]
    problems += [f"the {part.name} doesn't answer; see its log" for part in parts if not part.healthy]
    api_url = _api_url()
    if api_url is None:
        problems.append("no Prefect server: `media-factory up` starts one, or set PREFECT_API_URL")
        return Status(api_url=None, parts=parts, problems=tuple(problems))
    try:
        pools, deployments, runs = _seen_by_server()
    except MediaFactoryError as problem:
        return Status(api_url=api_url, parts=parts, problems=(*problems, f"{api_url}: {problem}"))
    problems += [
        f"the pool {pool.name} has no worker, so {pool.queued} runs wait"
        for pool in pools
        if not pool.workers_online and not pool.paused
    ]
    return Status(
        api_url=api_url,
        problems=tuple(problems),
        parts=parts,
        pools=pools,
        deployments=deployments,
        runs_last_hour=runs,
    )


def _part_row(part: RunningPart) -> PartRow:
    healthy = part.runs and (part.url is None or answers(health_url(part.url, part.name)))
    return PartRow(
        name=part.name,
        pid=part.pid,
        since=datetime.fromtimestamp(part.since, UTC),
        url=part.url,
        restarts=part.restarts,
        healthy=healthy,
    )


def health_url(url: str, name: str) -> str:
    """Return where a part says that it is well."""
    return f"{url}/api/health" if name == "Prefect server" else f"{url}/health"


def answers(url: str) -> bool:
    """Return whether a server answers soon that all is well."""
    try:
        with urllib.request.urlopen(url, timeout=_ANSWERS_WITHIN_S) as reply:  # noqa: S310 - http(s) of our own
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _api_url() -> str | None:
    from prefect.settings import get_current_settings

    return get_current_settings().api.url


def _seen_by_server() -> tuple[tuple[PoolRow, ...], tuple[DeploymentRow, ...], dict[str, int]]:
    import httpx
    from prefect.client.orchestration import get_client

    try:
        with get_client(sync_client=True, httpx_settings={"timeout": 10}) as client:
            pools = tuple(_pool_row(client, pool) for pool in client.read_work_pools(limit=_PAGE))
            rows = tuple(_deployment_rows(client, client.read_deployments(limit=_PAGE)))
            return pools, rows, _runs_of_last_hour(client)
    except httpx.HTTPStatusError as problem:
        if problem.response.status_code == 401:
            raise MediaFactoryError(
                "refuses us; set PREFECT_API_AUTH_STRING to what the server's PREFECT_SERVER_API_AUTH_STRING is"
            ) from None
        raise MediaFactoryError(f"answers {problem.response.status_code}; see the server's log") from problem
    except (httpx.HTTPError, RuntimeError) as problem:
        raise MediaFactoryError(f"can't be reached ({type(problem).__name__}); is it running?") from problem


def _pool_row(client: SyncPrefectClient, pool: Any) -> PoolRow:
    now = datetime.now(UTC).isoformat()
    due = {"state": {"type": {"any_": ["SCHEDULED"]}}, "expected_start_time": {"before_": now}}
    running = {"state": {"type": {"any_": ["PENDING", "RUNNING", "CANCELLING"]}}}
    return PoolRow(
        name=pool.name,
        type=pool.type,
        paused=pool.is_paused,
        limit=pool.concurrency_limit,
        workers_online=workers_online(client, pool.name),
        queued=_count(client, pool.name, due),
        running=_count(client, pool.name, running),
    )


def _count(client: SyncPrefectClient, pool: str, runs: dict[str, Any]) -> int:
    asked = {"flow_runs": runs, "work_pools": {"name": {"any_": [pool]}}}
    return int(client.request("POST", "/flow_runs/count", json=asked).json())


def _deployment_rows(client: SyncPrefectClient, deployments: list[DeploymentResponse]) -> Iterable[DeploymentRow]:
    flows = {flow.id: flow.name for flow in client.read_flows(limit=_PAGE)}
    for row in deployments:
        scheduled = not row.paused and any(schedule.active for schedule in row.schedules)
        yield DeploymentRow(
            name=f"{flows.get(row.flow_id, '?')}/{row.name}",
            pool=row.work_pool_name,
            paused=row.paused,
            next_run=_next_run(client, row) if scheduled else None,
        )


def _next_run(client: SyncPrefectClient, deployment: DeploymentResponse) -> datetime | None:
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId, FlowRunFilter
    from prefect.client.schemas.sorting import FlowRunSort

    found = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
        flow_run_filter=FlowRunFilter.model_validate({"state": {"type": {"any_": ["SCHEDULED"]}}}),
        sort=FlowRunSort.NEXT_SCHEDULED_START_TIME_ASC,
        limit=1,
    )
    return found[0].next_scheduled_start_time if found else None


def _runs_of_last_hour(client: SyncPrefectClient) -> dict[str, int]:
    until = datetime.fromtimestamp(time.time(), UTC)
    asked = {
        "history_start": (until - _HOUR).isoformat(),
        "history_end": until.isoformat(),
        "history_interval_seconds": _HOUR.total_seconds(),
    }
    spans = client.request("POST", "/flow_runs/history", json=asked).json()
    counts: dict[str, int] = {}
    for state in (state for span in spans for state in span["states"]):
        counts[state["state_name"]] = counts.get(state["state_name"], 0) + state["count_runs"]
    return dict(sorted(counts.items()))


__all__ = ["DeploymentRow", "PartRow", "PoolRow", "Status", "answers", "health_url", "look"]
