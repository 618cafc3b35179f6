"""Cancel, retry and approve, as an operator does them on a real server whose worker runs flows in processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from flows.image import create_image
from media_factory.books.books import Books
from media_factory.briefs.model import ImageBrief
from media_factory.delivery.manifest import Manifest
from media_factory.testing.simulator import Simulator
from tests.flows.control import Operator
from tests.prefect_server import PrefectServer, prefect_server

# The first test waits for a server, a worker and two runs; on a busy machine each of them takes a minute.
pytestmark = [pytest.mark.server, pytest.mark.timeout(900)]

_KILLED_AFTER_S = 30.0
"""So long Prefect waits for a cancelled run's process before it kills it."""


@pytest.fixture(scope="module")
def vendors() -> Iterator[dict[str, Simulator]]:
    with Simulator() as runway, Simulator() as openai, Simulator() as elevenlabs:
        yield {"runway": runway, "openai": openai, "elevenlabs": elevenlabs}


@pytest.fixture(scope="module")
def server(vendors: dict[str, Simulator], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    folder = tmp_path_factory.mktemp("control")
    settings = {
        "RUNWAYML_API_SECRET": "test-runway-key",
        "RUNWAYML_BASE_URL": vendors["runway"].base_url("runway"),
        "OPENAI_API_KEY": "test-openai-key",
        "OPENAI_BASE_URL": f"{vendors['openai'].base_url('openai')}/v1",
        "ELEVENLABS_API_KEY": "test-elevenlabs-key",
        "ELEVENLABS_BASE_URL": vendors["elevenlabs"].base_url("elevenlabs"),
        "MEDIA_FACTORY_PUBLISH": str(folder / "public"),
        "MEDIA_FACTORY_MEDIA_URL": "http://127.0.0.1:4210",
    }
    with prefect_server(folder, **settings) as running:
        yield running


@pytest.fixture(scope="module")
def operator(server: PrefectServer) -> Operator:
    return Operator(server)


@pytest.fixture(scope="module")
def worker(operator: Operator) -> Iterator[int]:
    """Keep a worker for all tests, and return its process id."""
    with operator.worker() as process:
        yield process.pid


@pytest.fixture(scope="module")
def waiting(operator: Operator) -> dict[str, str]:
    """Have two pictures made that wait for a person, by a worker that is gone afterwards, and return their runs."""
    with operator.worker() as process:
        image = operator.deploy("flows/image.py:create_image")
        runs = {
            name: operator.submit(image, brief=picture(name).model_dump(mode="json", exclude_unset=True))
            for name in ("wanted", "unwanted")
        }
        for run in runs.values():
            operator.until_state(run, "Suspended")
        operator.until(lambda: not processes_of_runs(process.pid))
    return runs


def picture(name: str) -> ImageBrief:
    fields: dict[str, Any] = {"prompt": f"a harbour, {name}", "width_px": 64, "height_px": 64}
    providers = {"prompt": "template", "image": "fake"}
    return ImageBrief(id=name, title=name, publish=True, approval=True, providers=providers, **fields)


def processes_of_runs(worker: int) -> dict[int, str]:
    """Return all processes of a worker's runs, whatever session they are in: their ids and names.

    Its own child is the one that has loaded everything, from which runs are forked.
    """
    parents: dict[int, tuple[int, str]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = stat.read_text().rpartition(")")
        except OSError:
            continue
        parents[int(stat.parent.name)] = (int(tail.split()[1]), head.partition("(")[2])
    found: dict[int, str] = {}
    wave = {pid for pid, (above, _) in parents.items() if above == worker}
    while wave:
        wave = {pid for pid, (above, _) in parents.items() if above in wave}
        found |= {pid: parents[pid][1] for pid in wave}
    return found


def manifest_of(server: PrefectServer, product: str) -> Manifest:
    return Manifest.model_validate_json(
        (server.folder / "home" / "deliveries" / product / "manifest.json").read_bytes()
    )


def published(server: PrefectServer, product: str) -> Path:
    return server.folder / "public" / "general" / product / "manifest.json"


def books_of(server: PrefectServer) -> Books:
    return Books(f"sqlite:///{server.folder / 'home' / 'books.db'}")


def test_a_yes_after_the_workers_end_publishes_the_very_files_and_is_kept(
    server: PrefectServer, operator: Operator, waiting: dict[str, str], worker: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = manifest_of(server, "wanted")
    assert made.published is None
    assert not published(server, "wanted").exists()
    assert "http://127.0.0.1:4210/deliveries/wanted/index.html" in operator.question(waiting["wanted"])
    operator.resume(waiting["wanted"], publish="yes", note="lovely", by="Ada")
    operator.until_state(waiting["wanted"], "Completed")
    manifest = manifest_of(server, "wanted")
    assert manifest.approval is not None
    assert (manifest.approval.approved, manifest.approval.by, manifest.approval.note) == (True, "Ada", "lovely")
    assert manifest.output("image").asset == made.output("image").asset
    assert all(row.state == "cached" for row in manifest.stages)
    assert published(server, "wanted").is_file()
    # Whoever makes the same again is not asked again.
    for name in ("MEDIA_FACTORY_HOME", "MEDIA_FACTORY_PUBLISH"):
        monkeypatch.setenv(name, server.environment[name])
    again = asyncio.run(create_image.fn(picture("wanted")))
    assert again.published is not None
    assert again.approval == manifest.approval


def test_a_no_leaves_the_product_in_its_folder_and_the_run_says_why(
    server: PrefectServer, operator: Operator, waiting: dict[str, str], worker: int
) -> None:
    operator.resume(waiting["unwanted"], publish="no", note="the light is wrong")
    state = operator.until_state(waiting["unwanted"], "Not published")
    assert (state["type"], state["message"]) == ("COMPLETED", "not published: the light is wrong")
    manifest = manifest_of(server, "unwanted")
    assert manifest.published is None
    assert manifest.approval is not None
    assert not manifest.approval.approved
    assert not published(server, "unwanted").exists()


def cancel(operator: Operator, run: str, worker: int, note: Callable[[str, object], None]) -> None:
    """Cancel a run as the UI does: its processes end by themselves, before Prefect would kill them."""
    processes = [Path(f"/proc/{pid}") for pid in processes_of_runs(worker)]
    assert processes
    began = time.monotonic()
    operator.set_state(run, "CANCELLING", "Cancelling")
    operator.until(lambda: not any(process.exists() for process in processes))
    gone_s = time.monotonic() - began
    note("gone_s", gone_s)
    assert gone_s < _KILLED_AFTER_S
    operator.until_state(run, "Cancelled")
    note("cancelled_s", time.monotonic() - began)


def nothing_is_left(server: PrefectServer) -> None:
    home = server.folder / "home"
    assert list((home / "scratch").iterdir()) == []
    assert [path for path in home.rglob("*") if ".part" in path.name or path.parent.name == "incoming"] == []
    with closing(books_of(server)) as books:
        assert books.leases() == {}
        assert books.ledger.unsettled() == ()


def test_a_run_that_is_cancelled_while_it_renders_leaves_nothing(
    server: PrefectServer, operator: Operator, worker: int, record_property: Callable[[str, object], None]
) -> None:
    video = operator.deploy("flows/video.py:create_video")
    shots = [{"prompt": "a pier in the rain", "duration_s": 8, "camera": "push"}]
    brief = {"kind": "video", "id": "long", "title": "long", "size": 1080, "rate": 30, "hdr": True, "shots": shots}
    run = operator.submit(video, brief={**brief, "providers": {"prompt": "template", "image": "fake"}})

    def encoders() -> list[int]:
        return [pid for pid, name in processes_of_runs(worker).items() if "ffmpeg" in name]

    def encoding() -> list[int]:
        operator.until_state(run, "Scheduled", "Pending", "Running")
        return encoders()

    operator.until(encoding)
    cancel(operator, run, worker, record_property)
    nothing_is_left(server)


def test_a_run_that_is_cancelled_while_a_vendor_works_calls_the_work_off(
    server: PrefectServer,
    operator: Operator,
    worker: int,
    vendors: dict[str, Simulator],
    record_property: Callable[[str, object], None],
) -> None:
    runway = vendors["runway"]
    runway.faults.script("slow_job")
    video = operator.deploy("flows/video.py:create_video")
    shots = [{"prompt": "waves against a pier", "motion": "clip", "duration_s": 2}]
    brief = {"kind": "video", "id": "clip", "title": "clip", "size": 360, "rate": 12, "shots": shots}
    run = operator.submit(video, brief={**brief, "providers": {"clip": "runway:gen4.5"}})
    operator.until(lambda: is_ticketed(server))
    cancel(operator, run, worker, record_property)
    assert runway.billing.called_off == {"runway": 1}
    nothing_is_left(server)


def is_ticketed(server: PrefectServer) -> bool:
    with closing(books_of(server)) as books:
        return any(intent.state == "ticketed" for intent in books.ledger.unsettled())


def test_a_failed_run_that_is_retried_pays_for_nothing_that_was_made(
    server: PrefectServer, operator: Operator, worker: int, vendors: dict[str, Simulator]
) -> None:
    openai, elevenlabs = vendors["openai"], vendors["elevenlabs"]
    openai.faults.script("refused")
    story = operator.deploy("flows/story.py:produce_story")
    providers = {"prompt": "template", "image": "openai:gpt-image-2", "speech": "elevenlabs:eleven_v3"}
    brief = {"kind": "story", "id": "retried", "title": "retried", "size": 360, "rate": 12, "providers": providers}
    run = operator.submit(story, brief={**brief, "scenes": [{"text": "The port reopened."}]})
    operator.until_state(run, "Failed")
    spoken = len(elevenlabs.billing.charges)
    assert (spoken, len(openai.billing.charges)) == (1, 0)
    operator.set_state(run, "SCHEDULED", "AwaitingRetry")
    operator.until_state(run, "Completed")
    assert (len(elevenlabs.billing.charges), len(openai.billing.charges)) == (spoken, 1)
    with closing(books_of(server)) as books:
        assert {f"run/{run}"} == {budget.scope for budget in books.ledger.budgets("run/") if run in budget.scope}
        assert {one.run for one in books.ledger.unsettled()} <= {run}
