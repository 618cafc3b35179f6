"""Bytes on their way out of a bucket: streamed, hashed on the way, never more of them in memory than a few pieces."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import threading
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media_factory.assets import Asset
from media_factory.errors import StoreError
from media_factory.store.s3.calls import S3Calls
from media_factory.store.s3.content import part_bytes_for
from media_factory.store.s3.parts import each_part
from media_factory.store.s3.settings import MIB

_CHUNK_BYTES = MIB
_NO_ANSWER = {404, 416}


@dataclass(frozen=True)
class Arrival:
    """What came: its sha256, and the server's tag of the object that it came from."""

    hex: str
    etag: str
    data: bytes = b""


class Downloads:
    """Gets objects out of a bucket.

    Args:
        calls: the bucket.
        pool: where parts are received.
    """

    def __init__(self, calls: S3Calls, pool: Executor) -> None:
        self._calls = calls
        self._pool = pool
        self._settings = calls.settings

    def is_large(self, asset: Asset) -> bool:
        """Return whether an asset comes in parts."""
        return asset.size_bytes > self._settings.whole_up_to_mib * MIB

    def read(self, key: str, stop: threading.Event) -> Arrival | None:
        """Return an object's bytes, or None if there is no such object."""

        def attempt() -> Arrival:
            answer = self._get(key)
            with contextlib.closing(answer["Body"]) as body:
                data = body.read()
            return Arrival(hashlib.sha256(data).hexdigest(), answer["ETag"], data)

        return self._calls.patiently(attempt, stop, unless=_NO_ANSWER)

    def write(self, key: str, asset: Asset, target: Path, stop: threading.Event) -> Arrival | None:
        """Write an object to a file and return what came, or None if there is no such object.

        Raises:
            OSError: the file can't be written.
            StoreError: the server can't be asked.
        """
        if self.is_large(asset):
            return self._write_parts(key, asset, target, stop)

        def attempt() -> Arrival:
            answer, digest = self._get(key), hashlib.sha256()
            with contextlib.closing(answer["Body"]) as body, target.open("wb") as file:
                while chunk := body.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    file.write(chunk)
            return Arrival(digest.hexdigest(), answer["ETag"])

        return self._calls.patiently(attempt, stop, unless=_NO_ANSWER)

    def _write_parts(self, key: str, asset: Asset, target: Path, stop: threading.Event) -> Arrival | None:
        """Receive ranges side by side, and hash them in order from the file while later ones arrive."""
        size, digest, etag = asset.size_bytes, hashlib.sha256(), ""
        part_bytes = part_bytes_for(size, self._settings.part_mib * MIB)
        _require_room(target.parent, size)
        with target.open("wb+", buffering=0) as file:

            def receive(halt: threading.Event, index: int) -> tuple[str, int] | None:
                first = index * part_bytes
                last = min(first + part_bytes, size) - 1
                return self._calls.patiently(
                    lambda: self._receive(key, first, last, file.fileno()), halt, unless=_NO_ANSWER
                )

            count, ahead = -(-size // part_bytes), self._settings.parts_at_once * 2
            with contextlib.closing(each_part(self._pool, receive, count, ahead, stop)) as arrivals:
                for index, arrived in enumerate(arrivals):
                    if arrived is None:
                        # Shorter than it should be is altered; not there at all is the first range's answer.
                        return Arrival("", etag) if index else self._shorter(key, stop)
                    etag, whole = arrived
                    if whole != size:
                        return Arrival("", etag)
                    _hash_range(file.fileno(), index * part_bytes, min(part_bytes, size - index * part_bytes), digest)
        return Arrival(digest.hexdigest(), etag)

    def _receive(self, key: str, first: int, last: int, descriptor: int) -> tuple[str, int]:
        """Write one range where it belongs; return the object's tag and whole size."""
        answer = self._get(key, Range=f"bytes={first}-{last}")
        with contextlib.closing(answer["Body"]) as body:
            _, _, whole = answer.get("ContentRange", "").rpartition("/")
            if not whole.isdigit():
                raise StoreError(f"{self._settings.place} sends whole objects where a range is asked for")
            data = memoryview(body.read())
        while data:
            written = os.pwrite(descriptor, data, first)
            first, data = first + written, data[written:]
        return answer["ETag"], int(whole)

    def _shorter(self, key: str, stop: threading.Event) -> Arrival | None:
        """Return what to say of an object without a first range: empty, or not there."""
        head = self._calls.call("head_object", stop, unless=_NO_ANSWER, Key=key)
        return Arrival("", head["ETag"]) if head else None

    def _get(self, key: str, **arguments: str) -> Any:
        return self._calls.client.get_object(Bucket=self._settings.bucket, Key=key, **arguments)


def _require_room(folder: Path, size: int) -> None:
    """Find out that a disk is too full for a file before most of it is downloaded.

    Raises:
        OSError: it is.
    """
    if shutil.disk_usage(folder).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _hash_range(descriptor: int, start: int, length: int, digest: hashlib._Hash) -> None:
    at, end = start, start + length
    while at < end and (chunk := os.pread(descriptor, min(MIB, end - at), at)):
        digest.update(chunk)
        at += len(chunk)


__all__ = ["Arrival", "Downloads"]
