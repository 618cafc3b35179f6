"""Ending an `up` from outside."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

from deployments.machine.processes import send, wait_until
from deployments.machine.state import end_leftovers, read_state, state_path
from media_factory.errors import InputError
from media_factory.model import Model

_GUARD_WITHIN_S = 10.0


class Ended(Model):
    """How it went."""

    what: str
    well: bool = True


def end_machine(within_s: float, path: Path | None = None) -> Ended:
    """End the `up` of this home and wait until nothing of it runs.

    Args:
        within_s: how long it may take before all of it is killed.
        path: the file that says what runs; the home's own if none.

    Raises:
        InputError: it runs on another machine that shares this home.
    """
    path = path or state_path()
    state = read_state(path)
    if state is None:
        return Ended(what="nothing runs here")
    if state.host != socket.gethostname():
        raise InputError(f"{path}: what runs with this home runs on {state.host}; end it there")
    if not state.runs:
        # Its parts died with it, or its guard is just ending them.
        wait_until(lambda: not any(part.runs for part in state.parts), _GUARD_WITHIN_S)
        left = end_leftovers(state)
        path.unlink(missing_ok=True)
        return Ended(
            what=f"`up` was gone already; ended {left} processes that it left" if left else "nothing runs here"
        )
    send(state.pid, signal.SIGTERM)
    if wait_until(lambda: not state.runs, within_s):
        return Ended(what=f"stopped what ran at {state.url}")
    send(state.pid, signal.SIGKILL)
    wait_until(lambda: not state.runs, _GUARD_WITHIN_S)
    now = read_state(path) or state
    end_leftovers(now)
    path.unlink(missing_ok=True)
    return Ended(what=f"what ran at {state.url} did not stop within {within_s:g} s and was killed", well=False)


__all__ = ["Ended", "end_machine"]
