"""Holders: who holds a lease, a slot or an open call, named so that another process can tell whether it is gone."""

from __future__ import annotations

import os
import socket
import uuid
from pathlib import Path

_START_TIME_FIELD = 19  # of /proc/PID/stat, counted after the program's name


def new_holder() -> str:
    """Return a name of this process that nobody has had before."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_started(pid)}:{uuid.uuid4().hex}"


def is_gone(holder: str) -> bool:
    """Return whether a holder has certainly ended: it ran on this machine, and its process is no more."""
    host, _, rest = holder.partition(":")
    pid, _, started = rest.rpartition(":")[0].partition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """Return when a process started, as the kernel counts; the same for all where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "0"
    return stat.rpartition(")")[2].split()[_START_TIME_FIELD]


__all__ = ["is_gone", "new_holder"]
