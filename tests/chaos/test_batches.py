"""A batch under kill -9, of its flow, its worker and its server in turn: run again as an operator would, it is done."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from media_factory.books.books import Books
from media_factory.testing.simulator import Simulator
from tests.chaos.killing import Chaos
from tests.prefect_server import CHECKOUT, PrefectServer, prefect_server, spawned

SEED, LATENCY_S = 20261120, 0.6
# A night's worth, for who has the time: 100 rows and 5 kills.
ROWS = int(os.environ.get("MEDIA_FACTORY_TEST_ROWS", "16"))
KILLS = int(os.environ.get("MEDIA_FACTORY_TEST_KILLS", "3"))
VICTIMS = tuple(islice(cycle(("flow", "worker", "server")), KILLS))
MODEL = "compatible:gpt-image-2.5-flare"
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
_PATIENCE_S = 240

pytestmark = [pytest.mark.long, pytest.mark.slow, pytest.mark.server, pytest.mark.timeout(900)]


def write_manifest(folder: Path) -> Path:
    path = folder / "rows.jsonl"
    rows = (
        {"kind": "image", "title": f"Picture {number}", "prompt": f"port number {number}", "provenance": "none",
         "width_px": 816, "height_px": 816, "providers": {"image": MODEL, "prompt": "template"}}
        for number in range(ROWS)
    )  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def settings(simulator: Simulator, home: Path) -> dict[str, str]:
    """Write a home's policy, and return the variables that lead programs to it and to the simulator."""
    home.mkdir(parents=True)
    endpoint = {
        "name": "compatible",
        "base_url": f"{simulator.base_url('openai')}/v1",
        "key_variable": "COMPATIBLE_KEY",
        "honours_idempotency_key": True,
        "image_models": [MODEL.partition(":")[2]],
    }
    policy = {"caps": {"run_usd": None, "day_usd": None, "unknown_price": "allow"}, "endpoints": [endpoint]}
    (home / "policy.yaml").write_text(yaml.safe_dump(policy))
    return {"MEDIA_FACTORY_HOME": str(home), "COMPATIBLE_KEY": "test-compatible-key", "MEDIA_FACTORY_WORKERS": "2"}


class Shop:
    """A server and a worker that can be killed and started again, and the batch that they are to make."""

    def __init__(self, server: PrefectServer, parts: ExitStack, manifest: Path) -> None:
        self.server, self.parts, self.manifest = server, parts, manifest
        self.server_process = server.process
        self.worker_process = self.start_worker()

    def start_worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "prefect", "--no-prompt", "worker", "start", "--pool", "cpu"]
        return self.parts.enter_context(self.server.running(*command))

    def start_server(self) -> subprocess.Popen[bytes]:
        port = self.server.url.rpartition(":")[2]
        command = [sys.executable, "-m", "prefect", "--no-prompt", "server", "start", "--host", "127.0.0.1"]
        started = self.parts.enter_context(
            spawned([*command, "--port", port], self.server.folder, self.server.environment)
        )
        until(lambda: self.answers("GET", "/health") is not None)
        return started

    def answers(self, method: str, path: str, body: object = None) -> Any:
        """Return what the API says; None if it does not answer."""
        request = urllib.request.Request(
            f"{self.server.api_url}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return json.loads(reply.read())
        except OSError:
            return None

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Return what the API says, asking until it does."""
        found: list[Any] = []

        def asked() -> bool:
            found[:] = [self.answers(method, path, body)]
            return found[0] is not None

        until(asked)
        return found[0]

    def submit(self) -> str:
        deployment = self.ask("GET", "/deployments/name/batch/cpu")
        brief = {"kind": "batch", "manifest": str(self.manifest), "at_once": 3}
        made = self.ask("POST", f"/deployments/{deployment['id']}/create_flow_run", {"parameters": {"brief": brief}})
        return str(made["id"])

    def state(self, run: str) -> str:
        return cast(str, self.ask("GET", f"/flow_runs/{run}")["state"]["type"])

    def kill(self, victim: str, run: str) -> None:
        """End a part as a power cut would, and start again what an operator would."""
        if victim == "flow":
            for pid in processes(f"PREFECT__FLOW_RUN_ID={run}"):
                os.kill(pid, signal.SIGKILL)
            until(lambda: self.state(run) in ENDED)
        elif victim == "worker":
            self.worker_process.kill()
            self.worker_process.wait()
            self.worker_process = self.start_worker()
        else:
            for pid in group(self.server_process.pid):
                os.kill(pid, signal.SIGKILL)
            self.server_process.wait()
            self.server_process = self.start_server()


def processes(variable: str) -> list[int]:
    """Return the processes that have a variable in their environment, as `NAME=value`."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if variable.encode() in environment.read_bytes().split(b"\0"):
                found.append(int(environment.parent.name))
        except OSError:
            continue  # it ended, or is not ours to look at
    return found


def group(leader: int) -> list[int]:
    """Return the processes of a group."""
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if _group_of(path) == leader]


def _group_of(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[2])
    except OSError:
        return -1


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.1)


def billed(simulator: Simulator) -> int:
    return len(simulator.billing.charges)


@contextmanager
def shop(folder: Path, manifest: Path, environment: dict[str, str]) -> Iterator[Shop]:
    deployment = {
        "pull": [{"prefect.deployments.steps.set_working_directory": {"directory": str(CHECKOUT)}}],
        "deployments": [
            {"name": "cpu", "entrypoint": "flows/batch.py:produce_batch", "work_pool": {"name": "cpu"}},
        ],
    }
    with prefect_server(folder, **environment) as server, ExitStack() as parts:
        (folder / "prefect.yaml").write_text(yaml.safe_dump(deployment))
        server.prefect("work-pool", "create", "cpu", "--type", "process")
        server.prefect("deploy", "--prefect-file", str(folder / "prefect.yaml"), "--all")
        yield Shop(server, parts, manifest)


def test_a_batch_that_is_killed_again_and_again_is_made_and_paid_once(tmp_path: Path) -> None:
    manifest, chance = write_manifest(tmp_path), random.Random(SEED)
    with Simulator(honours_keys=True, latency_s=LATENCY_S) as simulator:
        wild = tmp_path / "wild"
        environment = settings(simulator, wild)
        with shop(tmp_path / "prefect", manifest, environment) as place:
            for victim in VICTIMS:
                run, enough = place.submit(), min(ROWS, billed(simulator) + chance.randint(2, 6))
                until(lambda enough=enough: billed(simulator) >= enough)  # type: ignore[misc]
                place.kill(victim, run)
            last = place.submit()
            until(lambda: place.state(last) in ENDED)
            assert place.state(last) == "COMPLETED"
            until(lambda: not [pid for pid in processes(f"MEDIA_FACTORY_HOME={wild}") if is_a_flow(pid)])
        assert processes(f"MEDIA_FACTORY_HOME={wild}") == []
        assert billed(simulator) == ROWS
    assert Chaos(Books(f"sqlite:///{wild / 'books.db'}")).listed() == []
    assert outputs(wild) == calm(tmp_path, manifest)


def is_a_flow(pid: int) -> bool:
    try:
        return b"PREFECT__FLOW_RUN_ID=" in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False


def outputs(home: Path) -> str:
    return Chaos(Books(f"sqlite:///{home / 'books.db'}")).outputs()


def calm(tmp_path: Path, manifest: Path) -> str:
    """Return what an undisturbed run makes."""
    with Simulator(honours_keys=True) as simulator:
        environment = os.environ | settings(simulator, tmp_path / "calm")
        command = [sys.executable, "-c", "from deployments.cli import main; main()", "batch", str(manifest), "--direct"]
        subprocess.run(command, cwd=CHECKOUT, env=environment, check=True, capture_output=True)
        assert billed(simulator) == ROWS
    return outputs(tmp_path / "calm")
