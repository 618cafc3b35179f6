"""Files that users point at: paths and URLs, read through fsspec, bounded, and kept as assets."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from media_factory.assets import Asset
from media_factory.errors import InputError
from media_factory.store.base import AssetStore

MAX_INTAKE_BYTES = 512 * 1024 * 1024
_CHUNK_BYTES = 1 << 20
# Said in our words: the back ends' own messages may carry the whole URL, signature included.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (FileNotFoundError, "there is no such file"),
    (IsADirectoryError, "it is a folder"),
    (PermissionError, "access is denied"),
    (TimeoutError, "no answer in time"),
)
_SCHEMES = ("file", "s3", "http", "https", "gs", "abfs")


async def take_in(location: str, field: str, media_type: str, store: AssetStore) -> Asset:
    """Copy what a user points at into the store, and return the asset.

    Args:
        location: a path, or a URL that fsspec opens (s3:// is read by s3fs with the usual AWS variables).
        field: the brief's field, for the message.
        media_type: what it is expected to be.
        store: keeps it.

    Raises:
        InputError: it can't be opened, is empty, or larger than `MAX_INTAKE_BYTES`; the message names the field.
    """
    scheme = urlsplit(location).scheme.lower()
    if len(scheme) > 1 and scheme not in _SCHEMES:
        raise InputError(f"{field}: {scheme}:// can't be read; give a path, or a URL of {', '.join(_SCHEMES)}")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "intake"
        await asyncio.to_thread(_copy, location, field, target)
        return await store.put(target, media_type)


def _copy(location: str, field: str, target: Path) -> None:
    shown = _without_secrets(location)
    try:
        with _opened(location) as source, target.open("wb") as kept:
            size = _copy_bounded(source, kept, field, shown)
    except InputError:
        raise
    except ImportError as problem:
        raise InputError(f"{field}: {shown} needs a package that isn't installed: {problem.name}") from problem
    except Exception as problem:  # fsspec has as many error classes as back ends
        reason = next((text for kind, text in _REASONS if isinstance(problem, kind)), type(problem).__name__)
        raise InputError(f"{field}: {shown} can't be read ({reason})") from None
    if not size:
        raise InputError(f"{field}: {shown} is empty")


def _opened(location: str) -> AbstractContextManager[Any]:
    # Drive letters look like schemes of one letter.
    if len(urlsplit(location).scheme) <= 1:
        return Path(location).expanduser().open("rb")
    import fsspec  # and the back end that it finds, which a path does without

    return cast("AbstractContextManager[Any]", fsspec.open(location, "rb"))


def _copy_bounded(source: Any, kept: Any, field: str, shown: str) -> int:
    size = 0
    while chunk := source.read(_CHUNK_BYTES):
        size += len(chunk)
        if size > MAX_INTAKE_BYTES:
            raise InputError(f"{field}: {shown} is larger than {MAX_INTAKE_BYTES // 1024**2} MiB")
        kept.write(chunk)
    return size


def _without_secrets(location: str) -> str:
    """Return a location as it may be shown: a signed URL's query and a login are left out."""
    parts = urlsplit(location)
    if len(parts.scheme) <= 1:
        return location
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


__all__ = ["MAX_INTAKE_BYTES", "take_in"]
