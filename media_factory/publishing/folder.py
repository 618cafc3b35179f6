"""Publishing into a folder, such as a web server's: nothing is ever written outside it, whatever lies in it."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import stat
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from media_factory.assets import Asset
from media_factory.briefs.object_keys import checked_key
from media_factory.errors import InputError, StoreError
from media_factory.publishing.target import Headers, Target, Urls
from media_factory.store.base import AssetStore

# Another disk, a file system without links, or too many of them.
_NO_LINKS = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EACCES})
T = TypeVar("T")
_PARTIAL = ".publishing-"


class FolderTarget(Target):
    """Keeps objects as files below a folder, which is made if it isn't there.

    Folders are walked by descriptors that follow no link, so that not even somebody who may write into the folder can
    have us write anywhere else.

    Args:
        root: the folder.
        base_url: what it is served under; without one, URLs are file: ones.
        link: share the store's bytes where both are on one disk, instead of copying them.
    """

    def __init__(self, root: Path, base_url: str | None = None, *, link: bool = True) -> None:
        self.root = root.expanduser().absolute()
        self._base_url = base_url.rstrip("/") if base_url else None
        self._link = link

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.root)

    async def copy(self, asset: Asset, store: AssetStore, key: str, headers: Headers) -> None:  # noqa: ARG002
        """Link or copy an asset's file; see `Target.copy`."""
        source = await store.fetch(asset)
        await asyncio.to_thread(self._place, key, lambda name, folder: self._link_or_copy(source, name, folder))

    async def put(self, source: bytes | Path, key: str, headers: Headers) -> None:  # noqa: ARG002
        """Write a file; see `Target.put`."""
        await asyncio.to_thread(self._place, key, lambda name, folder: _write(source, name, folder))

    async def read(self, key: str) -> bytes | None:
        """Return a file's content; see `Target.read`."""

        def content(name: str, folder: int) -> bytes:
            with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), "rb") as file:  # noqa: PTH123
                return file.read()

        return await asyncio.to_thread(self._look, key, content)

    async def size_of(self, key: str) -> int | None:
        """Return a file's size; see `Target.size_of`."""
        return await asyncio.to_thread(self._look, key, _size)

    async def delete(self, keys: Iterable[str]) -> None:
        """Remove files, and the folders that they leave empty; see `Target.delete`."""

        def remove() -> None:
            for key in keys:
                self._look(key, lambda name, folder: os.unlink(name, dir_fd=folder))
                self._prune(key.split("/")[:-1])

        await asyncio.to_thread(remove)

    async def keys_below(self, prefix: str) -> tuple[str, ...]:
        """Return the files below a folder, links left out; see `Target.keys_below`."""
        return await asyncio.to_thread(self._files, checked_key(prefix) if prefix else "")

    async def url_of(self, key: str, urls: Urls, expires_s: int) -> str:  # noqa: ARG002
        """Return where a file can be opened; see `Target.url_of`."""
        checked_key(key)
        if urls != "public":
            raise InputError(f"a folder has no {urls} URLs; use public ones, with the base URL it is served under")
        return f"{self._base_url}/{quote(key)}" if self._base_url else (self.root / key).as_uri()

    def _place(self, key: str, write: Callable[[str, int], None]) -> None:
        """Have a file written under a temporary name beside its own, then renamed, durably."""
        *segments, name = checked_key(key).split("/")
        partial = f"{_PARTIAL}{uuid.uuid4().hex}"
        try:
            with self._folder(segments, make=True) as folder:
                try:
                    write(partial, folder)
                    os.replace(partial, name, src_dir_fd=folder, dst_dir_fd=folder)
                    os.fsync(folder)
                finally:
                    _forget(partial, folder)
        except OSError as problem:
            raise self._failed("write", key, problem) from problem

    def _link_or_copy(self, source: Path, name: str, folder: int) -> None:
        if self._link:
            try:
                os.link(source, name, dst_dir_fd=folder)
            except OSError as problem:
                if problem.errno not in _NO_LINKS:
                    raise
            else:
                return
        _write(source, name, folder)

    def _look(self, key: str, ask: Callable[[str, int], T]) -> T | None:
        *segments, name = checked_key(key).split("/")
        try:
            with self._folder(segments) as folder:
                return ask(name, folder)
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise self._failed("use", key, problem) from problem

    def _files(self, prefix: str) -> tuple[str, ...]:
        found = []
        try:
            with self._folder(prefix.split("/") if prefix else []) as top:
                for folder, _, names, descriptor in os.fwalk(".", dir_fd=top):
                    found += [
                        os.path.normpath(f"{prefix}/{folder}/{name}").lstrip("/")
                        for name in names
                        if not name.startswith(_PARTIAL) and _size(name, descriptor) is not None
                    ]
        except FileNotFoundError:
            return ()
        except OSError as problem:
            raise self._failed("list", prefix, problem) from problem
        return tuple(sorted(found))

    @contextmanager
    def _folder(self, segments: list[str], *, make: bool = False) -> Iterator[int]:
        """Open a folder below the root, one segment after the other and no link among them."""
        if os.open not in os.supports_dir_fd:
            raise StoreError("publishing into a folder needs a POSIX system; use object storage instead")
        if make:
            self.root.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDONLY | os.O_DIRECTORY
        here = os.open(self.root, flags)
        try:
            for segment in segments:
                if make:
                    _make_folder(segment, here)
                below = os.open(segment, flags | os.O_NOFOLLOW, dir_fd=here)
                os.close(here)
                here = below
            yield here
        finally:
            os.close(here)

    def _prune(self, segments: list[str]) -> None:
        while segments:
            *above, last = segments
            try:
                with self._folder(above) as folder:
                    os.rmdir(last, dir_fd=folder)
            except OSError:
                return  # not empty, or gone already
            segments = above

    def _failed(self, what: str, key: str, problem: OSError) -> StoreError:
        if problem.errno in (errno.ELOOP, errno.ENOTDIR):
            return StoreError(f"can't {what} {key} in {self.root}: a link or a file stands where it needs a folder")
        return StoreError(f"can't {what} {key} in {self.root}: {problem.strerror}")


def _make_folder(name: str, parent: int) -> None:
    try:
        os.mkdir(name, dir_fd=parent)
    except FileExistsError:
        return
    os.fsync(parent)


def _write(source: bytes | Path, name: str, folder: int) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644, dir_fd=folder)
    with open(descriptor, "wb") as target:  # noqa: PTH123
        if isinstance(source, bytes):
            target.write(source)
        else:
            with source.open("rb") as reader:
                shutil.copyfileobj(reader, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())


def _forget(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return


def _size(name: str, folder: int) -> int | None:
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    return found.st_size if stat.S_ISREG(found.st_mode) else None


__all__ = ["FolderTarget"]
