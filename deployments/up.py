"""One machine: a Prefect server with its UI, a media server, a work pool, the deployments and a worker."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from media_factory.delivery.links import URL_VARIABLE
from media_factory.errors import InputError, MediaFactoryError

CHECKOUT = Path(__file__).resolve().parent.parent
POOL = "cpu"
MEDIA_PORT = 4210
_HOST = "127.0.0.1"
_READY_WITHIN_S = 120
# A Prefect worker needs a second TERM: the first lets it finish its runs.
_SIGNALS = ((signal.SIGTERM, 10), (signal.SIGTERM, 10), (signal.SIGKILL, 5))


def run_up(port: int, media_port: int = MEDIA_PORT) -> int:
    """Start everything, print where it is, and stay until Ctrl-C or until a part of it ends.

    Args:
        port: the Prefect server's and its UI's.
        media_port: the media server's.

    Returns:
        0 after Ctrl-C, 1 if a part ended by itself.

    Raises:
        InputError: a port is taken.
        MediaFactoryError: a part did not start.
    """
    _check_port("--port", port)
    _check_port("--media-port", media_port)
    url, media_url = f"http://{_HOST}:{port}", f"http://{_HOST}:{media_port}"
    environment = os.environ | {
        "PREFECT_API_URL": f"{url}/api",
        # The UI asks for the API at port 4200 unless it is told.
        "PREFECT_SERVER_UI_API_URL": f"{url}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "MEDIA_FACTORY_CHECKOUT": str(CHECKOUT),
    }
    # Who put the media server behind an address of their own keeps it.
    environment.setdefault(URL_VARIABLE, media_url)
    with ExitStack() as parts:
        server = _start(parts, environment, _command("server", "start", "--host", _HOST, "--port", str(port)))
        media = _start(parts, environment, [sys.executable, "-m", "deployments.gateway", "--port", str(media_port)])
        _wait_until_healthy(url, server)
        _prefect(environment, "work-pool", "create", POOL, "--type", "process", "--overwrite")
        _prefect(environment, "deploy", "--prefect-file", "deployments/prefect.yaml", "--all")
        worker = _start(parts, environment, _command("worker", "start", "--pool", POOL, "--name", "media-factory"))
        print(f"Prefect UI: {url}\nPREFECT_API_URL={url}/api", flush=True)
        print(f"Media: {media_url}/deliveries/ID/\nCtrl-C stops everything", flush=True)
        return _watch({"the Prefect server": server, "the media server": media, "the worker": worker})


def _check_port(option: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            raise InputError(f"{option}: {port} is taken on this machine; give another one") from None


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "prefect", "--no-prompt", *arguments]


def _start(parts: ExitStack, environment: Mapping[str, str], command: list[str]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environment, start_new_session=True)
    parts.callback(_stop, process)
    return process


def _prefect(environment: Mapping[str, str], *arguments: str) -> None:
    done = subprocess.run(
        _command(*arguments), cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last_words = (done.stderr or done.stdout).strip()[-2000:]
        raise MediaFactoryError(f"`prefect {' '.join(arguments)}` failed: {last_words}")


def _wait_until_healthy(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise MediaFactoryError(f"the Prefect server ended with exit code {server.returncode} before it was ready")
        try:
            with urllib.request.urlopen(f"{url}/api/health", timeout=2):  # noqa: S310 - our own loopback URL
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    raise MediaFactoryError(f"the Prefect server was not ready within {_READY_WITHIN_S} s")


def _watch(processes: Mapping[str, subprocess.Popen[bytes]]) -> int:
    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    while not stopped:
        for name, process in processes.items():
            if process.poll() is not None:
                print(f"{name} ended with exit code {process.returncode}; stopping the rest", file=sys.stderr)
                return 1
        time.sleep(0.2)
    return 0


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number, patience_s in _SIGNALS:
        if process.poll() is not None:
            return
        os.killpg(process.pid, number)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue


__all__ = ["CHECKOUT", "MEDIA_PORT", "POOL", "run_up"]
