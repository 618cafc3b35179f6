"""Files that are either whole or not there."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

_CHUNK_BYTES = 1 << 20
# What systems call a disk without room: full, over the user's share, over the largest size of a file.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's content, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a folder's entries survive a power cut, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a temporary path beside the target; when the block ends well, it becomes the target, durably.

    If the block raises (or is cancelled), nothing is left and an older target stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.stem[:80]}.{uuid.uuid4().hex}.part{target.suffix}")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(target: Path, data: bytes | str) -> None:
    """Write a file so that it is either whole or as it was before."""
    with whole_file(target) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)


def copy_hashed(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file and return the sha256 (64 hex digits) and size in bytes of what was read."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reader, target.open("wb") as writer:
        while chunk := reader.read(_CHUNK_BYTES):
            digest.update(chunk)
            writer.write(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


__all__ = ["FULL", "copy_hashed", "sha256_of", "sync_folder", "whole_file", "write_whole"]
