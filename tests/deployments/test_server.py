"""A real Prefect server: it starts, the deployments deploy, and `up` comes and goes as a whole."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployments.up import run_up
from media_factory.errors import InputError

pytestmark = pytest.mark.server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def call(url: str, body: object | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)


@pytest.fixture(scope="module")
def media_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, media_port: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `media-factory up` in a fresh home and give its API's URL."""
    folder, port = tmp_path_factory.mktemp("up"), free_port()
    environment = os.environ | {
        "PREFECT_HOME": str(folder / "prefect"),
        "MEDIA_FACTORY_HOME": str(folder / "home"),
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    }
    environment.pop("PREFECT_API_URL", None)
    command = [sys.executable, "-c", "from deployments.cli import main; main()", "up", "--port", str(port)]
    command += ["--media-port", str(media_port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if "Ctrl-C stops everything" in line:
            break
    assert process.poll() is None, "up ended before it was ready"
    yield f"http://127.0.0.1:{port}/api", process
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def test_every_flow_is_deployed_and_its_form_comes_from_the_brief(up: tuple[str, Any]) -> None:
    deployments = {row["entrypoint"]: row for row in call(f"{up[0]}/deployments/filter", {})}
    assert set(deployments) == {
        "flows/story.py:produce_story",
        "flows/image.py:create_image",
        "flows/narration.py:create_narration",
        "flows/video.py:create_video",
        "flows/health.py:check_providers",
    }
    schema = json.dumps(deployments["flows/story.py:produce_story"]["parameter_openapi_schema"])
    assert "StoryBrief" in schema
    assert "One video is made for each" in schema


def test_a_run_that_the_api_asks_for_is_made_by_the_worker(up: tuple[str, Any], tmp_path: Path) -> None:
    deployment = call(f"{up[0]}/deployments/name/image/cpu")
    brief = {"prompt": "a port at dawn", "width_px": 90, "height_px": 64, "title": "Port"}
    run = call(
        f"{up[0]}/deployments/{deployment['id']}/create_flow_run",
        {"parameters": {"brief": brief, "out": str(tmp_path / "out")}},
    )
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        run = call(f"{up[0]}/flow_runs/{run['id']}")
        if run["state_type"] in ("COMPLETED", "FAILED", "CRASHED"):
            break
        time.sleep(0.5)
    assert run["state_type"] == "COMPLETED", run["state"]
    assert run["name"] == "image: Port"
    assert (tmp_path / "out" / "image.png").exists()


def test_the_media_server_answers_beside_it(up: tuple[str, Any], media_port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{media_port}/health", timeout=30) as reply:
        assert reply.read() == b"ok\n"


def test_the_ui_asks_the_server_s_own_api(up: tuple[str, Any]) -> None:
    settings = call(up[0].replace("/api", "/ui-settings"))
    assert settings["api_url"] == up[0]


def test_a_taken_port_is_refused_by_name() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"--port: {port} is taken"):
            run_up(port)


def test_when_up_is_stopped_nothing_of_it_is_left(up: tuple[str, subprocess.Popen[str]]) -> None:
    url, process = up
    children = [int(child) for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    assert len(children) == 3
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    with pytest.raises(OSError, match="refused"):
        call(f"{url}/health")
