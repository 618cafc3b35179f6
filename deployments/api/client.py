"""The client: what a back end, a script or the command line asks of a Prefect server that has our deployments."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import SecretStr, ValidationError

from deployments.api.asking import AskedBrief, brief_of, key_of, next_key, parameters_of
from deployments.api.errors import RunFailed, RunUnfinished
from deployments.api.model import RunStatus, Submitted
from deployments.api.server import Server
from media_factory.batches.result import BatchResult
from media_factory.delivery.manifest import Manifest
from media_factory.errors import BriefError, InputError
from media_factory.model import Model
from tasks.result import RESULT_TYPE

LeftT = TypeVar("LeftT", bound=Model)

_LABEL = "media-factory.submission"
_ATTEMPTS = 100
_RETRIED = ("FAILED", "CRASHED", "CANCELLED")
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 2.0


class Client:
    """Asks a Prefect server for products, follows their runs, and fetches what came of them.

    It is a context manager, and async throughout; a program without an event loop wraps its work in one function and
    hands that to `asyncio.run`.

    Example:
        Ask for a picture and wait for it::

            async with Client() as client:
                asked = await client.submit({"kind": "image", "prompt": "a port at dawn"})
                manifest = await client.result(asked.run_id, timeout_s=600)

    All methods raise InputError for what the server refuses (an unknown run, a missing auth string) and
    ServerUnreachable once retries are spent.

    Args:
        api_url: such as `http://127.0.0.1:4200/api`; PREFECT_API_URL (or the Prefect profile's) if None.
        auth: `user:password` of a server with an auth string; PREFECT_API_AUTH_STRING if None.

    Raises:
        InputError: no server is named.
    """

    def __init__(self, api_url: str | None = None, auth: str | SecretStr | None = None) -> None:
        self._server = Server(api_url, auth)

    async def __aenter__(self) -> Client:
        """Open the connection; nothing is asked yet."""
        await self._server.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection; runs go on."""
        await self._server.__aexit__(kind, error, trace)

    async def submit(
        self,
        brief: AskedBrief | Mapping[str, Any],
        *,
        deployment: str | None = None,
        factory: str = "default",
        idempotency_key: str | None = None,
    ) -> Submitted:
        """Ask for a product, once: with the same key it is the same run, whoever asks again and how often.

        Without a key of the caller's, a brief is one run per deployment, factory and UTC day, and a new one only after
        a run that failed, crashed or was cancelled; a batch is a new run each time. With one, it is that run whatever
        became of it.

        Args:
            brief: a brief, or its fields; paths in it are the worker's.
            deployment: flow/deployment, such as `story/cpu`; by the brief's kind, on the pool `cpu`, if None.
            factory: name of the saved factory to make it in.
            idempotency_key: names the request for ever.

        Raises:
            BriefError: it is no brief; `problems` names every field that is wrong.
            InputError: there is no such deployment, or it refuses the parameters.
        """
        asked = brief_of(brief)
        name = deployment or f"{asked.kind}/cpu"
        parameters = parameters_of(asked, factory)
        if idempotency_key is not None:
            return self._submitted(*await self._create(name, parameters, idempotency_key))
        first = key = key_of(asked, name, factory, datetime.now(UTC).date())
        for attempt in range(2, _ATTEMPTS):
            run, created = await self._create(name, parameters, key)
            if created or run["state_type"] not in _RETRIED:
                return self._submitted(run, created)
            key = next_key(first, attempt)
        raise InputError(f"{asked.id}: {_ATTEMPTS} runs of it failed today; give an idempotency key to try again")

    async def submit_all(
        self, briefs: Iterable[AskedBrief | Mapping[str, Any]], *, factory: str = "default"
    ) -> tuple[Submitted, ...]:
        """Ask for several products, each its own run, as `submit` does; nothing is asked if one of them is no brief.

        For hundreds and more, `submit_batch` is cheaper: a run costs the server seconds.

        Raises:
            BriefError: some are no briefs; `problems` names them by place (from 0) and field.
        """
        asked, problems = list[AskedBrief](), list[str]()
        for place, brief in enumerate(briefs):
            try:
                asked.append(brief_of(brief))
            except BriefError as error:
                problems += [f"briefs[{place}].{problem}" for problem in error.problems]
        if problems:
            raise BriefError(tuple(problems))
        return tuple([await self.submit(brief, factory=factory) for brief in asked])

    async def submit_batch(
        self,
        manifest: str,
        *,
        deployment: str = "batch/cpu",
        factory: str = "default",
        idempotency_key: str | None = None,
        **settings: Any,
    ) -> Submitted:
        """Ask for everything that a manifest lists, in one run.

        Args:
            manifest: where it lies: a path or URL that the worker can open.
            deployment: flow/deployment.
            factory: name of the saved factory to make it in.
            idempotency_key: as `submit` takes it.
            settings: further fields of a batch brief, such as `strict` or `budget_usd`.

        Raises:
            BriefError: a field can't be used.
            InputError: there is no such deployment.
        """
        brief = {"kind": "batch", "manifest": manifest, **settings}
        return await self.submit(brief, deployment=deployment, factory=factory, idempotency_key=idempotency_key)

    async def status(self, run_id: str) -> RunStatus:
        """Return how a run stands."""
        run = await self._run(run_id)
        artifacts = await self._artifacts(run_id, "progress") if run["state_type"] == "RUNNING" else []
        return _status(run, artifacts[0]["data"] if artifacts else None)

    async def runs(self, limit: int = 20) -> tuple[RunStatus, ...]:
        """Return the runs that came last, the latest first; without their progress, and without what is yet to come."""
        # Schedules make their runs days ahead. Clocks may differ by a minute.
        due = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
        due_by_now = {"expected_start_time": {"before_": due}}
        body = {"sort": "EXPECTED_START_TIME_DESC", "limit": limit, "flow_runs": due_by_now}
        return tuple(_status(run) for run in await self._server.ask("POST", "/flow_runs/filter", body))

    async def wait(self, run_id: str, timeout_s: float | None = None) -> RunStatus:
        """Return how a run stands once it has ended.

        Raises:
            RunUnfinished: it has not within `timeout_s` seconds (None: wait for ever).
        """
        wait_s = _FIRST_WAIT_S
        try:
            async with asyncio.timeout(timeout_s):
                while not (status := _status(await self._run(run_id))).final:
                    await asyncio.sleep(wait_s)
                    wait_s = min(_LONGEST_WAIT_S, wait_s * 1.5)
        except TimeoutError:
            raise RunUnfinished(f"run {run_id} has not ended within {timeout_s:g} s; ask again") from None
        return status

    async def result(self, run_id: str, timeout_s: float | None = None) -> Manifest:
        """Return what a run delivered, once it has ended; it comes from the server, wherever the worker is.

        Raises:
            RunUnfinished: it has not ended within `timeout_s` seconds (None: wait for ever).
            RunFailed: it ended without a product; the message is the run's own.
        """
        status = await self.wait(run_id, timeout_s)
        if status.state != "completed":
            raise RunFailed(f"run {run_id} ({status.name}) ended as {status.state_name}: {status.message}")
        return await self._left(status, Manifest)

    async def batch_result(self, run_id: str, timeout_s: float | None = None) -> BatchResult:
        """Return what came of a batch, once its run has ended: also one that lacks rows and ended as failed.

        Raises:
            RunUnfinished: it has not ended within `timeout_s` seconds (None: wait for ever).
            RunFailed: it ended before its rows did; the message is the run's own.
        """
        return await self._left(await self.wait(run_id, timeout_s), BatchResult)

    async def _left(self, status: RunStatus, kind: type[LeftT]) -> LeftT:
        found = await self._artifacts(status.run_id, RESULT_TYPE)
        if not found:
            why = status.message or "its flow makes no product"
            raise RunFailed(f"run {status.run_id} ({status.name}, {status.state_name}) left no result: {why}")
        try:
            return kind.model_validate(found[0]["data"])
        except ValidationError:
            raise RunFailed(
                f"run {status.run_id} ({status.name}) left what is no {kind.__name__} of this version of Media Factory"
            ) from None

    async def cancel(self, run_id: str) -> RunStatus:
        """Ask for a run to be stopped, and return how it stands: one that has ended stays as it is.

        It is `cancelling` until its process has ended, and `cancelled` at once if no worker had taken it.
        """
        if not (before := _status(await self._run(run_id))).final:
            body = {"state": {"type": "CANCELLING", "name": "Cancelling"}}
            await self._server.ask("POST", f"/flow_runs/{before.run_id}/set_state", body)
        return await self.status(run_id)

    async def _create(self, name: str, parameters: Mapping[str, Any], key: str) -> tuple[dict[str, Any], bool]:
        """Return the run of a key, and whether this very call made it, however often it was sent."""
        flow, _, deployment = name.partition("/")
        path = f"/deployments/name/{quote(flow, safe='')}/{quote(deployment, safe='')}"
        missing = f"deployment: the server has no {name!r}; `prefect deployment ls` names those that it has"
        found = await self._server.ask("GET", path, missing=missing)
        mine = uuid.uuid4().hex
        body = {"parameters": parameters, "idempotency_key": key, "labels": {_LABEL: mine}}
        run = await self._server.ask("POST", f"/deployments/{found['id']}/create_flow_run", body)
        return run, run["labels"].get(_LABEL) == mine

    def _submitted(self, run: Mapping[str, Any], created: bool) -> Submitted:
        return Submitted(run_id=run["id"], ui_url=self._server.page_of(run["id"]), created=created)

    async def _run(self, run_id: str) -> dict[str, Any]:
        try:
            known = uuid.UUID(run_id)
        except ValueError:
            raise InputError(f"run {run_id[:80]!r} is no run id; give one such as {uuid.UUID(int=0)}") from None
        run: dict[str, Any] = await self._server.ask(
            "GET", f"/flow_runs/{known}", missing=f"run {run_id}: the server has none of this id"
        )
        return run

    async def _artifacts(self, run_id: str, kind: str) -> list[dict[str, Any]]:
        """Return a run's artifacts of a kind, the latest first."""
        wanted = {"flow_run_id": {"any_": [run_id]}, "type": {"any_": [kind]}}
        body = {"artifacts": wanted, "sort": "CREATED_DESC", "limit": 1}
        found: list[dict[str, Any]] = await self._server.ask("POST", "/artifacts/filter", body)
        return found


def _status(run: Mapping[str, Any], progress: float | None = None) -> RunStatus:
    state = run.get("state") or {}
    return RunStatus(
        run_id=run["id"],
        name=run["name"],
        state=str(run["state_type"] or "scheduled").lower(),
        state_name=run["state_name"] or "",
        message=state.get("message") or "",
        started=run["start_time"],
        ended=run["end_time"],
        progress=progress,
    )


__all__ = ["Client"]
