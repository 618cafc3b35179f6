"""The warm process: it loads everything once, and forks a child for each flow run that the worker asks for.

It has one thread, and no open file but its socket to the worker; when that ends, the worker is gone, and so is it.
Children are sessions of their own and live on, as those of Prefect's process worker do.
"""

from __future__ import annotations

import os
import selectors
import socket
import sys
import threading
from pathlib import Path

from deployments.worker.birth import Surroundings, live
from deployments.worker.preloading import preload
from deployments.worker.wire import READY, Birth, Order, pid_message, receive_birth, status_message


def main(root: str, control_file: str) -> None:
    """Load, say so, and fork until the worker ends.

    Args:
        root: the folder that the worker's own packages are in.
        control_file: number of the open socket to the worker.
    """
    surroundings = Surroundings.here(Path(root))
    with socket.socket(fileno=int(control_file)) as control:
        preload()
        if threading.active_count() > 1:
            names = ", ".join(sorted(thread.name for thread in threading.enumerate()))
            raise SystemExit(f"importing started threads ({names}), and a process with threads can't be forked")
        try:
            control.send(READY)
        except OSError:
            return
        order = Nursery(control).next_life()
    if order is not None:
        live(order, surroundings.after_imports())


class Nursery:
    """The children that are out, and the worker's wishes."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._selector = selectors.PollSelector()
        self._selector.register(control, selectors.EVENT_READ)

    def next_life(self) -> Order | None:
        """Fork whenever the worker asks.

        Returns:
            In a child its order; in the nursery None, once the worker is gone.
        """
        while True:
            for key, _ in self._selector.select():
                if key.data is not None:
                    self._bury(key.fd, *key.data)
                    continue
                birth = receive_birth(self._control)
                if birth is None:
                    return None
                if order := self._fork(birth):
                    return order

    def _fork(self, birth: Birth) -> Order | None:
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            pid = os.fork()
        except OSError:
            # Out of processes or memory. The line ends without a word, and the worker starts the run in the plain way.
            birth.close()
            return None
        if pid == 0:
            return self._be_born(birth)
        birth.close(but_the_line=True)
        self._selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, birth.line))
        return None

    def _be_born(self, birth: Birth) -> Order:
        for key in list(self._selector.get_map().values()):
            if key.data is not None:
                # A sibling's line must end when the nursery does.
                os.close(key.fd)
                key.data[1].close()
        os.setsid()
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), 0)
        os.dup2(birth.output, 1)
        os.dup2(birth.errors, 2)
        order = birth.order()
        birth.line.send(pid_message(os.getpid()))
        birth.close()
        return order

    def _bury(self, pid_file: int, pid: int, line: socket.socket) -> None:
        self._selector.unregister(pid_file)
        os.close(pid_file)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with line:
            try:
                line.send(status_message(status))
            except OSError:
                return  # the worker has given it up


__all__ = ["Nursery", "main"]
