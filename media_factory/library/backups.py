"""Backups of the books, in a file or in the store, and their restoration."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field

from media_factory.assets import Asset
from media_factory.books.backup import Backup, Form, back_up, is_empty, restore
from media_factory.errors import InputError
from media_factory.factory import Factory
from media_factory.library.naming import full_digest, inventory_of
from media_factory.model import Model
from media_factory.records import sealed, unsealed

BACKUPS = "backups"
_LATEST = "latest"
_MEDIA_TYPES = {"database": "application/vnd.sqlite3", "portable": "application/gzip"}
_SUFFIXES = {"database": ".db", "portable": ".jsonl.gz"}


class StoredBackup(Model):
    """A backup, and where it is."""

    backup: Backup
    asset: Asset | None = Field(description="in the store")
    path: Path | None = Field(description="the file")
    written_at: str = Field(description="ISO 8601, UTC")


class Restoration(Model):
    """Books that were restored."""

    rows: int
    replaced: Path | None = Field(description="a backup of what the books had, if they had anything")


async def back_up_books(factory: Factory, target: Path | None, form: Form | None) -> StoredBackup:
    """Write the books to a file, or into the store if none is given.

    Raises:
        InputError: the books have no such form.
        BooksError, StoreError: they can't be read, or the backup can't be written.
    """
    now = datetime.now(UTC)
    if target is not None:
        written = await asyncio.to_thread(back_up, factory.books, target, form)
        return StoredBackup(backup=written, asset=None, path=target, written_at=now.isoformat())
    with factory.workspace() as folder:
        written = await asyncio.to_thread(back_up, factory.books, folder / "backup", form)
        asset = await factory.store.put(folder / "backup", _MEDIA_TYPES[written.form])
    stored = StoredBackup(backup=written, asset=asset, path=None, written_at=now.isoformat())
    # The record keeps the asset from being collected, and says which backup is the latest.
    name = f"{BACKUPS}/{now:%Y%m%dT%H%M%S}-{asset.hex[:12]}.json"
    await asyncio.to_thread(inventory_of(factory).write_record, name, sealed(stored))
    return stored


async def restore_books(factory: Factory, source: str, *, force: bool) -> Restoration:
    """Put a backup in the place of what the books have, of which a backup is written to the home folder first.

    Args:
        factory: whose books.
        source: a file, a digest, or `latest` for the latest one in the store.
        force: also if the books have something.

    Raises:
        InputError: there is no such backup, it is damaged, or the books are not empty.
        BooksError, StoreError: the books can't be written, or the backup can't be read.
    """
    path = await asyncio.to_thread(_file, source)
    if path is None:
        digest = await asyncio.to_thread(_stored, factory, source)
        path = await factory.store.fetch(Asset(digest=digest, media_type="*/*", size_bytes=0))
    replaced = None
    if force and not await asyncio.to_thread(is_empty, factory.books):
        replaced = factory.home / "backups" / f"before-restoring-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        form: Form = "database" if factory.books.engine.dialect.name == "sqlite" else "portable"
        replaced = replaced.with_name(replaced.name + _SUFFIXES[form])
        await asyncio.to_thread(back_up, factory.books, replaced, form)
    rows = await asyncio.to_thread(restore, factory.books, path, force=force)
    return Restoration(rows=rows, replaced=replaced)


def drop_old_backups(factory: Factory, kept: int) -> int:
    """Forget the store's backups but the latest `kept` (at least 1), and return how many; their bytes go as garbage.

    Raises:
        StoreError: the store can't be read or written.
    """
    inventory = inventory_of(factory)
    old = sorted(inventory.record_names(BACKUPS), reverse=True)[max(1, kept) :]
    for name in old:
        inventory.remove_record(name)
    return len(old)


def _file(source: str) -> Path | None:
    path = Path(source).expanduser()
    return path if source != _LATEST and path.is_file() else None


def _stored(factory: Factory, source: str) -> str:
    if source != _LATEST:
        return full_digest(factory, source)
    inventory = inventory_of(factory)
    for name in sorted(inventory.record_names(BACKUPS), reverse=True):
        data = inventory.read_record(name)
        stored = unsealed(data, StoredBackup) if data else None
        if stored and stored.asset:
            return stored.asset.digest
    raise InputError("there is no backup in the store; give a file, or a digest")


__all__ = ["BACKUPS", "Restoration", "StoredBackup", "back_up_books", "drop_old_backups", "restore_books"]
