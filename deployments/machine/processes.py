"""Processes as the kernel knows them: whether one is still the same, and all those that carry our mark.

A mark is a variable that everything inherits that one `up` starts, runs of flows in sessions of their own included.
Where there is no /proc, a process is known by its number alone and marks are not seen.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

MARK_VARIABLE = "MEDIA_FACTORY_UP"
_PROC = Path("/proc")
_BOOT = _PROC / "sys/kernel/random/boot_id"
# Of /proc/PID/stat, counted after the program's name (proc(5)).
_STATE_FIELD, _START_TIME_FIELD = 0, 19
_LOOK_EVERY_S = 0.05
# The kernel holds one back only while it waits for a disk.
_KILLED_WITHIN_S = 30.0


def started(pid: int) -> str | None:
    """Return when a process started, as the kernel counts in this boot, or None if there is none of that number.

    A process that has ended, and that its parent has not yet asked about, is none.
    """
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None if _boot() else _without_proc(pid)
    return None if fields[_STATE_FIELD] in "ZX" else f"{fields[_START_TIME_FIELD]}@{_boot()}"


def is_running(pid: int, since: str) -> bool:
    """Return whether the process runs that had this number and this start; a recycled number is another process."""
    return started(pid) == since


def marked(mark: str, spared: Collection[int] = ()) -> list[int]:
    """Return the running processes that carry a mark.

    Args:
        mark: what `MEDIA_FACTORY_UP` is in their environment.
        spared: processes that are left out.
    """
    wanted = f"{MARK_VARIABLE}={mark}".encode()
    found = []
    for folder in _PROC.glob("[0-9]*"):
        pid = int(folder.name)
        if pid in spared or pid == os.getpid():
            continue
        # Other people's processes can't be read, and some end while we look.
        with contextlib.suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0") and started(pid):
                found.append(pid)
    return found


def send(pid: int, number: int, *, group: bool = False) -> None:
    """Send a signal to a process, or to its whole group; one that has ended needs none."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if group:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)


def sweep(mark: str, spared: Collection[int] = (), *, patience_s: float = 0.0) -> int:
    """End all processes that carry a mark, and return how many there were.

    Args:
        mark: what `MEDIA_FACTORY_UP` is in their environment.
        spared: processes that are left alone.
        patience_s: how long they may take after TERM; none are asked if it is 0.
    """
    ended: set[int] = set()
    if patience_s:
        ended |= _signalled(marked(mark, spared), signal.SIGTERM)
        wait_until(lambda: not marked(mark, spared), patience_s)

    def gone() -> bool:
        # One that was just being started is seen at the next look.
        left = _signalled(marked(mark, spared), signal.SIGKILL)
        ended.update(left)
        return not left

    wait_until(gone, _KILLED_WITHIN_S)
    return len(ended)


def wait_until(condition: Callable[[], bool], within_s: float) -> bool:
    """Wait until a condition holds, and return whether it did within so many seconds."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True


def _signalled(pids: list[int], number: int) -> set[int]:
    for pid in pids:
        send(pid, number)
    return set(pids)


@cache
def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


def _without_proc(pid: int) -> str | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return "unknown"


__all__ = ["MARK_VARIABLE", "is_running", "marked", "send", "started", "sweep", "wait_until"]
