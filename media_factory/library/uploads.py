"""Uploads: files that people bring, kept as assets with what they say about them."""

from __future__ import annotations

import asyncio
import errno
import shutil
import time
from pathlib import Path

from PIL import Image

from media_factory.errors import InputError, StoreError
from media_factory.factory import Factory
from media_factory.library.examining import Bounds, examine
from media_factory.library.model import About, Upload
from media_factory.library.naming import inventory_of
from media_factory.records import sealed, unsealed
from media_factory.store.inventory import Inventory

UPLOADS = "uploads"


async def upload(factory: Factory, source: Path | Image.Image, about: About, bounds: Bounds | None = None) -> Upload:
    """Take a file or a picture in, decoded to its end, and return what is known of it.

    One that is there already gets the new description.

    Raises:
        InputError: it is no picture, film or sound, is damaged, or is too large.
        StoreError: the store can't take it, or it was taken down.
    """
    bounds = bounds or Bounds()
    inventory = inventory_of(factory)
    shown = source.name if isinstance(source, Path) else "the picture"
    size = _size(source, bounds, shown)
    with factory.workspace(size) as folder:
        # What is examined is what is kept: a copy, which nobody else can change between the two.
        copy = folder / "upload"
        await asyncio.to_thread(_copy, source, copy, shown)
        facts = await examine(copy, shown, bounds)
        asset = await factory.store.put(
            copy,
            facts.media_type,
            width_px=facts.width_px,
            height_px=facts.height_px,
            duration_s=facts.duration_s,
        )
    name = source.name[:255] if isinstance(source, Path) else None
    kept = Upload(asset=asset, about=about, file_name=name, uploaded_at=time.time())
    await asyncio.to_thread(note_upload, factory, inventory, kept)
    return kept


def note_upload(factory: Factory, inventory: Inventory, kept: Upload) -> None:
    """Write an upload down: beside the assets first, which the books can be made again from."""
    inventory.write_record(record_name(kept.asset.digest), sealed(kept))
    factory.books.archive.write_upload(kept.asset.digest, kept.model_dump_json(), kept.uploaded_at)


def forget_upload(factory: Factory, inventory: Inventory, digest: str) -> None:
    """Remove what is known of an upload; its bytes stay."""
    factory.books.archive.remove_upload(digest)
    inventory.remove_record(record_name(digest))


def upload_of(factory: Factory, digest: str) -> Upload | None:
    """Return what is known of an upload, if it is one."""
    text = factory.books.archive.upload(digest)
    return Upload.model_validate_json(text) if text else None


def uploads_of(factory: Factory) -> tuple[Upload, ...]:
    """Return all uploads, the latest first."""
    return tuple(Upload.model_validate_json(text) for text in factory.books.archive.uploads())


def recorded_upload(inventory: Inventory, name: str) -> Upload | None:
    """Return the upload of a record; None if it is damaged."""
    data = inventory.read_record(name)
    return unsealed(data, Upload) if data else None


def record_name(digest: str) -> str:
    """Return the name of an upload's record."""
    return f"{UPLOADS}/{digest.removeprefix('sha256:')}.json"


def _size(source: Path | Image.Image, bounds: Bounds, shown: str) -> int:
    if isinstance(source, Image.Image):
        if max(source.size) > bounds.side_px or source.width * source.height > bounds.pixels:
            raise InputError(f"{shown}: {source.width}x{source.height} pixels are too many")
        return source.width * source.height * 4
    if not source.is_file():  # a folder, a pipe, a device
        raise InputError(f"{source}: there is no such file")
    size = source.stat().st_size
    if size > bounds.film_bytes:
        raise InputError(f"{shown}: it is larger than {bounds.film_bytes >> 20} MiB")
    return size


def _copy(source: Path | Image.Image, target: Path, shown: str) -> None:
    try:
        if isinstance(source, Image.Image):
            source.save(target, format="PNG")
        else:
            shutil.copyfile(source, target)
    except OSError as problem:
        if problem.errno == errno.ENOSPC:
            raise StoreError(f"{shown}: there is no room to look at it: {problem.strerror}") from problem
        raise InputError(f"{shown}: it can't be read: {problem.strerror or problem}") from problem


__all__ = ["UPLOADS", "forget_upload", "note_upload", "record_name", "recorded_upload", "upload", "upload_of",
           "uploads_of"]  # fmt: skip
