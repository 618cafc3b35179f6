"""CPU seconds of a Prefect server and of its clients, until the server has digested what they sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.prefect_server import PrefectServer

_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE_S = 1800
_WINDOW_S = 2.0
# A server that does nothing but its own rounds takes about 0.02 of a processor.
_QUIET = 0.1


@dataclass
class Used:
    """What a program took: CPU seconds of its own after its start-up and of the server, wall seconds of its work."""

    client_s: float
    server_s: float
    work_s: float
    peak_growth_mib: float

    @property
    def cpu_s(self) -> float:
        """Client and server together."""
        return self.client_s + self.server_s


class Meter:
    """Runs programs against a server, and says what they took.

    A program prints a line of JSON when it has started and waits for a line from us; another one when its work is done.
    """

    def __init__(self, server: PrefectServer) -> None:
        self._server = server
        self._idle = 0.0

    def find_idle(self) -> None:
        """Measure what the server takes while nobody asks it for anything."""
        self._settle(lambda: True)
        before, began = self._server_s(), time.monotonic()
        time.sleep(5 * _WINDOW_S)
        self._idle = (self._server_s() - before) / (time.monotonic() - began)

    def run(self, *arguments: str, task_runs: int) -> Used:
        """Run a program that leaves so many task runs, wait until the server knows them all, and return its use."""
        command = [sys.executable, "-m", "benchmarks.batch", "--program", *arguments]
        with subprocess.Popen(
            command, env=dict(self._server.environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            started = json.loads(process.stdout.readline())
            self._settle(lambda: True)
            before_s, before_runs, began = self._server_s(), self._finished_runs(), time.monotonic()
            watch = _Memory(process.pid)
            process.stdin.write("go\n")
            process.stdin.close()
            watch.start()
            said = process.stdout.read()
        assert process.returncode == 0, f"{arguments}: exit code {process.returncode}"
        says = json.loads(said)
        self._settle(lambda: self._finished_runs() - before_runs >= task_runs)
        server_s = self._server_s() - before_s - self._idle * (time.monotonic() - began)
        return Used(
            client_s=says["cpu_s"] - started["cpu_s"],
            server_s=max(0.0, server_s),
            work_s=says["work_s"],
            peak_growth_mib=watch.growth_mib,
        )

    def _settle(self, complete: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            before = self._server_s()
            time.sleep(_WINDOW_S)
            if (self._server_s() - before) / _WINDOW_S < _QUIET and complete():
                return
        raise AssertionError("the server never came to rest")

    def _finished_runs(self) -> int:
        body = {"task_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED"]}}}}
        request = urllib.request.Request(
            f"{self._server.api_url}/task_runs/count",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            return int(reply.read())

    def _server_s(self) -> float:
        """Return the CPU seconds of the server and of all processes that it started."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile
            if int(fields[3]) == self._server.process.pid:  # the session that the server leads
                ticks += int(fields[11]) + int(fields[12])
        return ticks / _TICKS


class _Memory(threading.Thread):
    """Watches how far the memory of a process grows above what it has now, until it ends."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._first_kib = self._peak_kib = _rss_kib(pid)

    @property
    def growth_mib(self) -> float:
        """By how much it grew at most."""
        return (self._peak_kib - self._first_kib) / 1024

    def run(self) -> None:
        """Look ten times a second."""
        while rss_kib := _rss_kib(self._pid):
            self._peak_kib = max(self._peak_kib, rss_kib)
            time.sleep(0.1)


def _rss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


__all__ = ["Meter", "Used"]
