"""What a program costs: CPU seconds of it and its children, wall seconds, and the most memory that one of them held."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    cpu_s: float
    wall_s: float
    peak_rss_mib: float


# A program starts with the memory mark of whoever forked it, so a small process stands in between. wait4 counts the
# program and those it waited for, and nothing else.
_LAUNCH = """
import json, os, sys
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    json.dump([os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024], file)
"""


@cache
def _bytecode_folder() -> str:
    """Return a folder for compiled modules that is gone when this process ends."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _as_installed() -> dict[str, str]:
    """Return the environment of an installed program: its modules were compiled before, wherever we may not write."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": _bytecode_folder()}


def run_measured(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> tuple[Cost, str]:
    """Run a program to its end and return what it cost and what it printed.

    Raises:
        RuntimeError: it ended with an error; the message ends with what it said.
    """
    with tempfile.NamedTemporaryFile("r") as report:
        began = time.monotonic()
        launched = [sys.executable, "-I", "-S", "-c", _LAUNCH, report.name, *command]
        ran = subprocess.run(
            launched,
            env=_as_installed() | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=True,
        )
        wall_s = time.monotonic() - began
        code, cpu_s, peak_rss_mib = json.loads(report.read())
    said = ran.stdout.decode(errors="replace")
    if code:
        raise RuntimeError(f"{Path(command[0]).name} ended with code {code}: {said[-2000:]}")
    return Cost(cpu_s, wall_s, peak_rss_mib), said


__all__ = ["Cost", "run_measured"]
