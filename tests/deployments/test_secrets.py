"""Twelve secrets go in and come out nowhere: not in what is printed, kept, recorded or listed among processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from media_factory.testing.simulator import Fault, Faults, Simulator, Vendor
from media_factory.testing.simulator.vendors import VENDORS

CANARIES = {
    name: f"canary-{number:02d}-Zq8vK3xWpL7t"
    for number, name in enumerate(
        (
            "OPENAI_API_KEY",
            "ELEVENLABS_API_KEY",
            "GEMINI_API_KEY",
            "RUNWAYML_API_SECRET",
            "RUDE_KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "DIGITALOCEAN_SPACES_KEY",
            "DIGITALOCEAN_SPACES_SECRET",
            "MEDIA_FACTORY_MEDIA_SECRET",
            "PREFECT_API_KEY",
        )
    )
}
BRIEFS = {
    "spoken-well": {"kind": "narration", "text": "Good evening.", "providers": {"speech": "elevenlabs"}},
    "key-refused": {"kind": "narration", "text": "Good night.", "providers": {"speech": "openai"}},
    "key-quoted": {"kind": "image", "prompt": "a port", "providers": {"image": "rude", "prompt": "template"}},
    "queued": {"kind": "image", "prompt": "a bay", "providers": {"image": "runway", "prompt": "template"}},
    "drawn": {"kind": "image", "prompt": "a sea", "providers": {"image": "google", "prompt": "template"}},
}
# A private Prefect API takes its time; these go through one, so that its database is searched too.
WITH_PREFECT = ("spoken-well", "key-quoted")


class Rude(Vendor):
    """A server that quotes the whole request, key and all, in each error."""

    name = "rude"

    def routes(self) -> list[Route]:
        return [Route("/v1/images/generations", self.quote, methods=["POST"])]

    async def quote(self, request: Request) -> Response:
        said = f"can't serve {request.headers['authorization']} for {(await request.body()).decode()}"
        return JSONResponse({"error": {"message": said, "type": said, "code": said, "param": None}}, status_code=500)

    def error(self, fault: Fault, request: Request) -> Response:
        raise AssertionError("it has no faults but itself")


@pytest.fixture
def vendors() -> Iterator[Simulator]:
    with Simulator(Faults(script=[None]), vendors=(*VENDORS, Rude)) as simulator:
        yield simulator


class Processes(threading.Thread):
    """Reads the arguments of all processes, over and over."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[bytes] = set()
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes())
                except OSError:
                    continue


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_secret_leaves_through_any_of_these(vendors: Simulator, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    rude = {"name": "rude", "base_url": f"{vendors.base_url('rude')}/v1", "key_variable": "RUDE_KEY"}
    policy = {"endpoints": [rude | {"image_models": ["any"]}], "caps": {"unknown_price": "allow"}}
    (home / "policy.yaml").write_text(yaml.safe_dump(policy))
    environment = os.environ | CANARIES | {
        "MEDIA_FACTORY_HOME": str(home),
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "OPENAI_BASE_URL": f"{vendors.base_url('openai')}/v1",
        "ELEVENLABS_BASE_URL": vendors.base_url("elevenlabs"),
        "GOOGLE_GEMINI_BASE_URL": vendors.base_url("google"),
        "RUNWAYML_BASE_URL": vendors.base_url("runway"),
        "PREFECT_LOGGING_LEVEL": "DEBUG",
    }  # fmt: skip
    environment.pop("PREFECT_API_URL", None)
    vendors.faults.script(None, "auth")
    watching = Processes()
    watching.start()
    ended = {name: make(name, brief, tmp_path, environment) for name, brief in BRIEFS.items()}
    commands = [["providers", "--json"], ["reconcile"], ["costs"], ["metrics"], ["models"]]
    printed = [run(command, environment) for command in commands]
    watching.done.set()
    watching.join()
    assert ended["spoken-well"].returncode == 0, ended["spoken-well"].stderr
    assert ended["key-quoted"].returncode == 1
    assert "rude:any answered 500" in ended["key-quoted"].stderr
    said = [one.stdout + one.stderr for one in (*ended.values(), *printed)]
    for name, secret in CANARIES.items():
        assert not any(secret in text for text in said), f"{name} was printed"
        assert not any(secret.encode() in line for line in watching.seen), f"{name} was an argument"
        for path in tmp_path.rglob("*"):
            if path.is_file():
                assert secret.encode() not in path.read_bytes(), f"{name} stands in {path.relative_to(tmp_path)}"


def make(
    name: str, brief: dict[str, object], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(brief | {"id": name}))
    direct = [] if name in WITH_PREFECT else ["--direct"]
    return run(["make", str(path), "--out", str(folder / "out" / name), *direct], environment)


def run(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from deployments.cli import main; main()", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
