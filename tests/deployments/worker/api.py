"""A Prefect server asked over HTTP: deployments made, runs started and looked at."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

ENDS = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
_PATIENCE_S = 90
_TRIES = 5
Found = TypeVar("Found")


@dataclass(frozen=True)
class Api:
    """A server's API."""

    url: str

    def call(self, path: str, body: Any = None) -> Any:
        """Ask for a path, or post to it; SQLite that is busy for a moment is asked again."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers={"Content-Type": "application/json"})
        for attempt in range(_TRIES):
            try:
                with urllib.request.urlopen(request, timeout=30) as reply:
                    return json.loads(reply.read() or b"null")
            except urllib.error.HTTPError as problem:
                if problem.code != 503 or attempt == _TRIES - 1:
                    raise AssertionError(f"{path}: {problem.code} {problem.read()[:2000]!r}") from problem
                time.sleep(0.5)
        raise AssertionError("unreachable")

    def deploy(self, name: str, entrypoint: str, pool: str, directory: str, **more: Any) -> str:
        """Make a deployment that is pulled by going to a directory, and return its id."""
        flow = self.call("/flows/", {"name": entrypoint.rpartition(":")[2]})
        pull = [{"prefect.deployments.steps.set_working_directory": {"directory": directory}}]
        body = {
            "name": name,
            "flow_id": flow["id"],
            "entrypoint": entrypoint,
            "work_pool_name": pool,
            "pull_steps": pull,
        }
        return str(self.call("/deployments/", {**body, **more})["id"])

    def start(self, deployment: str, **parameters: Any) -> str:
        """Start a run of a deployment, and return its id."""
        return str(self.call(f"/deployments/{deployment}/create_flow_run", {"parameters": parameters})["id"])

    def state(self, run: str) -> dict[str, Any]:
        """Return a run's state."""
        return dict(self.call(f"/flow_runs/{run}")["state"])

    def wait(self, run: str, *types: str) -> dict[str, Any]:
        """Return a run's state once it is of one of the types, or has ended."""
        return until(lambda: (state := self.state(run))["type"] in (types or ENDS) and state)

    def states(self, run: str) -> list[dict[str, Any]]:
        """Return the states that a run went through."""
        return list(self.call(f"/flow_run_states/?flow_run_id={run}"))

    def pid(self, run: str) -> int:
        """Return the process of a run, once the worker has told."""
        return int(until(lambda: self.call(f"/flow_runs/{run}")["infrastructure_pid"]))

    def task_runs(self, run: str) -> list[dict[str, Any]]:
        """Return a run's task runs."""
        return list(self.call("/task_runs/filter", {"flow_runs": {"id": {"any_": [run]}}}))

    def logs(self, run: str) -> list[str]:
        """Return the lines that a run has logged."""
        wanted = {"logs": {"flow_run_id": {"any_": [run]}}, "sort": "TIMESTAMP_ASC"}
        return [line["message"] for line in self.call("/logs/filter", wanted)]


def until(condition: Callable[[], Found | bool | None], patience_s: float = _PATIENCE_S) -> Found:
    """Return what a condition finds, as soon as it finds something."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if found := condition():
            return found  # type: ignore[return-value]
        time.sleep(0.1)
    raise AssertionError(f"it did not come about within {patience_s:.0f} s")


def moment(text: str) -> float:
    """Return a time of the API's as seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


def first(moments: Sequence[str]) -> float:
    """Return the earliest of times of the API's, as seconds since 1970."""
    return min(map(moment, moments))
