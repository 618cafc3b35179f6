"""What the library is asked and answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from media_factory.assets import Asset
from media_factory.model import Model
from media_factory.store.inventory import Tombstone

Tag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Name = str
"""An asset's digest, or `voice:<vendor>:<id>`."""

Unpublish = Callable[[str], Awaitable[tuple[str, ...]]]
"""Takes a published product's `manifest_key`, withdraws the product, and returns the keys that are gone."""


class About(Model):
    """What a person says about a file that they bring."""

    title: str = Field(min_length=1, max_length=200)
    source: str | None = Field(default=None, max_length=1000, description="where it comes from: a URL, or in words")
    licence: str | None = Field(default=None, max_length=200, description="such as CC-BY-4.0, or in words")
    tags: tuple[Tag, ...] = Field(default=(), max_length=32)
    channel: str | None = Field(default=None, max_length=200)


class Upload(Model):
    """A file that somebody brought."""

    asset: Asset
    about: About
    file_name: str | None = Field(default=None, max_length=255)
    uploaded_at: float = Field(description="seconds since 1970")


class Filters(Model):
    """Which assets are listed; what is None is not asked. Times are seconds since 1970."""

    media: str | None = Field(default=None, description="a media type or its first part, such as image or video/mp4")
    origin: Literal["made", "uploaded"] | None = None
    stage: str | None = None
    provider: str | None = Field(default=None, description="provider:model, or a provider's name for all its models")
    channel: str | None = None
    tag: str | None = None
    since: float | None = None
    until: float | None = None
    least_bytes: int | None = Field(default=None, ge=0)
    most_bytes: int | None = Field(default=None, ge=0)


class Entry(Model):
    """One asset of a listing: what it is, and who made or brought it; `at` is seconds since 1970."""

    asset: Asset
    origin: Literal["made", "uploaded"]
    at: float
    title: str | None = None
    tags: tuple[str, ...] = ()
    stage: str | None = None
    provider: str | None = None
    channel: str | None = None


class Listing(Model):
    """A page of assets, the latest first; `next_offset` is None on the last page."""

    entries: tuple[Entry, ...]
    next_offset: int | None


class Making(Model):
    """A receipt as a step of lineage."""

    key: str
    stage: str
    provider: str | None
    made_at: float
    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]


class Lineage(Model):
    """What is known of an asset or a voice."""

    name: Name
    asset: Asset | None = Field(description="None of a voice, and of an asset that nothing describes")
    size_bytes: int | None = Field(description="as the store has it now; None if it is not there")
    upload: Upload | None
    tombstone: Tombstone | None
    made_by: tuple[Making, ...]
    used_by: tuple[Making, ...]
    deliveries: tuple[str, ...] = Field(description="ids of delivered products that contain it")


class Verification(Model):
    """What checking assets found. `lost` are those that were missing or altered and could not be mended."""

    checked: int
    checked_bytes: int
    missing: tuple[str, ...]
    altered: tuple[str, ...]
    mended: tuple[str, ...]
    lost: tuple[str, ...]
    voided: tuple[str, ...] = Field(description="keys of receipts that named what is lost; their stages are made again")


class Collection(Model):
    """What a collection of garbage removed, or would remove."""

    dry_run: bool
    kept: int
    kept_bytes: int
    young: int = Field(description="named by nothing, but younger than the grace period")
    removed: tuple[str, ...]
    removed_bytes: int


class Retention(Model):
    """What retention rules let go, or would: receipts and uploads. Their bytes go with the next collection."""

    dry_run: bool
    receipts: tuple[str, ...]
    uploads: tuple[str, ...]


class Takedown(Model):
    """What was taken down, or would be, because it was made from `target`."""

    dry_run: bool
    target: Name
    then: Literal["delete", "remake"]
    assets: tuple[str, ...] = Field(description="digests, the target's own first")
    voices: tuple[Name, ...] = Field(description="cloned from it; their vendors still have them")
    receipts: tuple[str, ...] = Field(description="keys; stages that are made again when somebody asks")
    uploads: tuple[str, ...]
    deliveries: tuple[Path, ...] = Field(description="folders of delivered products that contain something of it")
    published: tuple[str, ...] = Field(description="manifest keys under which such products are published")
    unpublished: tuple[str, ...] = Field(description="keys that were withdrawn")
    still_published: tuple[str, ...] = Field(default=(), description="those of `published` that nobody could withdraw")
    freed_bytes: int


class Rebuilding(Model):
    """What making the books again from the store found."""

    restored_receipts: int
    restored_uploads: int
    written_records: int = Field(description="receipts and uploads that the store had no record of")
    damaged: tuple[str, ...] = Field(description="names of records that can't be read")
    lost: tuple[str, ...] = Field(description="keys of receipts that name assets which are gone")


__all__ = [
    "About",
    "Collection",
    "Entry",
    "Filters",
    "Lineage",
    "Listing",
    "Making",
    "Name",
    "Rebuilding",
    "Retention",
    "Tag",
    "Takedown",
    "Unpublish",
    "Upload",
    "Verification",
]
