"""A manifest brought here once, so that every reading of it reads the same bytes."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from media_factory.addresses import pin
from media_factory.batches.rows import RowFile, RowForm
from media_factory.briefs.problems import closest, shown
from media_factory.errors import AddressRefused, InputError
from media_factory.factory import Factory

FORMS: dict[str, RowForm] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".parquet": "parquet",
}
MAX_BYTES = 1 << 30
_CHUNK_BYTES = 1 << 20
_DOWNLOAD_S, _SILENCE_S = 600.0, 60.0
_SCHEMES = ("https", "s3", "gs", "abfs", "file", "memory")
# Said in our words: the back ends' own messages may carry the whole URL, signature included.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (FileNotFoundError, "there is no such file"),
    (IsADirectoryError, "it is a folder, and a file is needed"),
    (PermissionError, "access is denied"),
    (TimeoutError, "no answer in time"),
)


@asynccontextmanager
async def staged(location: str, factory: Factory) -> AsyncIterator[RowFile]:
    """Copy a manifest to this machine, and give the copy; it is gone after the block.

    Args:
        location: a path, an https URL of a public host, or a URL that fsspec opens (s3:// with the usual variables).
        factory: in whose home it is kept.

    Raises:
        InputError: it can't be read, is larger than 1 GiB, or its name doesn't say how its rows are written.
    """
    scheme = _scheme_of(location)
    name = _without_secrets(location) if scheme else location
    form = _form_of(unquote(urlsplit(location).path) if scheme else location, name)
    with factory.workspace() as folder:
        target = folder / f"manifest.{form}"
        try:
            if scheme == "https":
                await _download(location, name, target)
            else:
                await asyncio.to_thread(_copy, location, scheme, name, target)
        except (InputError, ImportError):
            raise
        except Exception as problem:  # fsspec and HTTP have as many error classes as back ends
            reason = next((text for kind, text in _REASONS if isinstance(problem, kind)), type(problem).__name__)
            raise InputError(f"manifest: {name} can't be read ({reason})") from None
        yield RowFile(path=target, form=form, name=name, base=_base_of(location, scheme))


def _scheme_of(location: str) -> str:
    """Return a URL's scheme, or nothing for a path; drive letters look like schemes of one letter.

    Raises:
        InputError: nothing is read by this scheme.
    """
    scheme = urlsplit(location).scheme.lower()
    if len(scheme) <= 1 or "://" not in location:
        return ""
    if scheme not in _SCHEMES:
        raise InputError(f"manifest: {scheme}:// is not read; give a path, or a URL of {', '.join(_SCHEMES)}")
    return scheme


def _form_of(path: str, name: str) -> RowForm:
    suffix = PurePosixPath(path.replace("\\", "/")).suffix.lower()
    if suffix not in FORMS:
        raise InputError(
            f"manifest: {name} ends in {shown(suffix)}{closest(suffix, FORMS)}; {', '.join(FORMS)} are allowed"
        )
    return FORMS[suffix]


def _base_of(location: str, scheme: str) -> str:
    """Return what relative paths are meant from: the manifest's folder, as a path or as a URL without its query."""
    if scheme in ("", "file"):
        path = unquote(urlsplit(location).path) if scheme else location
        return str(Path(path).expanduser().absolute().parent)
    return location.partition("?")[0].rpartition("/")[0]


def _copy(location: str, scheme: str, name: str, target: Path) -> None:
    if not scheme:
        source = Path(location).expanduser()
        if source.is_file() and source.stat().st_size > MAX_BYTES:
            raise _too_large(name)
        with source.open("rb") as opened, target.open("wb") as kept:
            shutil.copyfileobj(opened, kept, _CHUNK_BYTES)
        return
    import fsspec  # and the back end that it finds, which a path does without

    try:
        with cast(Any, fsspec.open(location, "rb")) as opened, target.open("wb") as kept:
            size = 0
            while chunk := opened.read(_CHUNK_BYTES):
                size += _written(kept, chunk, size, name)
    except ImportError as problem:
        raise InputError(f"manifest: {name} needs a package that isn't installed: {problem.name}") from problem


async def _download(url: str, name: str, target: Path) -> None:
    """Read a public host's file, which may not lead elsewhere, nor inside our own network."""
    import httpx

    try:
        address = await pin(url)
    except AddressRefused as problem:
        raise InputError(f"manifest: {name} is not read: {problem}") from None
    # An answer that is packed may unpack to a thousand times its size.
    headers = {"Accept-Encoding": "identity", **address.headers}
    async with (
        asyncio.timeout(_DOWNLOAD_S),
        httpx.AsyncClient(follow_redirects=False, timeout=_SILENCE_S) as client,
        client.stream("GET", address.url, headers=headers, extensions=address.extensions) as answer,
    ):
        if answer.status_code != 200:
            raise InputError(f"manifest: {name} can't be read (its server answers {answer.status_code})")
        with target.open("wb") as kept:
            size = 0
            async for chunk in answer.aiter_raw():
                size += _written(kept, chunk, size, name)


def _written(kept: Any, chunk: bytes, before: int, name: str) -> int:
    if before + len(chunk) > MAX_BYTES:
        raise _too_large(name)
    return int(kept.write(chunk))


def _too_large(name: str) -> InputError:
    return InputError(f"manifest: {name} is larger than {MAX_BYTES >> 30} GiB; split it")


def _without_secrets(location: str) -> str:
    """Return a URL as it may be shown: a signature in its query and a login are left out."""
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


__all__ = ["FORMS", "MAX_BYTES", "staged"]
