"""Bringing the catalogue up to date from the vendors that list their models."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

from media_factory.catalogue.entries import entry_of
from media_factory.catalogue.listings import Listing, ModelSource, read_listings, write_listings
from media_factory.errors import MediaFactoryError, ProviderTimeout
from media_factory.model import Model
from media_factory.providers.registry import Providers

_WITHIN_S = 30.0


class Refreshed(Model):
    """What came of asking a vendor for its models."""

    provider: str
    models: int = 0
    unknown: tuple[str, ...] = ()
    problem: str | None = None


async def refresh_listings(providers: Providers, file: Path, on: date) -> tuple[Refreshed, ...]:
    """Ask every vendor that lists its models, and keep what they say; a vendor that fails keeps its earlier list.

    Args:
        providers: what is installed.
        file: where the lists are kept (`listings_file`).
        on: the day that they are noted under.

    Raises:
        InputError: the file has lists that can't be used.
    """
    listings = read_listings(file)
    sources: dict[str, ModelSource] = {}
    outcomes: list[Refreshed] = []
    for provider in providers.all:
        if not isinstance(provider, ModelSource) or provider.name in sources:
            continue
        if gap := provider.missing():
            outcomes.append(Refreshed(provider=provider.name, problem=gap))
        else:
            sources[provider.name] = provider
    listed = await asyncio.gather(*(_list(name, source, on) for name, source in sources.items()))
    for name, found in zip(sources, listed, strict=True):
        if isinstance(found, str):
            outcomes.append(Refreshed(provider=name, problem=found))
            continue
        listings = listings.with_listing(found)
        unknown = tuple(one.model for one in found.models if entry_of(f"{name}:{one.model}") is None)
        outcomes.append(Refreshed(provider=name, models=len(found.models), unknown=unknown))
    if any(one.problem is None for one in outcomes):
        await asyncio.to_thread(write_listings, file, listings)
    unique = {one.provider: one for one in outcomes}
    return tuple(unique[name] for name in sorted(unique))


async def _list(name: str, source: ModelSource, on: date) -> Listing | str:
    try:
        async with asyncio.timeout(_WITHIN_S):
            return Listing(provider=name, listed_on=on, models=await source.list_models())
    except TimeoutError:
        return f"{ProviderTimeout.__name__}: no answer within {_WITHIN_S:g} s"
    except MediaFactoryError as error:
        return f"{type(error).__name__}: {error}"


__all__ = ["Refreshed", "refresh_listings"]
