"""The parts of one machine: child processes that die with us, write to files of their own, and end as groups."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deployments.machine.processes import send, started, wait_until
from deployments.machine.restarts import Restarts
from deployments.machine.state import RunningPart
from media_factory import launcher

CHECKOUT = Path(__file__).resolve().parent.parent.parent
# The first TERM makes a Prefect worker finish its runs; the second ends it.
STEPS = ((signal.SIGTERM, 10.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
MOST_LOG_BYTES = 16 << 20
_NO_LIMIT = "-1"


@dataclass
class Part:
    """One supervised program.

    Args:
        name: as people read it, such as `cpu worker`.
        command: the program and its arguments.
        environment: all its variables.
        folder: where its log is written.
        url: where it can be reached, if it can.
        heard: its standard output is for us to read, and only its standard error is logged.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    url: str | None = None
    heard: bool = False
    restarts: Restarts = field(default_factory=Restarts)
    process: subprocess.Popen[bytes] | None = None
    _since: float = 0.0

    @property
    def log(self) -> Path:
        """Where what it prints is kept; the file before has the ending `.1`."""
        return self.folder / f"{self.name.replace(' ', '-')}.log"

    def start(self) -> None:
        """Start it in a session of its own; it dies if we do."""
        self.folder.mkdir(parents=True, exist_ok=True)
        launch = [sys.executable, "-I", "-S", launcher.__file__, str(os.getpid()), _NO_LIMIT, _NO_LIMIT]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*launch, *self.command],
                cwd=CHECKOUT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if self.heard else log,
                stderr=log,
                start_new_session=True,
            )
        self._since = time.time()
        self.restarts.began()

    def exit_code(self) -> int | None:
        """Return how it ended, or None while it runs."""
        return self.process.poll() if self.process else None

    def runs(self) -> bool:
        """Return whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def last_words(self, lines: int = 5) -> str:
        """Return the last lines of its log."""
        try:
            text = self.log.read_text(errors="replace")
        except OSError:
            return ""
        return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])

    def trim_log(self) -> None:
        """Keep the log from growing without end: a long one becomes the file before, and begins anew."""
        if self.log.stat().st_size > MOST_LOG_BYTES:
            shutil.copyfile(self.log, f"{self.log}.1")
            os.truncate(self.log, 0)

    def described(self) -> RunningPart | None:
        """Return what the state says of it, or None if it doesn't run."""
        if self.process is None or (since := started(self.process.pid)) is None:
            return None
        return RunningPart(
            name=self.name,
            pid=self.process.pid,
            started=since,
            since=self._since,
            url=self.url,
            restarts=self.restarts.count,
        )


def stop_all(parts: Iterable[Part], hurried: Callable[[], bool] = lambda: False) -> None:
    """End parts side by side: TERM, patience, TERM, patience, KILL, always to their whole groups.

    Args:
        parts: which; those that have ended are left alone.
        hurried: says whether somebody has lost patience.
    """
    asked = list(parts)
    for number, patience_s in STEPS:
        for part in asked:
            if part.process and part.runs():
                send(part.process.pid, number, group=True)
        patient = number != signal.SIGKILL
        wait_until(lambda: not any(part.runs() for part in asked) or (patient and hurried()), patience_s)  # noqa: B023


__all__ = ["CHECKOUT", "MOST_LOG_BYTES", "STEPS", "Part", "stop_all"]
