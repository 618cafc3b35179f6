"""Folders to work in: gone after the work, also when the process that worked was killed.

Each folder has a lock beside it that its process holds. Whoever comes next removes the folders whose locks nobody
holds: no process id is trusted, which another process, or another machine's container, may bear by now.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from media_factory.errors import RenderError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows, where an open file can't be removed anyway
    fcntl = None  # type: ignore[assignment]

_LOCK = ".lock"
_ALWAYS_FREE_BYTES = 64 << 20


@contextlib.contextmanager
def workspace(parent: Path, needed_bytes: int = 0) -> Iterator[Path]:
    """Give a new folder below `parent`, which is gone after the block, whatever happens.

    Raises:
        RenderError: its disk has no room for `needed_bytes`.
    """
    parent.mkdir(parents=True, exist_ok=True)
    require_space(parent, needed_bytes)
    with _held(parent) as name:
        folder = parent / name
        try:
            folder.mkdir()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path) -> int:
    """Remove the folders below `parent` whose processes are dead, and return how many there were."""
    if fcntl is None or not parent.is_dir():
        return 0
    swept = 0
    for lock in parent.glob(f"*{_LOCK}"):
        with contextlib.suppress(OSError), lock.open("rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
            swept += 1
    return swept


def require_space(folder: Path, needed_bytes: int) -> None:
    """Make sure that a folder's disk has room for so many bytes, and a little to spare.

    Raises:
        RenderError: it has not; the message names the folder, what is needed and what is free.
    """
    free = shutil.disk_usage(folder).free
    if needed_bytes and free < needed_bytes + _ALWAYS_FREE_BYTES:
        raise RenderError(
            f"{folder}: {needed_bytes} bytes are needed to work in, and {free} are free; make room there, or set "
            "MEDIA_FACTORY_HOME to a folder on a larger disk"
        )


@contextlib.contextmanager
def _held(parent: Path) -> Iterator[str]:
    """Hold the lock of a new name while the block runs."""
    while True:
        name = uuid.uuid4().hex
        path = parent / f"{name}{_LOCK}"
        with path.open("xb") as file:
            if not _locked(file):
                continue
            try:
                yield name
            finally:
                path.unlink(missing_ok=True)
            return


def _locked(file: IO[bytes]) -> bool:
    """Take the lock; False if a sweep came in between and took the new file for a dead process's."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return os.fstat(file.fileno()).st_nlink > 0


__all__ = ["require_space", "sweep", "workspace"]
