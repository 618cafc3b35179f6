"""Flow runs on a real server as an operator drives them: submitted, looked at, cancelled, retried, answered."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from deployments.machine.pools import POOL_TYPE
from tests.prefect_server import CHECKOUT, PrefectServer

T = TypeVar("T")
POOL = "control"
_PATIENCE_S = 120.0


@dataclass(frozen=True)
class Operator:
    """Somebody with the server's address: every call is one that Prefect's UI makes too."""

    server: PrefectServer

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """Keep a worker on the pool for the block; it makes the pool, which spares a program's start."""
        command = [sys.executable, "-m", "prefect", "--no-prompt", "worker", "start", "--pool", POOL]
        with self.server.running(*command, "--type", POOL_TYPE) as process:
            self.until(lambda: [one for one in self.call("POST", "/work_pools/filter", {}) if one["name"] == POOL])
            yield process

    def deploy(self, entrypoint: str) -> str:
        """Deploy a flow on the pool, and return the deployment's id."""
        name = entrypoint.rpartition(":")[2].replace("_", "-")
        flow = self.call("POST", "/flows/", {"name": name})
        made = self.call(
            "POST",
            "/deployments/",
            {
                "name": "control",
                "flow_id": flow["id"],
                "entrypoint": entrypoint,
                "work_pool_name": POOL,
                "pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": str(CHECKOUT)}}],
                "enforce_parameter_schema": False,
            },
        )
        return str(made["id"])

    def submit(self, deployment: str, **parameters: Any) -> str:
        """Ask for a run, and return its id."""
        made = self.call("POST", f"/deployments/{deployment}/create_flow_run", {"parameters": parameters})
        return str(made["id"])

    def state(self, run: str) -> Mapping[str, Any]:
        """Return a run's state."""
        found: Mapping[str, Any] = self.call("GET", f"/flow_runs/{run}")["state"]
        return found

    def set_state(self, run: str, kind: str, name: str, *, force: bool = False) -> None:
        """Set a run's state, as the UI's buttons do."""
        answer = self.call(
            "POST", f"/flow_runs/{run}/set_state", {"state": {"type": kind, "name": name}, "force": force}
        )
        assert answer["status"] == "ACCEPT", answer

    def question(self, run: str) -> str:
        """Return what the form of a suspended run says above its fields."""

        def asked() -> str:
            found = self.call("POST", f"/flow_runs/{run}/input/filter", {"prefix": "suspended-", "limit": 10})
            return next((str(one["value"]) for one in found if one["key"].endswith("-description")), "")

        return self.until(asked)

    def resume(self, run: str, **answers: str) -> None:
        """Fill in the form of a suspended run; its schema is there a moment after its state."""

        def accepted() -> bool:
            answer = self.call("POST", f"/flow_runs/{run}/resume", {"run_input": answers})
            return bool(answer["status"] == "ACCEPT")

        self.until(accepted)

    def until_state(self, run: str, *names: str) -> Mapping[str, Any]:
        """Wait for a run to be in one of some states; any other end fails."""

        def reached() -> Mapping[str, Any] | None:
            state = self.state(run)
            final = state["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
            assert state["name"] in names or not final, f"{state['name']}: {state['message']}\n{self.logs(run)}"
            return state if state["name"] in names else None

        return self.until(reached)

    def until(self, condition: Callable[[], T]) -> T:
        """Wait until a condition holds, and return what it said."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            if found := condition():
                return found
            time.sleep(0.1)
        raise AssertionError("it did not come about in time")

    def logs(self, run: str) -> str:
        """Return what a run logged."""
        wanted = {"logs": {"flow_run_id": {"any_": [run]}}, "sort": "TIMESTAMP_ASC", "limit": 200}
        return "\n".join(line["message"] for line in self.call("POST", "/logs/filter", wanted))

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Call the API; a busy server's 503 is no answer."""
        return next(answer for answer in self._answers(method, path, body) if answer is not None)

    def _answers(self, method: str, path: str, body: Mapping[str, Any] | None) -> Iterator[Any]:
        request = urllib.request.Request(
            self.server.api_url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        for _ in range(20):
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    yield json.loads(answer.read() or b"{}")
            except urllib.error.HTTPError as problem:
                if problem.code != 503:
                    raise AssertionError(f"{method} {path}: {problem.code} {problem.read().decode()}") from problem
            time.sleep(0.2)


__all__ = ["POOL", "Operator"]
