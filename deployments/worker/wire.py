"""What a worker and its nursery tell each other, over sockets that keep messages apart.

The control socket lives as long as the worker: `ready` comes back once, and every birth goes out as one message with
four open files (line, standard output, standard error, order). A line is one run's own: its process id comes back, then
its exit status. A socket that ends says that the other side is gone, however it went.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from media_factory.model import Model

READY, BIRTH = b"ready", b"birth"
MESSAGE_BYTES = 64
_FILES = 4
_PID, _STATUS = "pid", "status"


class Order(Model):
    """One flow run to be started."""

    config: Path
    """What Prefect's workspace supervisor reads."""
    folder: Path
    """The working directory before any pull step."""
    environment: dict[str, str]
    """All of it."""


class Birth:
    """The open files that come with an order, at the nursery."""

    def __init__(self, files: list[int]) -> None:
        line, self.output, self.errors, self._order = files
        self.line = socket.socket(fileno=line)

    def close(self, *, but_the_line: bool = False) -> None:
        """Close the files; what is not closed here is somebody else's by now."""
        for one in (self.output, self.errors, self._order):
            os.close(one)
        if not but_the_line:
            self.line.close()

    def order(self) -> Order:
        """Read the order."""
        with os.fdopen(os.dup(self._order), "rb") as file:
            file.seek(0)
            return Order.model_validate_json(file.read())


def pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected sockets that keep messages apart; no program inherits them unless it is told to."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send_birth(control: socket.socket, order: Order, line: socket.socket, output: int, errors: int) -> None:
    """Ask a nursery for a run; its environment, which may hold secrets, is in memory only.

    Raises:
        OSError: the nursery is gone.
    """
    with os.fdopen(os.memfd_create("order"), "wb") as file:
        file.write(order.model_dump_json().encode())
        file.flush()
        socket.send_fds(control, [BIRTH], [line.fileno(), output, errors, file.fileno()])


def receive_birth(control: socket.socket) -> Birth | None:
    """Return what the worker sends next; None once it is gone."""
    message, files, _, _ = socket.recv_fds(control, MESSAGE_BYTES, _FILES)
    return Birth(files) if message == BIRTH and len(files) == _FILES else None


def pid_message(pid: int) -> bytes:
    """Return the message that says who a run is."""
    return f"{_PID} {pid}".encode()


def status_message(status: int) -> bytes:
    """Return the message that says how a run ended: its exit code, or the negative number of the signal."""
    return f"{_STATUS} {status}".encode()


def pid_in(message: bytes) -> int | None:
    """Return the process id that a message says, if it says one."""
    return _number(_PID, message)


def status_in(message: bytes) -> int | None:
    """Return the exit status that a message says, if it says one."""
    return _number(_STATUS, message)


def _number(word: str, message: bytes) -> int | None:
    said, _, number = message.decode().partition(" ")
    return int(number) if said == word else None


__all__ = [
    "BIRTH",
    "MESSAGE_BYTES",
    "READY",
    "Birth",
    "Order",
    "pair",
    "pid_in",
    "pid_message",
    "receive_birth",
    "send_birth",
    "status_in",
    "status_message",
]
