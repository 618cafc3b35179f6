"""Files that may be sent: assets checked against their digest, and what lies in delivery folders."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from weakref import WeakValueDictionary

import sqlalchemy as sa

from deployments.gateway.media_types import UNKNOWN, type_by_content, type_by_name
from media_factory.assets import Asset
from media_factory.books.books import Books
from media_factory.books.tables import receipt_assets, receipts
from media_factory.errors import AssetLost, BooksError
from media_factory.files import sha256_of
from media_factory.media_types import HEAD_BYTES
from media_factory.store.base import AssetStore

_REMEMBERED = 10_000
_TRIES = 3
# Clocks of file systems tick every few milliseconds; those of servers elsewhere may be off by more.
_SETTLED_NS = 2_000_000_000
# A pipe would make open() wait for its writer; Windows knows none of these but the last.
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
# What Windows reads as another file, stream or folder than it seems.
_FORBIDDEN = frozenset('\\:*?"<>|') | frozenset(map(chr, range(32))) | {"\x7f"}


@dataclass(frozen=True)
class Opened:
    """A file that is open for sending. `tag` is its strong entity tag, with its quotes."""

    file: BinaryIO
    size: int
    tag: str
    media_type: str


Identity = tuple[int, int, int, int, int]
_Known = tuple[Path, Identity, str]


class Assets:
    """Opens a store's assets. A file is checked when it is first asked for, and again whenever it has changed since."""

    def __init__(self, store: AssetStore, books: Books) -> None:
        self._store = store
        self._books = books
        self._checked: dict[str, _Known] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open(self, digest: str) -> Opened | None:
        """Open an asset's bytes by its digest (`sha256:...`); None if it is missing or was altered.

        What was altered, the store has set aside.

        Raises:
            StoreError, BooksError: they can't be read.
        """
        # Ten players that come at once wait for one check.
        async with self._locks.setdefault(digest, asyncio.Lock()):
            known = self._checked.get(digest)
            for _ in range(_TRIES):
                opened = await asyncio.to_thread(_open_same, digest, *known) if known else None
                if opened:
                    return opened
                known = await self._check(digest)
                if known is None:
                    return None
        return None

    async def _check(self, digest: str) -> _Known | None:
        self._checked.pop(digest, None)
        asset = await asyncio.to_thread(recorded_asset, self._books, digest)
        try:
            path, identity = await self._sound(asset or Asset(digest=digest, media_type=UNKNOWN, size_bytes=0))
            media_type = asset.media_type if asset else type_by_content(await asyncio.to_thread(_head_of, path))
        except (AssetLost, FileNotFoundError):
            return None
        while len(self._checked) >= _REMEMBERED:
            self._checked.pop(next(iter(self._checked)))
        self._checked[digest] = known = (path, identity, media_type)
        return known

    async def _sound(self, asset: Asset) -> tuple[Path, Identity]:
        """Return an asset's file and its identity from before somebody last looked at its bytes."""
        while True:
            began_ns = time.time_ns()
            path = await self._store.fetch(asset)
            identity = await asyncio.to_thread(_identity_of, path)
            # What changed just now may have changed after it was read: it is read again. A store that keeps copies
            # touches each that it gives out, so it is not asked a second time.
            if identity[-1] < began_ns - _SETTLED_NS or await asyncio.to_thread(_holds, path, asset.hex, identity):
                return path, identity


class Deliveries:
    """Opens what lies in delivery folders: regular files, reached through no link."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def open(self, path: str) -> Opened | None:
        """Open a file by its path below the root, with slashes; None if nothing that was delivered is there."""
        return await asyncio.to_thread(self._open, path)

    def _open(self, path: str) -> Opened | None:
        parts = path.split("/")
        if not all(map(_is_plain, parts)):
            return None
        try:
            root = self._root.resolve(strict=True)
            wanted = root.joinpath(*parts)
            # A link anywhere on the way leads elsewhere, inside or outside.
            if wanted.resolve(strict=True) != wanted:
                return None
            file, found = _open_regular(wanted)
        except (OSError, ValueError, RuntimeError):
            return None
        tag = f'"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}"'
        return Opened(file, found.st_size, tag, type_by_name(parts[-1]))


def _holds(path: Path, digest: str, identity: Identity) -> bool:
    """Return whether a file has a digest, and is the same file before and after that was seen."""
    try:
        return sha256_of(path) == digest and _identity_of(path) == identity
    except FileNotFoundError:
        return False


def recorded_asset(books: Books, digest: str) -> Asset | None:
    """Return what the books know of an asset, by the receipt of a stage that made it; None if none did.

    Raises:
        BooksError: they can't be read.
    """
    query = (
        sa.select(receipts.c.result)
        .join(receipt_assets, receipt_assets.c.key == receipts.c.key)
        .where(receipt_assets.c.digest == digest)
        .limit(1)
    )
    try:
        with books.engine.connect() as connection:
            result = connection.execute(query).scalar()
    except sa.exc.SQLAlchemyError as problem:
        raise BooksError(f"the books can't be read: {type(problem).__name__}") from problem
    return None if result is None else _asset_within(result, digest)


def _asset_within(result: str, digest: str) -> Asset | None:
    found: list[Asset] = []

    def look(thing: dict[str, object]) -> dict[str, object]:
        if thing.get("digest") == digest and "media_type" in thing:
            found.append(Asset.model_validate(thing))
        return thing

    json.loads(result, object_hook=look)
    return found[0] if found else None


def _is_plain(part: str) -> bool:
    """Return whether a part of a path names a file or folder and nothing else; a dot begins what is being written."""
    return bool(part) and not part.startswith(".") and not part.endswith((".", " ")) and _FORBIDDEN.isdisjoint(part)


def _identity_of(path: Path) -> Identity:
    return _identity(path.stat())


def _identity(found: os.stat_result) -> Identity:
    # Who puts back the time of a change can't put back ctime.
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _open_regular(path: Path) -> tuple[BinaryIO, os.stat_result]:
    file = os.fdopen(os.open(path, _FLAGS), "rb")
    found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode):
        file.close()
        raise FileNotFoundError(path)
    return file, found


def _open_same(digest: str, path: Path, identity: Identity, media_type: str) -> Opened | None:
    """Open a file if it is the very one that was checked, unchanged."""
    try:
        file, found = _open_regular(path)
    except OSError:
        return None
    if _identity(found) != identity:
        file.close()
        return None
    return Opened(file, found.st_size, f'"{digest.removeprefix("sha256:")}"', media_type)


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


__all__ = ["Assets", "Deliveries", "Opened", "recorded_asset"]
