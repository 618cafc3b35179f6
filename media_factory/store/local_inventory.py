"""The inventory of a store in a folder.

Records lie in `records/`, tombstones in `tombstones/`. One lock orders what must not overlap: a `put` that finds its
bytes there already and relies on them shares it; whoever removes bytes has it alone.
"""

from __future__ import annotations

import contextlib
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from media_factory.errors import StoreError
from media_factory.files import sha256_of, sync_folder, write_whole
from media_factory.locks import file_lock
from media_factory.records import sealed, unsealed
from media_factory.store.inventory import Holding, Inventory, Tombstone

_HEX = re.compile(r"[0-9a-f]{64}")
_RECORD = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class LocalInventory(Inventory):
    """The inventory of the store below `root`, whose folders are there."""

    def __init__(self, root: Path) -> None:
        self._assets = root / "assets" / "sha256"
        self._quarantine = root / "quarantine"
        self._records = root / "records"
        self._tombstones = root / "tombstones"
        self._lock = root / "lock"

    def relying(self) -> AbstractContextManager[None]:
        """Keep everything where it is while the block runs."""
        return file_lock(self._lock, shared=True)

    def holdings(self) -> Iterator[Holding]:
        """List the folders; see `Inventory.holdings`."""
        for shelf in sorted(self._assets.iterdir()):
            for path in shelf.iterdir() if shelf.is_dir() else ():
                if _HEX.fullmatch(path.name) and (found := self.find(f"sha256:{path.name}")):
                    yield found

    def find(self, digest: str) -> Holding | None:
        """Look at the file's entry; see `Inventory.find`."""
        try:
            stat = self._path(digest).stat(follow_symlinks=False)
        except OSError:
            return None
        return Holding(digest=digest, size_bytes=stat.st_size, kept_at=stat.st_mtime)

    def touch(self, digest: str) -> bool:
        """Set the file's time of change; see `Inventory.touch`."""
        with self._saying(f"asset {digest} can't be touched"):
            try:
                os.utime(self._path(digest))
            except FileNotFoundError:
                return False
        return True

    def remove(self, digest: str, unless_kept_since: float | None = None) -> int:
        """Unlink the file while nobody relies on it; see `Inventory.remove`."""
        with self._saying(f"asset {digest} can't be removed"), file_lock(self._lock):
            found = self.find(digest)
            if found is None or (unless_kept_since is not None and found.kept_at > unless_kept_since):
                return 0
            self._path(digest).unlink()
            sync_folder(self._path(digest).parent)
        return found.size_bytes

    def recover(self, digest: str) -> bool:
        """Look through the quarantine; see `Inventory.recover`."""
        target = self._path(digest)
        with self._saying(f"asset {digest} can't be put back"):
            for copy in sorted(self._quarantine.glob(f"{target.name}.*")):
                if copy.is_file() and _content_is(copy, target.name):
                    copy.chmod(0o444)
                    target.parent.mkdir(exist_ok=True)
                    copy.replace(target)
                    os.utime(target)
                    sync_folder(target.parent)
                    return True
        return False

    def bury(self, tombstone: Tombstone) -> int:
        """Write the tombstone, then unlink; see `Inventory.bury`."""
        path = self._path(tombstone.digest)
        with self._saying(f"asset {tombstone.digest} can't be taken down"):
            with file_lock(self._lock):
                write_whole(self._tombstones / f"{path.name}.json", sealed(tombstone))
            freed = self.remove(tombstone.digest)
            for copy in self._quarantine.glob(f"{path.name}.*"):
                if copy.is_file():
                    freed += copy.stat().st_size
                    copy.unlink()
        return freed

    def tombstone(self, digest: str) -> Tombstone | None:
        """Read the tombstone's file; see `Inventory.tombstone`."""
        hexdigits = digest.removeprefix("sha256:")
        try:
            data = (self._tombstones / f"{hexdigits}.json").read_bytes()
        except OSError:
            return None
        # One that was damaged still bars the way: only `lift` opens it.
        return unsealed(data, Tombstone) or Tombstone(
            digest=f"sha256:{hexdigits}", who="somebody", why="the tombstone can't be read", at="at an unknown time"
        )

    def lift(self, digest: str) -> bool:
        """Remove the tombstone; see `Inventory.lift`."""
        path = self._tombstones / f"{digest.removeprefix('sha256:')}.json"
        with self._saying(f"asset {digest} can't be allowed again"):
            try:
                path.unlink()
            except FileNotFoundError:
                return False
        return True

    def write_record(self, name: str, data: bytes) -> None:
        """Write to a temporary name and rename, without a sync: records prove themselves, and syncing costs 8 ms."""
        target = self._record(name)
        temporary = target.with_name(f".{uuid.uuid4().hex}")
        with self._saying(f"the record {name} can't be written"):
            try:
                _write(temporary, data)
                temporary.replace(target)
            finally:
                temporary.unlink(missing_ok=True)

    def read_record(self, name: str) -> bytes | None:
        """Read the record's file; see `Inventory.read_record`."""
        try:
            return self._record(name).read_bytes()
        except OSError:
            return None

    def record_names(self, folder: str) -> Iterator[str]:
        """List the folder; see `Inventory.record_names`."""
        for path in self._record(folder).rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(self._records).as_posix()

    def remove_record(self, name: str) -> None:
        """Unlink the record's file; see `Inventory.remove_record`."""
        with self._saying(f"the record {name} can't be removed"):
            self._record(name).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        hexdigits = digest.removeprefix("sha256:")
        if not _HEX.fullmatch(hexdigits):
            raise StoreError(f"{digest!r} is no sha256 digest")
        return self._assets / hexdigits[:2] / hexdigits

    def _record(self, name: str) -> Path:
        if not _RECORD.fullmatch(name):
            raise StoreError(f"{name!r} can't be the name of a record")
        return self._records / name

    @contextlib.contextmanager
    def _saying(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise StoreError(f"{what}: {problem.strerror}") from problem


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _content_is(path: Path, hexdigits: str) -> bool:
    try:
        path.chmod(0o444)  # it may have been set aside because it could not be read
        return sha256_of(path) == hexdigits
    except OSError:
        return False


__all__ = ["LocalInventory"]
