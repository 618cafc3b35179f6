"""The library: a factory's assets, looked after.

`await Library(factory).upload(Path("logo.png"), About(title="Our logo", licence="ours"))` is where most begin.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PIL import Image

from media_factory.assets import Asset
from media_factory.books.backup import Form
from media_factory.errors import InputError, StoreError
from media_factory.factory import Factory
from media_factory.files import whole_file
from media_factory.library.backups import Restoration, StoredBackup, back_up_books, restore_books
from media_factory.library.collecting import DEFAULT_GRACE_S, collect
from media_factory.library.lineage import lineage_of
from media_factory.library.listing import list_assets
from media_factory.library.model import (
    About,
    Collection,
    Filters,
    Lineage,
    Listing,
    Rebuilding,
    Retention,
    Takedown,
    Unpublish,
    Upload,
    Verification,
)
from media_factory.library.naming import full_digest, full_name, inventory_of
from media_factory.library.rebuilding import rebuild
from media_factory.library.removing import delete, take_down
from media_factory.library.retaining import retain
from media_factory.library.uploads import upload
from media_factory.library.verifying import verify
from media_factory.policy import RetentionRule
from media_factory.store.base import AssetStore


class Library:
    """Looks after a factory's assets.

    An asset is given by its digest, by six or more of its hex digits, or as a file with the same content. All verbs
    raise InputError if no asset or more than one fits, StoreError or BooksError if store or books can't be used.

    Args:
        factory: whose assets; it stays open.
        unpublish: withdraws what is published, for takedowns.

    Raises:
        StoreError: this kind of store can't say what it holds.
    """

    def __init__(self, factory: Factory, unpublish: Unpublish | None = None) -> None:
        inventory_of(factory)
        self._factory = factory
        self._unpublish = unpublish

    @property
    def home(self) -> Path:
        """The factory's home folder."""
        return self._factory.home

    async def upload(self, source: Path | Image.Image, about: About) -> Upload:
        """Take a file or a picture in, decoded to its end.

        Raises:
            InputError: it is no picture, film or sound, is damaged, or is too large.
            StoreError: the store can't take it, or it was taken down.
        """
        return await upload(self._factory, source, about)

    async def download(self, asset: str, target: Path) -> Path:
        """Write an asset's bytes, checked, to a file that is whole or not there, and return its path.

        Raises:
            AssetLost: they are missing or altered.
            StoreError: the file can't be written.
        """
        digest = await asyncio.to_thread(full_digest, self._factory, asset)
        source = await self._factory.store.fetch(Asset(digest=digest, media_type="*/*", size_bytes=0))
        try:
            await asyncio.to_thread(_copy, source, target)
        except OSError as problem:
            raise StoreError(f"{target}: can't be written: {problem.strerror}") from problem
        return target

    async def list(self, filters: Filters | None = None, *, limit: int = 50, offset: int = 0) -> Listing:
        """Return a page of assets, the latest first.

        Raises:
            InputError: `limit` is not 1 to 1000, or `offset` is negative.
        """
        return await asyncio.to_thread(list_assets, self._factory, filters or Filters(), limit, offset)

    async def show(self, name: str) -> Lineage:
        """Return what is known of an asset or a voice: who made it from what, and what was made from it.

        Raises:
            InputError: nothing is.
        """
        found = await asyncio.to_thread(lambda: lineage_of(self._factory, full_name(self._factory, name)))
        if not (found.size_bytes is not None or found.upload or found.tombstone or found.made_by or found.used_by):
            raise InputError(f"nothing is known of {name}")
        return found

    async def verify(
        self, assets: Sequence[str] = (), *, repair: bool = False, others: Sequence[AssetStore] = ()
    ) -> Verification:
        """Compare assets (all if none is given) with their digests, and mend what is wrong if asked to."""
        digests = [await asyncio.to_thread(full_digest, self._factory, one) for one in assets]
        return await verify(self._factory, digests, repair=repair, others=others)

    async def collect(self, grace_s: float = DEFAULT_GRACE_S, *, dry_run: bool = False) -> Collection:
        """Remove what nothing names and nobody put or touched within `grace_s` seconds (at least an hour)."""
        return await asyncio.to_thread(collect, self._factory, grace_s, dry_run=dry_run)

    async def retain(self, rules: Sequence[RetentionRule] | None = None, *, dry_run: bool = False) -> Retention:
        """Let go of what is older than the policy's rules (or these) keep it."""
        return await asyncio.to_thread(retain, self._factory, rules, dry_run=dry_run)

    async def delete(self, asset: str) -> int:
        """Remove an asset that nothing needs, and return how many bytes that freed.

        Raises:
            InputError: something needs it.
        """
        return await asyncio.to_thread(lambda: delete(self._factory, full_digest(self._factory, asset)))

    async def take_down(
        self,
        target: str,
        *,
        who: str,
        why: str,
        then: Literal["delete", "remake"] = "delete",
        dry_run: bool = False,
    ) -> Takedown:
        """Remove an asset, or what a voice (`voice:<vendor>:<id>`) said, with all that was made from it.

        `who` wants it and `why` stand on the tombstones that bar the way back; see `lift`.

        Raises:
            InputError: nothing here has to do with it.
        """
        name = await asyncio.to_thread(full_name, self._factory, target)
        return await take_down(
            self._factory, name, who=who, why=why, then=then, unpublish=self._unpublish, dry_run=dry_run
        )

    async def lift(self, asset: str) -> None:
        """Allow an asset to be kept again that was taken down.

        Raises:
            InputError: it was not.
        """
        digest = await asyncio.to_thread(full_digest, self._factory, asset)
        if not await asyncio.to_thread(inventory_of(self._factory).lift, digest):
            raise InputError(f"asset {digest} was not taken down")

    async def rebuild_books(self) -> Rebuilding:
        """Bring the books and the store's records to the same state; lost books come back from the store."""
        return await asyncio.to_thread(rebuild, self._factory)

    async def back_up_books(self, target: Path | None = None, form: Form | None = None) -> StoredBackup:
        """Write the books to a file, or into the store if none is given; see `books.backup.back_up`.

        Raises:
            InputError: the books have no such form.
        """
        return await back_up_books(self._factory, target, form)

    async def restore_books(self, source: str, *, force: bool = False) -> Restoration:
        """Put a backup, a file's or the store's (by digest, or `latest`), in the place of what the books have.

        What they had is written to the home folder first. Nobody may be making anything meanwhile.

        Raises:
            InputError: there is no such backup, it is damaged, or the books are not empty and `force` is not given.
        """
        return await restore_books(self._factory, source, force=force)


def _copy(source: Path, target: Path) -> None:
    with whole_file(target) as temporary:
        shutil.copyfile(source, temporary)


__all__ = [
    "About",
    "Collection",
    "Filters",
    "Library",
    "Lineage",
    "Listing",
    "Rebuilding",
    "Restoration",
    "Retention",
    "StoredBackup",
    "Takedown",
    "Unpublish",
    "Upload",
    "Verification",
]
