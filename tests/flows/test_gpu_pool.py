"""Two work pools on a real server: what wants a GPU is handed over as one list, and everything else stays."""

from __future__ import annotations

import asyncio
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from subprocess import Popen
from typing import Any, TypeVar

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.utilities.callables import parameter_schema

from deployments.machine.pools import POOL_TYPE
from flows.gpu import paint_list
from flows.image import create_image
from flows.story import produce_story
from media_factory.books.books import Books
from tasks.child_runs import ChildOrder, begin_child, run_child
from tests.flows.gpu_flows import paint_two
from tests.flows.stories import TEXTS, story_brief
from tests.prefect_server import CHECKOUT, PrefectServer, prefect_server

pytestmark = [pytest.mark.long, pytest.mark.server, pytest.mark.timeout(900)]

T = TypeVar("T")
# One flow name has two entrypoints: whole pictures on one pool, lists of them on the other.
DEPLOYMENTS: tuple[tuple[str, str, str, Any], ...] = (
    ("story", "cpu", "flows/story.py:produce_story", produce_story),
    ("image", "cpu", "flows/image.py:create_image", create_image),
    ("image", "gpu", "flows/gpu.py:paint_list", paint_list),
    ("two-pictures", "cpu", "tests/flows/gpu_flows.py:paint_two", paint_two),
    ("two-pictures", "gpu", "tests/flows/gpu_flows.py:paint_two", paint_two),
)


class Factory:
    """The server with its deployments, as a back end sees it."""

    def __init__(self, server: PrefectServer) -> None:
        self.server = server
        self.deployments: dict[str, str] = {}
        for pool in ("cpu", "gpu"):
            self.call("/work_pools/", {"name": pool, "type": "process"})
        for flow, pool, entrypoint, function in DEPLOYMENTS:
            found = self.call("/flows/", {"name": flow})
            made = self.call(
                "/deployments/",
                {
                    "name": pool,
                    "flow_id": found["id"],
                    "entrypoint": entrypoint,
                    "work_pool_name": pool,
                    "parameter_openapi_schema": parameter_schema(function.fn).model_dump(),
                    "enforce_parameter_schema": True,
                    "pull_steps": [
                        {"prefect.deployments.steps.set_working_directory": {"directory": str(CHECKOUT)}},
                    ],
                },
            )
            self.deployments[f"{flow}/{pool}"] = made["id"]

    def call(self, path: str, body: object | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(
            f"{self.server.api_url}{path}", data=data, headers={"Content-Type": "application/json"}
        )
        return self.until(path, lambda: answer_to(asked))[0]

    def worker(self, pool: str, gpu: str) -> AbstractContextManager[Popen[bytes]]:
        """Keep a worker on a pool whose machine has a GPU, or has none."""
        command = [sys.executable, "-m", "prefect", "--no-prompt", "worker", "start", "--type", POOL_TYPE]
        return self.server.running(*command, "--name", f"{pool}-worker", "--pool", pool, MEDIA_FACTORY_GPU=gpu)

    def begin(self, deployment: str, environment: dict[str, str] | None = None, **parameters: Any) -> str:
        path = f"/deployments/{self.deployments[deployment]}/create_flow_run"
        return str(self.call(path, {"parameters": parameters, "job_variables": {"env": environment or {}}})["id"])

    def two_pictures(self, pool: str, out: Path, *painters: str, **environment: str) -> str:
        return self.begin(f"two-pictures/{pool}", environment, painters=painters, out=str(out))

    def story(self, out: Path, *texts: str, image: str = "fake-gpu", **fields: Any) -> str:
        brief = story_brief(texts, providers={"image": image, "speech": "fake"}, **fields)
        return self.begin("story/cpu", brief=brief.model_dump(mode="json", exclude_unset=True), out=str(out))

    def run(self, run_id: str) -> Any:
        return self.call(f"/flow_runs/{run_id}")

    def children(self, run_id: str) -> list[Any]:
        return list(self.call("/flow_runs/filter", {"flow_runs": {"parent_flow_run_id": {"any_": [run_id]}}}))

    def until(self, what: str, found: Callable[[], T | None], timeout_s: float = 300) -> T:
        """Return what is found, as soon as it is."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if result := found():
                return result
            time.sleep(0.3)
        raise AssertionError(f"{what}: not within {timeout_s:g} s")

    def end(self, run_id: str) -> Any:
        def ended() -> Any:
            run = self.run(run_id)
            return run if run["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

        return self.until(f"the end of {run_id}", ended)


def answer_to(asked: urllib.request.Request) -> tuple[Any] | None:
    """Return the server's answer; None if its database is busy: then it did nothing."""
    try:
        with urllib.request.urlopen(asked, timeout=60) as reply:
            return (json.load(reply),)
    except urllib.error.HTTPError as problem:
        assert problem.code == 503, problem.read()
        return None


@pytest.fixture(scope="module")
def factory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Factory]:
    """Give the tests a server with both pools, and a worker for the one without a GPU."""
    with prefect_server(tmp_path_factory.mktemp("gpu")) as server:
        factory = Factory(server)
        with factory.worker("cpu", "0"):
            yield factory


def manifest_in(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_text())


def test_pictures_are_one_run_on_the_gpu_pool_and_all_the_rest_stays(factory: Factory, tmp_path: Path) -> None:
    with factory.worker("gpu", "1"):
        story = factory.story(tmp_path / "story", *TEXTS, aspects=["9:16", "16:9"])
        chain = factory.two_pictures("cpu", tmp_path / "chain.json", "fake-gpu:down", "fake:instant")
        painters = "fake-gpu:instant", "fake:instant"
        own = factory.two_pictures("gpu", tmp_path / "own.json", *painters, MEDIA_FACTORY_GPU="0")
        for run in (story, chain, own):
            assert factory.end(run)["state"]["name"] == "Completed"

    # All pictures of another story are there by now: nothing is handed over, and no worker is missed.
    known = factory.story(tmp_path / "known", *TEXTS, captions="none")
    assert factory.end(known)["state"]["name"] == "Completed"
    assert not factory.children(known)

    (child,) = factory.children(story)
    assert (child["deployment_id"], child["work_pool_name"]) == (factory.deployments["image/gpu"], "gpu")
    assert child["state_name"] == "Completed"
    assert len(child["parameters"]["requests"]) == 8
    assert child["name"].endswith(": 8 x image")
    stages = manifest_in(tmp_path / "story")["stages"]
    painted = [row for row in stages if row["stage"] == "generate-image"]
    assert {(row["provider"], row["state"]) for row in painted} == {("fake-gpu:instant", "made")}
    tasks = factory.call("/task_runs/filter", {"flow_runs": {"id": {"any_": [child["id"]]}}})
    assert [task["name"].partition(":")[0] for task in tasks] == ["generate-image"] * 8

    # The other run's painter fails on the pool: its error comes back as what it is, and the next one is asked here.
    (failed,) = factory.children(chain)
    assert failed["state_name"] == "Failed"
    assert "2 of 2 could not be made: AuthenticationFailed" in failed["state"]["message"]
    assert json.loads((tmp_path / "chain.json").read_text()) == {
        "by": ["fake:instant"] * 2,
        "remarks": ["fake:instant stands in for fake-gpu:down (AuthenticationFailed)"],
    }

    # Whoever holds a slot of the pool does not wait for another: its painter was asked in the run's own process.
    assert not factory.children(own)
    assert json.loads((tmp_path / "own.json").read_text())["remarks"] == [
        "fake:instant stands in for fake-gpu:instant (NotReached)"
    ]


async def never() -> bool:
    return False


async def test_an_order_that_is_given_again_finds_its_run_unless_that_has_ended(factory: Factory) -> None:
    order = ChildOrder(
        deployment="image/gpu",
        parameters={"requests": []},
        name="nobody takes it",
        key="an order",
        timeout_s=1,
        poll_s=0.2,
    )
    with temporary_settings({PREFECT_API_URL: factory.server.api_url}):
        async with get_client() as client:
            first, second = await asyncio.gather(*(begin_child(client, order) for _ in range(2)))
        assert first.id == second.id
        # Nobody takes it in time, so it is cancelled; the next order begins another.
        end = await run_child(order, never)
        assert (end.id, end.late) == (str(first.id), True)
        assert factory.run(end.id)["state_type"] == "CANCELLED"
        again = await run_child(order, never)
    assert again.id != end.id


def test_without_a_gpu_worker_the_rest_goes_on_and_the_run_waits_visibly_and_resumes(
    factory: Factory, tmp_path: Path
) -> None:
    waits = factory.story(tmp_path / "waits", "Nobody has said this before.")
    slow = factory.story(tmp_path / "slow", "This takes ten minutes.", image="fake-gpu:slow")

    def notes() -> list[Any]:
        return [
            note
            for note in factory.call(
                "/artifacts/filter", {"artifacts": {"key": {"any_": ["media-factory-waiting-image-gpu"]}}}
            )
            if note["flow_run_id"] == waits
        ]

    (told,) = factory.until("a note on waiting", notes)
    assert "Waiting for a GPU worker" in told["data"]
    assert factory.run(waits)["state_type"] == "RUNNING"
    (child,) = factory.children(waits)
    assert child["state_type"] == "SCHEDULED"
    tasks = factory.call("/task_runs/filter", {"flow_runs": {"id": {"any_": [waits]}}})
    assert {task["state_name"] for task in tasks if task["name"].startswith("synthesize-speech")} == {"Completed"}

    with factory.worker("gpu", "1"):
        assert factory.end(waits)["state"]["name"] == "Completed"
        assert any("has taken" in note["data"] for note in notes())
        assert len(factory.children(waits)) == 1

        # Who cancels a story cancels what it waits for.
        (child,) = factory.children(slow)
        factory.until("the slow picture", lambda: factory.run(child["id"])["state_type"] == "RUNNING")
        factory.call(f"/flow_runs/{slow}/set_state", {"state": {"type": "CANCELLING"}})
        assert factory.end(slow)["state_type"] == "CANCELLED"
        assert factory.end(child["id"])["state_type"] == "CANCELLED"
        # Prefect's server does the same, later, for parents that were killed.
        states = factory.call(f"/flow_run_states/?flow_run_id={child['id']}")
        assert "the run that waited for it needs it no more" in [state["message"] for state in states]

    books = Books(f"sqlite:///{factory.server.folder / 'home' / 'books.db'}")
    try:
        assert not books.leases()
    finally:
        books.close()
