"""A real Prefect server for tests: its own home, its own port, and workers that end with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deployments.machine.pools import POOL_TYPE

CHECKOUT = Path(__file__).resolve().parent.parent
_STARTS_WITHIN_S = 120
_ENDS_WITHIN_S = 15


@dataclass(frozen=True)
class PrefectServer:
    """A running server: where it is, and the environment in which programs find it and a factory of the test's own."""

    url: str
    environment: Mapping[str, str]
    folder: Path
    process: subprocess.Popen[bytes] = field(repr=False)
    pools: set[str] = field(default_factory=set)

    @property
    def api_url(self) -> str:
        """What PREFECT_API_URL is."""
        return f"{self.url}/api"

    def run(self, *command: str, timeout_s: float = 120) -> str:
        """Run a program to its end in the server's environment, from the checkout, and return what it printed."""
        done = subprocess.run(
            command, cwd=CHECKOUT, env=self.environment, capture_output=True, text=True, timeout=timeout_s, check=False
        )
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def prefect(self, *arguments: str) -> str:
        """Run `prefect` with arguments, and return what it printed."""
        return self.run(sys.executable, "-m", "prefect", "--no-prompt", *arguments)

    def deploy(self) -> None:
        """Make our pools and deploy all our flows."""
        self.run(sys.executable, "-c", "from deployments.cli import main; main(['deploy'])")
        self.pools.update(("cpu", "gpu"))

    @contextmanager
    def running(self, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """Keep a program running for the block; what it prints is in a file of the server's folder."""
        with spawned(command, self.folder, {**self.environment, **environment}) as process:
            yield process

    @contextmanager
    def worker(self, pool: str, kind: str = POOL_TYPE, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """Make a work pool, if it is not there, and keep a worker on it for the block."""
        if pool not in self.pools:
            self.prefect("work-pool", "create", pool, "--type", kind, "--overwrite")
            self.pools.add(pool)
        command = [sys.executable, "-m", "prefect", "--no-prompt", "worker", "start", "--pool", pool, "--type", kind]
        with self.running(*command, **environment) as process:
            yield process


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def prefect_server(folder: Path, **settings: str) -> Iterator[PrefectServer]:
    """Run a Prefect server on SQLite for the block, with environment variables of the caller's."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")} | {
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_API_URL": f"{url}/api",
        "PREFECT_SERVER_UI_API_URL": f"{url}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "MEDIA_FACTORY_HOME": str(folder / "home"),
        "MEDIA_FACTORY_CHECKOUT": str(CHECKOUT),
        **settings,
    }
    command = [sys.executable, "-m", "prefect", "--no-prompt", "server", "start", "--host", "127.0.0.1"]
    with spawned([*command, "--port", str(port)], folder, environment) as process:
        _until(lambda: _answers(f"{url}/api/health"), process)
        yield PrefectServer(url, environment, folder, process)


@contextmanager
def spawned(
    command: list[str] | tuple[str, ...], folder: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Keep a program running, in a group of its own, for the block; the whole group ends after it."""
    with (folder / f"{Path(command[-1]).name}-{time.monotonic_ns()}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=dict(environment), stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        # A Prefect worker takes the first TERM as a wish to finish its runs.
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, number)
                try:
                    process.wait(_ENDS_WITHIN_S)
                except subprocess.TimeoutExpired:
                    continue


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _until(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, f"it ended with {process.returncode} before it was ready"
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"it was not ready within {_STARTS_WITHIN_S} s")
