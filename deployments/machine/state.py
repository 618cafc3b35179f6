"""What runs here: a file in the home folder, so that `down`, `status` and the next `up` know."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from pydantic import Field, ValidationError

from deployments.machine.processes import is_running, marked, send, started, sweep
from media_factory.errors import InputError
from media_factory.files import whole_file
from media_factory.home import default_home
from media_factory.locks import file_lock
from media_factory.model import Model


class RunningPart(Model):
    """A part that was started: its process group has its number."""

    name: str
    pid: int
    started: str = Field(description="as the kernel counts, so that a recycled number is told apart")
    since: float = Field(description="seconds since 1970")
    url: str | None = None
    restarts: int = 0

    @property
    def runs(self) -> bool:
        """Whether it still does."""
        return is_running(self.pid, self.started)


class MachineState(Model):
    """One `up`: who it is, where it can be reached, and its parts. It holds no secret."""

    mark: str = Field(description="what MEDIA_FACTORY_UP is in everything that it started")
    host: str
    pid: int
    started: str
    since: float = Field(description="seconds since 1970")
    url: str
    media_url: str
    parts: tuple[RunningPart, ...] = ()

    @property
    def api_url(self) -> str:
        """What PREFECT_API_URL is."""
        return f"{self.url}/api"

    @property
    def runs(self) -> bool:
        """Whether this `up` still runs on this machine."""
        return self.host == socket.gethostname() and is_running(self.pid, self.started)


def state_path(home: Path | None = None) -> Path:
    """Return where the state is kept, or would be."""
    return (home or default_home()) / "up.json"


def read_state(path: Path) -> MachineState | None:
    """Return what was written last; None if nothing was, or nothing that can be read."""
    try:
        return MachineState.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def write_state(path: Path, state: MachineState) -> None:
    """Write the state so that the file is whole or as it was, and nobody else's to read."""
    with whole_file(path) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_text(state.model_dump_json(indent=2))


def claim(path: Path, state: MachineState) -> int:
    """Make a state the one of this home, end what an earlier `up` left, and return how many processes that were.

    Raises:
        InputError: another `up` runs with this home; the message names its URL.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with file_lock(path.with_suffix(".lock")):
        found = read_state(path)
        if found and found.runs:
            raise InputError(f"`up` runs already: {found.url} (process {found.pid}); `media-factory down` ends it")
        if found and found.host != state.host:
            raise InputError(f"{path}: `up` was started with this home on {found.host}; end it there, or remove it")
        write_state(path, state)
    return end_leftovers(found) if found else 0


def end_leftovers(state: MachineState) -> int:
    """End whatever is left of an `up` that is no more, and return how many processes that were."""
    left = [part for part in state.parts if part.runs]
    # The marked ones first, while they can still be found: a part's group would take some of them along.
    pids = {part.pid for part in left} | set(marked(state.mark))
    for part in left:
        send(part.pid, 9, group=True)
    sweep(state.mark)
    return len(pids)


def this_process() -> tuple[int, str]:
    """Return our own number and start."""
    pid = os.getpid()
    return pid, started(pid) or "unknown"


__all__ = [
    "MachineState",
    "RunningPart",
    "claim",
    "end_leftovers",
    "read_state",
    "state_path",
    "this_process",
    "write_state",
]
