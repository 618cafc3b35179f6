"""The portable form of books: compressed lines of JSON. A head, one line per row, and a tail that proves the rest."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from media_factory.books.tables import metadata
from media_factory.errors import InputError

_FORMAT, _VERSION = "media-factory-books", 1
_GZIP = b"\x1f\x8b"
_LONGEST_LINE = 64 << 20

Row = tuple[str, dict[str, Any]]


def is_portable(head: bytes) -> bool:
    """Return whether a file that begins so may be in the portable form."""
    return head.startswith(_GZIP)


def write_portable(target: Path, revision: str, rows: Iterator[Row]) -> int:
    """Write rows, of a schema of this revision, to a file and return how many there were.

    Raises:
        OSError: it can't be written.
    """
    proof, count = hashlib.sha256(), 0
    # No time in the head: the same rows give the same bytes.
    with target.open("wb") as file, gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as out:
        _write(out, proof, {"format": _FORMAT, "version": _VERSION, "revision": revision})
        for table, row in rows:
            _write(out, proof, {"table": table, "row": row})
            count += 1
        out.write(json.dumps({"rows": count, "sha256": proof.hexdigest()}).encode() + b"\n")
    return count


def read_portable(source: Path, revision: str) -> Iterator[Row]:
    """Yield the rows of a file, for a schema of this revision; a reader must undo what it did if this raises.

    Raises:
        InputError: the file is damaged, cut short, or was written by a newer version.
    """
    try:
        yield from _checked(source, revision)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as problem:
        raise InputError(f"{source.name}: is no sound backup of books ({type(problem).__name__})") from problem


def _write(out: gzip.GzipFile, proof: Any, content: dict[str, Any]) -> None:
    line = json.dumps(content, ensure_ascii=False).encode() + b"\n"
    proof.update(line)
    out.write(line)


def _checked(source: Path, revision: str) -> Iterator[Row]:
    proof, count, tail = hashlib.sha256(), 0, None
    with gzip.open(source, "rb") as lines:
        head = lines.readline(_LONGEST_LINE)
        _check_head(source, json.loads(head), revision)
        proof.update(head)
        while line := lines.readline(_LONGEST_LINE):
            content = json.loads(line)
            if "sha256" in content:
                tail = content
                break
            proof.update(line)
            count += 1
            yield _row(content)
        if tail is None or lines.read(1) or (tail["rows"], tail["sha256"]) != (count, proof.hexdigest()):
            raise InputError(f"{source.name}: is damaged or cut short")


def _row(content: dict[str, Any]) -> Row:
    columns = metadata.tables[content["table"]].columns
    return content["table"], {name: value for name, value in content["row"].items() if name in columns}


def _check_head(source: Path, head: dict[str, Any], revision: str) -> None:
    if head["format"] != _FORMAT:
        raise InputError(f"{source.name}: is no backup of books")
    # Revisions are numbers of four digits, so they compare as texts do.
    if head["version"] > _VERSION or head["revision"] > revision:
        raise InputError(f"{source.name}: was written by a newer Media Factory; upgrade it")


__all__ = ["is_portable", "read_portable", "write_portable"]
