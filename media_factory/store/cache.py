"""Copies on this machine of what is kept elsewhere: whole, checked whenever they are asked for, the oldest go first.

Any number of processes may share a folder. Layout: `<first two hex digits>/<hex>`, `incoming/` for what is being
written, `locks/` for who is writing what. Nothing here needs to survive a power cut, so nothing is synced.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from media_factory.errors import StoreError
from media_factory.files import FULL, sha256_of

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows, where an open file can't be removed anyway
    fcntl = None  # type: ignore[assignment]

_MODE = 0o444
_ABANDONED_AFTER_S = 24 * 3600
_LOOKS_EVERY_S = 0.05
# What is removed at once, and how much may be added before the folder is counted again.
_LEAVE, _COUNT_AGAIN = 0.9, 0.05


class ReadCache:
    """Keeps copies by digest in a folder.

    Args:
        folder: where; it is made when it is needed.
        cap_bytes: what the copies may take. What was asked for lately stays beyond it.
        keep_s: how long a copy that was asked for stays in any case, since it was given out as a path that somebody
            is about to open. One that is open stays readable even when it is removed.
    """

    def __init__(self, folder: Path, cap_bytes: int, keep_s: float = 1800.0) -> None:
        self.folder = folder
        self.cap_bytes = cap_bytes
        self.keep_s = keep_s
        self._counting = threading.Lock()
        self._added: float = 0
        self._counted: float | None = None

    def path_of(self, digest: str) -> Path:
        """Return where a copy is, if it is there."""
        return self.folder / digest[:2] / digest

    def find(self, digest: str) -> Path | None:
        """Return a sound copy, or None; an altered one is removed."""
        path = self.path_of(digest)
        try:
            with self._lock("touch", exclusive=False):
                os.utime(path)
            found = sha256_of(path)
        except OSError:
            found = ""
        if found == digest:
            return path
        _remove(path)
        return None

    def adopt(self, source: bytes | Path, digest: str, size: int) -> None:
        """Copy what is known to have a digest, if there is room; no copy is no failure.

        Larger things than an eighth of the cap are not copied.
        """
        if size * 8 > self.cap_bytes or self.path_of(digest).is_file():
            return
        with contextlib.suppress(OSError), self._incoming() as temporary:
            if isinstance(source, bytes):
                descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
                with os.fdopen(descriptor, "wb", buffering=0) as file:
                    file.write(source)
            else:
                shutil.copyfile(source, temporary)
                temporary.chmod(_MODE)
            self._settle(temporary, digest, size)

    def fill(self, digest: str, size: int, write: Callable[[Path], object]) -> Path:
        """Have a copy written to a temporary path, and return it under its own name.

        Args:
            digest: what the copy has, as 64 hex digits; `write` makes sure of it.
            size: in bytes, for the message.
            write: writes the file.

        Raises:
            StoreError: the disk doesn't take it; nothing of it is left. And whatever `write` raises.
        """
        for attempt in ("first", "last"):
            try:
                with self._incoming() as temporary:
                    write(temporary)
                    temporary.chmod(_MODE)
                    return self._settle(temporary, digest, size)
            except OSError as problem:
                if attempt == "first" and problem.errno in FULL and self.make_room(0):
                    continue
                raise StoreError(
                    f"{self.folder}: a copy of {size} bytes can't be kept: {problem.strerror}; make room there, or set "
                    "the cache's folder to one on a larger disk"
                ) from problem
        raise AssertionError("the last attempt returns or raises")

    @contextlib.contextmanager
    def filling(self, digest: str, stop: threading.Event) -> Iterator[None]:
        """Let one of all processes and threads at a time fill in a digest; the others wait for the block's end.

        Raises:
            StoreError: `stop` was set while we waited.
        """
        with self._lock(digest, exclusive=True, stop=stop, passing=True):
            yield

    def make_room(self, leave_bytes: int) -> int:
        """Remove the copies that were not asked for the longest until the rest takes so much; return what is gone.

        Only one process at a time does this; for the others there is nothing to do.
        """
        copies = sorted(self._copies())
        total = sum(size for _, size, _ in copies)
        gone = 0
        for _, size, path in copies:
            if total - gone <= leave_bytes:
                break
            # Whoever asked meanwhile has touched it, or finds it gone: nobody is given the path of a removed copy.
            with contextlib.suppress(OSError), self._lock("touch", exclusive=True):
                if time.time() - path.stat().st_mtime >= self.keep_s:
                    path.unlink()
                    gone += size
        with self._counting:
            self._counted, self._added = total - gone, 0
        return gone

    def _settle(self, temporary: Path, digest: str, size: int) -> Path:
        path = self.path_of(digest)
        try:
            temporary.replace(path)
        except OSError:  # its folder isn't there yet, or a folder is in its place
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                _remove(path)
            temporary.replace(path)
        with self._counting:
            self._added += size
            over = self._counted is None or self._counted + self._added > self.cap_bytes
            over = over or self._added > self.cap_bytes * _COUNT_AGAIN
        if over:
            self._keep_to_cap()
        return path

    def _keep_to_cap(self) -> None:
        total = sum(size for _, size, _ in self._copies())
        if total > self.cap_bytes:
            self.make_room(int(self.cap_bytes * _LEAVE))
            return
        with self._counting:
            self._counted, self._added = total, 0

    def _copies(self) -> Iterator[tuple[float, int, Path]]:
        """Yield when each copy was asked for last, its size, and its path."""
        for path in self.folder.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                known = path.stat()
                yield known.st_mtime, known.st_size, path

    @contextlib.contextmanager
    def _incoming(self) -> Iterator[Path]:
        folder = self.folder / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        if self._counted is None:
            _sweep(folder)
        temporary = folder / uuid.uuid4().hex
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _lock(
        self, name: str, *, exclusive: bool, stop: threading.Event | None = None, passing: bool = False
    ) -> Iterator[None]:
        """Hold a lock of the folder's; `passing` ones are many and leave no file behind."""
        if fcntl is None:
            yield
            return
        folder = self.folder / "locks"
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        with contextlib.ExitStack() as held:
            while not _take(held.enter_context(path.open("ab")), exclusive=exclusive, wait=stop is None):
                held.pop_all().close()
                if stop is not None and stop.wait(_LOOKS_EVERY_S):
                    raise StoreError("nobody waits for this asset any more")
            try:
                yield
            finally:
                if passing:
                    path.unlink(missing_ok=True)


def _take(file: IO[bytes], *, exclusive: bool, wait: bool) -> bool:
    """Take a lock; False if somebody else has it, or removed its file in between."""
    how = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    try:
        fcntl.flock(file, how if wait else how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(file.fileno()).st_nlink > 0


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _sweep(folder: Path) -> None:
    """Remove what writers that died a day ago left behind."""
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_S:
                path.unlink()


__all__ = ["ReadCache"]
