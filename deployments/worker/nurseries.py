"""The worker's side of the warm process: started with the worker, started anew when the code has changed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from deployments.worker.sources import Snapshot
from deployments.worker.wire import MESSAGE_BYTES, READY, Order, pair, pid_in, send_birth, status_in
from media_factory.errors import MediaFactoryError

ROOT = Path(__file__).resolve().parent.parent.parent
# About what a start in a fresh process takes on a very busy machine.
_PATIENCE_S = 30.0
# Program text and not `-m`, which would put the worker's working directory on the path. The nursery itself decides
# whether the root stays there.
_BEGIN = """import sys
sys.path.insert(0, sys.argv[1])
from deployments.worker.nursery import main
del sys.path[0]
main(*sys.argv[1:])"""
_UNKNOWN = 1

logger = logging.getLogger("prefect.worker.media-factory")


class NurseryGone(MediaFactoryError):
    """The warm process is not there; a run that it was asked for can still start in the plain way."""


class Child:
    """A flow run's process, as Prefect looks at one; its parent, the nursery, says how it ended."""

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._line = line
        # The process is there or its status is on the line: it is the nursery that reaps it.
        with contextlib.suppress(ProcessLookupError):
            self._pid_file = os.pidfd_open(pid)

    def end(self) -> None:
        """Ask it, and all that it has started, to end."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)

    async def wait(self) -> None:
        """Wait until it has ended, and keep its exit status: a code, or the negative number of a signal."""
        reply = await asyncio.get_running_loop().sock_recv(self._line, MESSAGE_BYTES)
        status = status_in(reply)
        if status is None:
            # The nursery was killed. Whether the child has ended can still be known, how it ended can't: unless
            # Prefect's engine has reported the outcome by itself, the run counts as crashed.
            await _readable(self._pid_file)
            status = _UNKNOWN
        self.returncode = status

    def close(self) -> None:
        """Let go of it."""
        self._line.close()
        if hasattr(self, "_pid_file"):
            os.close(self._pid_file)


class Nursery:
    """One warm process and the state of the code that it has loaded."""

    def __init__(self, process: asyncio.subprocess.Process, control: socket.socket, snapshot: Snapshot) -> None:
        self._process = process
        self._control = control
        self._snapshot = snapshot
        self._children = 0
        self._retired = False

    @classmethod
    async def start(cls, environment: Mapping[str, str], snapshot: Snapshot) -> Nursery:
        """Start a warm process and wait until it has loaded everything.

        Raises:
            NurseryGone: it ended while it was loading.
        """
        ours, theirs = pair()
        ours.setblocking(False)
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-c", _BEGIN, str(ROOT), str(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL, env=dict(environment), pass_fds=[theirs.fileno()],
                # Ctrl-C at a terminal is for the worker, which may want to wait for its runs.
                start_new_session=True,
            )  # fmt: skip
        nursery = cls(process, ours, snapshot)
        try:
            said = await asyncio.get_running_loop().sock_recv(ours, MESSAGE_BYTES)
        except BaseException:
            await nursery.close()
            raise
        if said != READY:
            await nursery.close()
            raise NurseryGone("the warm process ended while it was loading; what it printed says why")
        return nursery

    def is_fit(self) -> bool:
        """Return whether it runs, and has loaded what lies on disk now."""
        return self._process.returncode is None and self._snapshot.is_current()

    @asynccontextmanager
    async def child(self, order: Order, output: int, errors: int) -> AsyncIterator[Child]:
        """Have a run started.

        Args:
            order: the run.
            output: open file for what it prints.
            errors: open file for its errors.

        Raises:
            NurseryGone: nothing was started.
        """
        ours, theirs = pair()
        ours.setblocking(False)
        try:
            with theirs:
                send_birth(self._control, order, theirs, output, errors)
            pid = pid_in(await asyncio.get_running_loop().sock_recv(ours, MESSAGE_BYTES))
        except OSError as problem:
            ours.close()
            raise NurseryGone(f"the warm process does not take orders ({problem})") from problem
        except BaseException:
            _disown(ours)
            raise
        if pid is None:
            ours.close()
            raise NurseryGone("the warm process could not fork")
        child = Child(pid, ours)
        self._children += 1
        try:
            yield child
        finally:
            child.close()
            self._children -= 1
            if self._retired and not self._children:
                await self.close()

    async def retire(self) -> None:
        """End it, as soon as it has no more children to wait for."""
        self._retired = True
        if not self._children:
            await self.close()

    async def close(self) -> None:
        """End it; children that are out live on."""
        self._control.close()
        # It has a session of its own, so nothing else would end one that hangs in an import.
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        await asyncio.shield(self._process.wait())


class Nurseries:
    """The warm process of a worker, whichever it is at the time.

    Args:
        environment: returns the environment that a plain run would start with.
        snapshot: returns how the code is now.
    """

    def __init__(self, environment: Callable[[], Mapping[str, str]], snapshot: Callable[[], Snapshot]) -> None:
        self._environment = environment
        self._snapshot = snapshot
        self._lock = asyncio.Lock()
        self._seen = Snapshot(folders=(), single=(), seen={})
        self._loading: asyncio.Task[Nursery | None] | None = None

    async def fit(self) -> Nursery | None:
        """Return a warm process that has loaded what lies on disk now; None if there is none within 30 s.

        One whose code does not load is not tried again before the code changes.
        """
        async with self._lock:
            loading = await self._the_one_to_wait_for()
        # It goes on loading if it is not done by then: the next run may find it ready.
        done, _ = await asyncio.wait({loading}, timeout=_PATIENCE_S)
        return loading.result() if done else None

    async def _the_one_to_wait_for(self) -> asyncio.Task[Nursery | None]:
        if self._loading is not None and self._loading.done():
            nursery = self._loading.result()
            if nursery is not None and not nursery.is_fit():
                logger.info("The code has changed or the warm process has ended; starting a new one")
                await nursery.retire()
                self._loading = None
            elif nursery is None and not self._seen.is_current():
                self._loading = None
        if self._loading is None:
            self._seen = self._snapshot()
            self._loading = asyncio.create_task(self._load())
        return self._loading

    async def _load(self) -> Nursery | None:
        try:
            nursery = await Nursery.start(self._environment(), self._seen)
        except NurseryGone as problem:
            logger.warning("Runs start in fresh processes: %s", problem)
            return None
        logger.info("The warm process is ready")
        return nursery

    async def close(self) -> None:
        """End the warm process, or its loading."""
        async with self._lock:
            if self._loading is None:
                return
            self._loading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                if nursery := await self._loading:
                    await nursery.close()
            self._loading = None


def _disown(line: socket.socket) -> None:
    """See to it that a run which nobody waits for any more is not born, or ends."""
    with line, contextlib.suppress(OSError):
        # From here on the child can't say who it is, and ends at that; or it has said so already.
        line.shutdown(socket.SHUT_RD)
        if pid := pid_in(line.recv(MESSAGE_BYTES)):
            os.killpg(pid, signal.SIGKILL)


async def _readable(file: int) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(file, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(file)


__all__ = ["ROOT", "Child", "Nurseries", "Nursery", "NurseryGone"]
