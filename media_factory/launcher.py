"""The tiny program that stands between us and every program that we start.

It binds the program's life to ours, limits what it may take, and becomes it (`exec`). It is its own process because a
`preexec_fn` runs Python between fork and exec, which can dead-lock a process that has threads. Run as
`python -I -S launcher.py <our pid> <memory bytes> <CPU seconds> program argument...`; nothing here imports ours.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1


def _die_with_parent(parent: int) -> None:
    """Ask the kernel to kill us when the thread that started us ends; leave at once if it already has."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _limit(what: int, amount: int) -> None:
    # A tighter limit that is already set stays, and macOS refuses some of them.
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(what)[1]
        wanted = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (wanted, wanted))


def main(arguments: list[str]) -> None:
    """Become the program that the arguments name."""
    parent, memory_bytes, cpu_s = (int(argument) for argument in arguments[:3])
    _die_with_parent(parent)
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CPU, cpu_s)
    _limit(resource.RLIMIT_CORE, 0)
    os.execv(arguments[3], arguments[3:])  # noqa: S606  # no shell is what we want


if __name__ == "__main__":
    main(sys.argv[1:])
