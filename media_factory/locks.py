"""Locks between the processes of one machine, which the kernel gives back when their holder dies."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no flock
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def file_lock(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock of a file, which is made if it isn't there, while the block runs; wait for whoever has it.

    Args:
        path: the lock's file; it is never removed.
        shared: others may hold it too, as long as they share it.

    Raises:
        OSError: the file can't be opened.
    """
    # A lock belongs to an open file, so threads that each open their own keep each other out as processes do.
    with _opened(path) as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")  # so that another account's lock can be held too
    except FileNotFoundError:
        return path.open("ab")


__all__ = ["file_lock"]
