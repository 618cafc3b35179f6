"""The guard: ends what one `up` left behind, should `up` itself be killed.

The parts of `up` die with it, but the runs that a worker started are in sessions of their own. Run as
`python -m deployments.machine.guard MARK` with a pipe for its input that only `up` holds open.
"""

from __future__ import annotations

import signal
import sys

from deployments.machine.processes import sweep


def main(arguments: list[str]) -> None:
    """Wait until the pipe closes, and end everything that carries the mark."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    sweep(arguments[0])


if __name__ == "__main__":
    main(sys.argv[1:])


__all__ = ["main"]
