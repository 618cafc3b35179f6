"""Flow runs on a real server and a real worker of our type."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.deployments.worker.api import Api, until
from tests.prefect_server import CHECKOUT, PrefectServer, prefect_server

pytestmark = pytest.mark.server
KIND = "media-factory"
FLOWS = "tests/deployments/worker/trial_flows.py"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    with prefect_server(tmp_path_factory.mktemp("worker")) as running:
        yield running


@pytest.fixture(scope="module")
def api(server: PrefectServer) -> Api:
    return Api(server.api_url)


@contextmanager
def working(server: PrefectServer, pool: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Keep a worker running for the block, from when it is warm; it makes its pool by itself."""
    before = ready_nurseries(server)
    command = [sys.executable, "-m", "prefect", "--no-prompt", "worker", "start", "--pool", pool, "--type", KIND]
    with server.running(*command, **environment) as process:
        api = Api(server.api_url)
        until(lambda: any(one["name"] == pool for one in api.call("/work_pools/filter", {})))
        until(lambda: ready_nurseries(server) > before)
        yield process


def ready_nurseries(server: PrefectServer) -> int:
    """Return how often a worker has said that its warm process is ready."""
    return sum(
        log.read_text(errors="replace").count("The warm process is ready") for log in server.folder.glob("*.log")
    )


@pytest.fixture(scope="module")
def worker(server: PrefectServer) -> Iterator[int]:
    # It looks by itself so seldom that a run that starts sooner was told of by an event.
    with working(server, "warm", PREFECT_WORKER_QUERY_SECONDS="60") as process:
        yield process.pid


@pytest.fixture
def deploy(api: Api, request: pytest.FixtureRequest) -> Any:
    def make(flow: str, pool: str = "warm", directory: Path = CHECKOUT, **more: Any) -> str:
        return api.deploy(request.node.name, f"{FLOWS}:{flow}", pool, str(directory), **more)

    return make


def told(folder: Path, name: str) -> dict[str, Any]:
    return dict(json.loads((folder / f"{name}.json").read_text()))


def pids_of(folder: Path, name: str) -> list[int]:
    file = folder / f"{name}.pids"
    return until(lambda: [int(one) for one in file.read_text().split()] if file.exists() else [])


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def started_with(mark: str) -> list[int]:
    """Return the living processes that were started with a variable of a certain value."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"TRIAL_WORKER={mark}".encode() in (entry / "environ").read_bytes().split(
                b"\0"
            ):
                found.append(int(entry.name))
        except OSError:
            continue
    return [pid for pid in found if alive(pid)]


def nursery_of(worker: int) -> int | None:
    for child in Path(f"/proc/{worker}/task/{worker}/children").read_text().split():
        if b"deployments.worker.nursery" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    return None


def test_a_run_completes_in_a_child_of_the_warm_process_and_its_logs_reach_the_api(
    api: Api, worker: int, deploy: Any, tmp_path: Path, server: PrefectServer
) -> None:
    run = api.start(deploy("tell"), folder=str(tmp_path), name="one")
    assert api.wait(run)["type"] == "COMPLETED"
    found = told(tmp_path, "one")
    assert found["warm"]
    assert found["pid"] == found["session"] == api.pid(run)
    assert found["folder"] == str(CHECKOUT)
    assert found["main"] == "prefect.engine"
    assert found["product"] == 400**3
    until(lambda: "the trial flow was here" in api.logs(run))
    printed = "".join(log.read_text(errors="replace") for log in server.folder.glob("*.log"))
    assert "printed by the trial flow" in printed


def test_a_flow_that_raises_is_failed_and_says_why(api: Api, worker: int, deploy: Any) -> None:
    state = api.wait(api.start(deploy("fail"), message="the harbour is closed"))
    assert state["type"] == "FAILED"
    assert "the harbour is closed" in state["message"]


def test_a_killed_run_is_crashed_even_if_a_program_of_its_own_lives_on(
    api: Api, worker: int, deploy: Any, tmp_path: Path
) -> None:
    run = api.start(deploy("linger"), folder=str(tmp_path), name="victim", seconds=120)
    flow_pid, program_pid = pids_of(tmp_path, "victim")
    os.kill(flow_pid, signal.SIGKILL)
    try:
        state = api.wait(run)
        assert state["type"] == "CRASHED"
        assert "-9" in state["message"]
    finally:
        os.kill(program_pid, signal.SIGKILL)


def test_a_cancelled_run_is_cancelled_and_the_program_that_it_started_is_dead(
    api: Api, worker: int, deploy: Any, tmp_path: Path
) -> None:
    run = api.start(deploy("linger"), folder=str(tmp_path), name="cancelled", seconds=120)
    pids = pids_of(tmp_path, "cancelled")
    api.call(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
    assert api.wait(run)["type"] == "CANCELLED"
    until(lambda: not any(map(alive, pids)))


def test_two_runs_at_once_share_neither_environment_nor_chance(
    api: Api, worker: int, deploy: Any, tmp_path: Path
) -> None:
    deployment = deploy("tell")
    runs = []
    for name, other in (("left", "right"), ("right", "left")):
        body = {
            "parameters": {"folder": str(tmp_path), "name": name, "together_with": other},
            "job_variables": {"env": {"MEDIA_FACTORY_TRIAL_MARK": name}},
        }
        runs.append(api.call(f"/deployments/{deployment}/create_flow_run", body)["id"])
    assert [api.wait(run)["type"] for run in runs] == ["COMPLETED", "COMPLETED"]
    left, right = told(tmp_path, "left"), told(tmp_path, "right")
    assert left["warm"] and right["warm"]
    assert (left["mark"], right["mark"]) == ("left", "right")
    assert all(left[name] != right[name] for name in ("pid", "session", "random", "numpy"))


def test_a_run_with_code_or_variables_of_its_own_starts_in_a_fresh_process(
    api: Api, worker: int, deploy: Any, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "media_factory").mkdir(parents=True)
    (elsewhere / "media_factory" / "__init__.py").touch()
    (elsewhere / FLOWS).parent.mkdir(parents=True)
    (elsewhere / FLOWS).write_text((CHECKOUT / FLOWS).read_text())
    deployment = deploy("tell", directory=elsewhere)
    moved = api.start(deployment, folder=str(tmp_path), name="moved")
    body = {
        "parameters": {"folder": str(tmp_path), "name": "stranger"},
        "job_variables": {"env": {"TRIAL_STRANGER": "here"}},
    }
    strange = api.call(f"/deployments/{deployment}/create_flow_run", body)["id"]
    assert [api.wait(run)["type"] for run in (moved, strange)] == ["COMPLETED", "COMPLETED"]
    assert told(tmp_path, "moved")["folder"] == str(elsewhere)
    assert not told(tmp_path, "moved")["warm"]
    assert told(tmp_path, "stranger")["stranger"] == "here"
    assert not told(tmp_path, "stranger")["warm"]


def test_a_run_outlives_a_killed_nursery_and_the_next_run_has_a_new_one(
    api: Api, worker: int, deploy: Any, tmp_path: Path, server: PrefectServer
) -> None:
    before = ready_nurseries(server)
    run = api.start(deploy("linger"), folder=str(tmp_path), name="orphan", seconds=3)
    pids_of(tmp_path, "orphan")
    nursery = until(lambda: nursery_of(worker))
    os.kill(nursery, signal.SIGKILL)
    assert api.wait(run)["type"] == "COMPLETED"
    deployment = deploy("tell")
    # On a busy machine the next run may not want to wait for the new one, and the one after it finds it.
    assert api.wait(api.start(deployment, folder=str(tmp_path), name="next"))["type"] == "COMPLETED"
    until(lambda: ready_nurseries(server) > before)
    assert api.wait(api.start(deployment, folder=str(tmp_path), name="again"))["type"] == "COMPLETED"
    assert told(tmp_path, "again")["warm"]
    assert nursery_of(worker) not in (None, nursery)


def test_a_worker_that_is_told_to_end_leaves_no_process(
    api: Api, server: PrefectServer, deploy: Any, tmp_path: Path
) -> None:
    with working(server, "ending", TRIAL_WORKER="ending") as process:
        run = api.start(deploy("linger", pool="ending"), folder=str(tmp_path), name="ending", seconds=120)
        pids = pids_of(tmp_path, "ending")
        assert nursery_of(process.pid)
        os.kill(process.pid, signal.SIGTERM)
        until(lambda: not any(map(alive, pids)))
        until(lambda: process.poll() is not None)
        until(lambda: not started_with("ending"))
    assert api.state(run)["type"] == "CRASHED"


def test_a_killed_worker_takes_its_warm_process_along_and_its_runs_finish(
    api: Api, server: PrefectServer, deploy: Any, tmp_path: Path
) -> None:
    with working(server, "killed", TRIAL_WORKER="killed") as process:
        run = api.start(deploy("linger", pool="killed"), folder=str(tmp_path), name="killed", seconds=8)
        pids_of(tmp_path, "killed")
        nursery = until(lambda: nursery_of(process.pid))
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: not alive(nursery))
        assert api.wait(run)["type"] == "COMPLETED"
        until(lambda: not started_with("killed"))
    assert (tmp_path / "killed.done").exists()
