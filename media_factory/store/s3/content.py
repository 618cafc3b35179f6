"""What is to be stored: its digest, and the parts that it goes in."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from media_factory.errors import StoreError
from media_factory.store.s3.settings import MIB, S3Settings

MOST_PARTS = 10_000


@dataclass(frozen=True)
class Content:
    """Bytes or a file, read once: what it was then is what must arrive.

    Args:
        source: the bytes, or a file that is too large for memory.
        size: in bytes.
        hex: the sha256, as 64 hex digits.
        part_bytes: the size of all parts but the last.
        changed_ns: when the file was last changed before it was read.
    """

    source: bytes | Path
    size: int
    hex: str
    part_bytes: int
    changed_ns: int = 0

    @property
    def parts(self) -> int:
        """How many parts there are, at least one."""
        return max(1, -(-self.size // self.part_bytes))

    def part(self, index: int) -> bytes | bytearray:
        """Return one part's bytes; a file's other parts stay out of memory.

        Raises:
            StoreError: the file is shorter than it was.
        """
        start = index * self.part_bytes
        length = min(self.part_bytes, self.size - start)
        if isinstance(self.source, bytes):
            return self.source if length == self.size else self.source[start : start + length]
        # No bytes: http.client would copy them once more, to send them together with the headers.
        data = bytearray(length)
        with self.source.open("rb", buffering=0) as file:
            file.seek(start)
            if file.readinto(data) != length:
                raise self._changed()
        return data

    def require_unchanged(self) -> None:
        """Make sure that the file is what it was.

        Raises:
            StoreError: somebody changed it meanwhile.
        """
        if isinstance(self.source, Path) and self.source.stat().st_mtime_ns != self.changed_ns:
            raise self._changed()

    def _changed(self) -> StoreError:
        return StoreError(f"{self.source!s:.200} was changed while it was put; put it again when it is finished")


def content_of(source: bytes | Path, settings: S3Settings) -> Content:
    """Read bytes or a file once and return what must arrive.

    Raises:
        OSError: the file can't be read.
    """
    known = None if isinstance(source, bytes) else source.stat()
    size = known.st_size if known else len(cast(bytes, source))
    if size <= settings.whole_up_to_mib * MIB:
        data = source if isinstance(source, bytes) else source.read_bytes()
        return Content(data, len(data), hashlib.sha256(data).hexdigest(), max(1, len(data)))
    part_bytes = part_bytes_for(size, settings.part_mib * MIB)
    if isinstance(source, bytes):
        return Content(source, size, hashlib.sha256(source).hexdigest(), part_bytes)
    with source.open("rb") as reader:
        digest = hashlib.file_digest(reader, "sha256").hexdigest()
    return Content(source, size, digest, part_bytes, known.st_mtime_ns if known else 0)


def part_bytes_for(size: int, wanted: int) -> int:
    """Return the size of a file's parts: what is wanted, or more whole MiB where there would be too many."""
    least = -(-size // MOST_PARTS)
    return max(wanted, -(-least // MIB) * MIB)


def content_md5(data: bytes | bytearray) -> str:
    """Return the MD5 of a part as the header Content-MD5 has it."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


__all__ = ["MOST_PARTS", "Content", "content_md5", "content_of", "part_bytes_for"]
