"""Listing assets: what was made and what was brought, the latest first."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pydantic import ValidationError

from media_factory.assets import Asset
from media_factory.books.archive import Search
from media_factory.books.receipts import ReceiptRecord
from media_factory.errors import InputError
from media_factory.factory import Factory
from media_factory.library.model import Entry, Filters, Listing
from media_factory.library.uploads import uploads_of

MOST_PER_PAGE = 1000


def list_assets(factory: Factory, filters: Filters, limit: int, offset: int) -> Listing:
    """Return a page of the assets that fit.

    Raises:
        InputError: `limit` is not 1 to 1000, or `offset` is negative.
    """
    if not 1 <= limit <= MOST_PER_PAGE or offset < 0:
        raise InputError(f"a page has 1 to {MOST_PER_PAGE} assets and begins at 0 or later; not {limit} at {offset}")
    found = list(islice(_entries(factory, filters), offset, offset + limit + 1))
    return Listing(entries=tuple(found[:limit]), next_offset=offset + limit if len(found) > limit else None)


def asset_in(record: ReceiptRecord, digest: str) -> Asset | None:
    """Return the asset of a digest as a receipt's result describes it."""
    return next((one for one in _described(json.loads(record.receipt.result)) if one.digest == digest), None)


def fits(media: str | None, media_type: str) -> bool:
    """Return whether a media type is the one asked for, or of the kind asked for.

    >>> fits("image", "image/png"), fits("image/png", "image/png"), fits("image", "video/mp4"), fits(None, "x/y")
    (True, True, False, True)
    """
    return media is None or media in (media_type, media_type.partition("/")[0])


def _entries(factory: Factory, filters: Filters) -> Iterator[Entry]:
    seen: set[str] = set()
    both = heapq.merge(_brought(factory, filters), _made(factory, filters), key=lambda entry: entry.at, reverse=True)
    for entry in both:
        if entry.asset.digest not in seen and _fits(entry, filters):
            seen.add(entry.asset.digest)
            yield entry


def _brought(factory: Factory, filters: Filters) -> Iterator[Entry]:
    if filters.origin == "made" or filters.stage or filters.provider:
        return
    for one in uploads_of(factory):
        yield Entry(
            asset=one.asset,
            origin="uploaded",
            at=one.uploaded_at,
            title=one.about.title,
            tags=one.about.tags,
            channel=one.about.channel,
        )


def _made(factory: Factory, filters: Filters) -> Iterator[Entry]:
    if filters.origin == "uploaded" or filters.tag:
        return
    search = Search(
        stage=filters.stage,
        provider=filters.provider,
        channel=filters.channel,
        since=filters.since,
        until=filters.until,
    )
    for record in factory.books.archive.records(search):
        # What a stage only passes on was made by another.
        own = set(record.outputs) - set(record.inputs)
        if not any(name.startswith("sha256:") for name in own):
            continue
        for asset in _described(json.loads(record.receipt.result)):
            if asset.digest in own:
                receipt = record.receipt
                yield Entry(
                    asset=asset,
                    origin="made",
                    at=receipt.made_at,
                    stage=receipt.stage,
                    provider=receipt.provider,
                    channel=receipt.channel,
                )


def _fits(entry: Entry, filters: Filters) -> bool:
    size = entry.asset.size_bytes
    return (
        fits(filters.media, entry.asset.media_type)
        and filters.channel in (None, entry.channel)
        and (filters.tag is None or filters.tag in entry.tags)
        and (filters.since is None or entry.at >= filters.since)
        and (filters.until is None or entry.at < filters.until)
        and (filters.least_bytes or 0) <= size
        and (filters.most_bytes is None or size <= filters.most_bytes)
    )


def _described(value: Any) -> Iterator[Asset]:
    """Yield the assets that a stage's result (parsed JSON) describes; nothing here knows the results' models."""
    if isinstance(value, dict):
        if "digest" in value and "media_type" in value:
            try:
                yield Asset.model_validate(value)
            except ValidationError:
                return
        else:
            for item in value.values():
                yield from _described(item)
    elif isinstance(value, list):
        for item in value:
            yield from _described(item)


__all__ = ["MOST_PER_PAGE", "asset_in", "fits", "list_assets"]
