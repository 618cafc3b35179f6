"""One machine running: its parts started in order, watched, started again when they die, and ended in order."""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field

from deployments.machine.environment import auth_from, environment_for
from deployments.machine.parts import CHECKOUT, Part, stop_all
from deployments.machine.pools import Pool
from deployments.machine.ports import HOST, check_ports, url_at
from deployments.machine.processes import sweep, wait_until
from deployments.machine.registering import ALL_DONE, POOLS_DONE, Registration
from deployments.machine.restarts import MOST_QUICK_DEATHS
from deployments.machine.state import MachineState, claim, read_state, state_path, this_process, write_state
from deployments.machine.stopping import Stop
from media_factory.errors import MediaFactoryError
from media_factory.home import default_home
from media_factory.model import Model

_STARTS_WITHIN_S = 300.0
_RUNS_END_WITHIN_S = 10.0
_REGISTRATION_ENDS_WITHIN_S = 10.0
_LOOK_EVERY_S = 0.2
_TRIM_EVERY_S = 30.0


class Options(Model):
    """What an `up` was asked for."""

    port: int = Field(ge=1, le=65535, description="the Prefect server's and its UI's")
    media_port: int = Field(ge=1, le=65535, description="the media server's")
    pools: tuple[Pool, ...]
    workers: bool = True


class _Stopped(Exception):
    """Somebody asked for the end before all was started."""


def run_up(options: Options) -> int:
    """Start everything, print where it is, and stay until somebody asks for the end.

    Returns:
        0 if somebody asked; 1 if a part died too often to be started again.

    Raises:
        InputError: an `up` of this home runs already, or a port is taken.
        MediaFactoryError: a part did not start.
    """
    stop = Stop()
    stop.listen()
    path, state = state_path(), _new_state(options)
    for line in auth_from(os.environ)[1]:
        say(f"warning: {line}")
    if left := claim(path, state):
        say(f"ended {left} processes that an earlier `up` left")
    try:
        check_ports(port=options.port, media_port=options.media_port)
        with _guarded(state.mark):
            return Machine(options, state, path, stop).run()
    finally:
        if (found := read_state(path)) and found.mark == state.mark:
            path.unlink(missing_ok=True)


def say(line: str) -> None:
    """Print a line at once; a terminal that is gone is no reason to stop halfway."""
    with contextlib.suppress(OSError):
        print(line, flush=True)


class Machine:
    """The parts of one `up`.

    Args:
        options: what was asked for.
        state: who this `up` is.
        path: where the state is kept.
        stop: who says when it ends.
    """

    def __init__(self, options: Options, state: MachineState, path: Path, stop: Stop) -> None:
        self._options, self._state, self._path, self._stop = options, state, path, stop
        self._environment = environment_for(state, os.environ)
        self._folder = default_home() / "logs"
        serve = ("server", "start", "--host", HOST, "--port", str(options.port))
        gateway = (sys.executable, "-m", "deployments.gateway", "--port", str(options.media_port))
        self._server = self._part("Prefect server", *_prefect(*serve), url=state.url)
        self._media = self._part("media server", *gateway, url=state.media_url)
        self._workers = [
            self._part(
                f"{pool.name} worker",
                *_prefect("worker", "start", "--pool", pool.name, "--name", f"media-factory-{pool.name}"),
            )
            for pool in options.pools
            if options.workers
        ]
        asked = Registration(pools=options.pools, workers=options.workers).model_dump_json()
        self._registering = self._part(
            "registration", sys.executable, "-m", "deployments.machine.registering", asked, heard=True
        )
        self._due: dict[str, float] = {}

    def run(self) -> int:
        """Start all parts, watch them, and end them; return the exit code."""
        try:
            self._start()
            self._tell()
            return self._watch()
        except _Stopped:
            return 0
        finally:
            self._end()

    def _part(self, name: str, *command: str, url: str | None = None, heard: bool = False) -> Part:
        return Part(name, command, self._environment, self._folder, url=url, heard=heard)

    @property
    def _lasting(self) -> list[Part]:
        return [self._server, self._media, *self._workers]

    def _start(self) -> None:
        say("starting; Ctrl-C stops everything")
        for part in (self._server, self._registering, self._media):
            part.start()
        self._save()
        done = False
        for step in self._steps():
            if step == POOLS_DONE:
                for worker in self._workers:
                    worker.start()
                self._save()
            done |= step == ALL_DONE
        if done:
            # It leaves when its last events are sent.
            wait_until(lambda: not self._registering.runs() or self._stop.asked(), _REGISTRATION_ENDS_WITHIN_S)
            return
        words = self._registering.last_words()
        raise MediaFactoryError(f"registering failed: {words}\nAll that was said is in {self._registering.log}")

    def _steps(self) -> Iterator[str]:
        """Give what the registration says, as it says it, until it ends."""
        process = self._registering.process
        assert process and process.stdout
        lines: queue.Queue[bytes | None] = queue.Queue()
        threading.Thread(target=_forward, args=(process, lines), daemon=True).start()
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < deadline:
            if self._stop.asked():
                raise _Stopped
            if (code := self._server.exit_code()) is not None:
                words = self._server.last_words()
                raise MediaFactoryError(f"the Prefect server ended with exit code {code} before it was ready: {words}")
            with contextlib.suppress(queue.Empty):
                line = lines.get(timeout=_LOOK_EVERY_S)
                if line is None:
                    return
                yield line.decode().strip()
        raise MediaFactoryError(f"not everything was there within {_STARTS_WITHIN_S:.0f} s; see {self._folder}")

    def _tell(self) -> None:
        state, asks = self._state, auth_from(os.environ)[0]
        say(f"Prefect UI: {state.url}" + (" (asks for PREFECT_SERVER_API_AUTH_STRING)" if asks else ""))
        say(f"PREFECT_API_URL={state.api_url}")
        say(f"Media: {state.media_url}/deliveries/ID/")
        for pool in self._options.pools:
            say(f"Pool {pool.name}: {'a worker waits for runs' if self._options.workers else 'no worker, as asked'}")
        say(f"Logs: {self._folder}")
        say("ready; Ctrl-C stops everything")

    def _watch(self) -> int:
        trim_at = time.monotonic() + _TRIM_EVERY_S
        while not self._stop.asked():
            for part in self._lasting:
                if not part.runs() and not self._revived(part):
                    say(f"the {part.name} died {MOST_QUICK_DEATHS} times in a row; stopping the rest. See {part.log}")
                    return 1
            if time.monotonic() >= trim_at:
                for part in self._lasting:
                    part.trim_log()
                trim_at = time.monotonic() + _TRIM_EVERY_S
            time.sleep(_LOOK_EVERY_S)
        return 0

    def _revived(self, part: Part) -> bool:
        """Start a dead part again when that is due, and return False if it is given up."""
        if part.name not in self._due:
            delay_s = part.restarts.died()
            if delay_s is None:
                return False
            say(f"the {part.name} ended by itself (exit code {part.exit_code()}); it is started again in {delay_s:g} s")
            self._due[part.name] = time.monotonic() + delay_s
        if time.monotonic() >= self._due[part.name]:
            del self._due[part.name]
            part.start()
            self._save()
            say(f"the {part.name} is started again")
        return True

    def _save(self) -> None:
        described = (part.described() for part in [*self._lasting, self._registering])
        parts = tuple(one for one in described if one is not None)
        write_state(self._path, self._state.model_copy(update={"parts": parts}))

    def _end(self) -> None:
        """End the workers, then runs that they left, then what these report to."""
        say("stopping")
        stop_all([*self._workers, self._registering], self._stop.hurried)
        last = (self._server, self._media)
        spared = [part.process.pid for part in last if part.process]
        sweep(self._state.mark, spared, patience_s=0.0 if self._stop.hurried() else _RUNS_END_WITHIN_S)
        stop_all(last, self._stop.hurried)
        sweep(self._state.mark)
        say("stopped")


def _new_state(options: Options) -> MachineState:
    pid, since = this_process()
    return MachineState(
        mark=secrets.token_hex(16),
        host=socket.gethostname(),
        pid=pid,
        started=since,
        since=time.time(),
        url=url_at(options.port),
        media_url=url_at(options.media_port),
    )


def _prefect(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "prefect", "--no-prompt", *arguments)


def _forward(process: subprocess.Popen[bytes], lines: queue.Queue[bytes | None]) -> None:
    assert process.stdout
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


@contextmanager
def _guarded(mark: str) -> Iterator[None]:
    """Have a guard beside us while the block runs, which ends what carries the mark should we be killed."""
    guard = subprocess.Popen(
        [sys.executable, "-m", "deployments.machine.guard", mark],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        guard.communicate()


__all__ = ["Machine", "Options", "run_up", "say"]
