"""Entries of the catalogue: which models there are, until when, at what price.

They are read from `data/<vendor>.yaml`, and from what vendors have said since (`listings`), which counts for more.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from media_factory.catalogue.listings import ListedModel, Listing, Listings, listings_file, read_listings
from media_factory.model import Model

Status = Literal["active", "deprecated", "retired"]
Unit = Literal["image", "thousand-chars", "second", "million-tokens-in", "million-tokens-out", "call"]


class Price(Model):
    """What one unit costs; `variant` parts sizes or qualities, such as "2K" or "1024x1024 low"."""

    usd: Decimal = Field(ge=0)
    per: Unit
    variant: str | None = None


class CatalogueEntry(Model):
    """A model of a vendor.

    `prices` empty means that nobody knows; a free model has a price of 0. `quality` and `seconds` are our own estimates
    for the choice between models: 0 (a draft) to 1 (the best there is), and seconds for a typical request.
    """

    provider: str
    model: str
    modality: Literal["prompt", "image", "speech", "clip", "sound", "align", "moderation"]
    status: Status = "active"
    shutdown_date: date | None = None
    replacement: str | None = Field(default=None, description="provider:model to use instead")
    prices: tuple[Price, ...] = ()
    max_text_chars: int | None = None
    max_duration_s: float | None = None
    sounds: Literal["effect", "music"] | None = Field(
        default=None, description="what a sound model makes; both if none"
    )
    quality: float = Field(default=0.5, ge=0, le=1)
    seconds: float = Field(default=10.0, gt=0)
    source: str = Field(description="where these figures come from")
    verified_on: date

    @property
    def reference(self) -> str:
        """The model as briefs name it."""
        return f"{self.provider}:{self.model}"

    def brought_up_to_date(self, listing: Listing, model: ListedModel) -> CatalogueEntry:
        """Return the entry with what its vendor's list says of the model."""
        said = model.model_dump(exclude={"model", "modality"}, exclude_none=True)
        if model.shutdown_date and self.status == "active":
            said["status"] = "deprecated"
        return self.model_copy(update=said | {"source": listing.source, "verified_on": listing.listed_on})

    def status_on(self, day: date) -> Status:
        """Return the status on a day: a model is retired from its shutdown date on."""
        return "retired" if self.shutdown_date and day >= self.shutdown_date else self.status


def catalogue() -> tuple[CatalogueEntry, ...]:
    """Return all entries, in the order of the files; models that only a vendor's list names come last.

    Raises:
        InputError: the file of the vendors' lists can't be used.
    """
    file = listings_file()
    # The file is replaced as a whole, so a new one has another time or size.
    facts = file.stat() if file.is_file() else None
    return _catalogue(file, (facts.st_mtime_ns, facts.st_size) if facts else None)


@cache
def shipped() -> tuple[CatalogueEntry, ...]:
    """Return the entries that came with this version, in the order of the files."""
    found: list[CatalogueEntry] = []
    for file in sorted(files("media_factory.catalogue").joinpath("data").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yaml"):
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
            vendor = {"provider": content["provider"]}
            found += (CatalogueEntry.model_validate(vendor | one) for one in content["models"])
    return tuple(found)


@lru_cache(maxsize=4)
def _catalogue(file: Path, facts: tuple[int, int] | None) -> tuple[CatalogueEntry, ...]:
    return with_listings(shipped(), read_listings(file) if facts else Listings())


def with_listings(entries: tuple[CatalogueEntry, ...], listings: Listings) -> tuple[CatalogueEntry, ...]:
    """Return entries brought up to date by what vendors list.

    A vendor's date of switching off, limits and prices replace ours; a model that it no longer lists stays as it is,
    since lists differ by account. What only the list names is added if it says of which modality it is.
    """
    told = {
        (one.provider, model.model, model.modality): (one, model) for one in listings.vendors for model in one.models
    }
    found: list[CatalogueEntry] = []
    for entry in entries:
        keys = ((entry.provider, entry.model, entry.modality), (entry.provider, entry.model, None))
        said = next((told.pop(key) for key in keys if key in told), None)
        found.append(entry.brought_up_to_date(*said) if said else entry)
    known = {(entry.reference, entry.modality) for entry in found}
    for listing, model in told.values():
        if model.modality and (f"{listing.provider}:{model.model}", model.modality) not in known:
            fresh = CatalogueEntry(
                provider=listing.provider,
                model=model.model,
                modality=model.modality,
                source=listing.source,
                verified_on=listing.listed_on,
            )
            found.append(fresh.brought_up_to_date(listing, model))
    return tuple(found)


def today() -> date:
    """Return the day, in UTC."""
    return datetime.now(UTC).date()


def entry_of(reference: str) -> CatalogueEntry | None:
    """Return the entry of `provider:model`, or None if the catalogue does not have it."""
    return next((entry for entry in catalogue() if entry.reference == reference), None)


def models_of(provider: str, modality: str) -> tuple[str, ...]:
    """Return a provider's models that are not retired, in the order of its file: the default first."""
    day = today()
    return tuple(
        entry.model
        for entry in catalogue()
        if (entry.provider, entry.modality) == (provider, modality) and entry.status_on(day) != "retired"
    )


def retirement(entry: CatalogueEntry, on: date) -> str | None:
    """Return since when a model is retired and what replaces it, in one line; None if it is not."""
    if entry.status_on(on) != "retired":
        return None
    since = f" on {entry.shutdown_date}" if entry.shutdown_date else ""
    cure = f"; use {entry.replacement}" if entry.replacement else "; it has no replacement"
    return f"{entry.reference} was retired{since}{cure}"


def price_of(reference: str, per: Unit, quantity: Decimal | int | float, variant: str | None = None) -> Decimal | None:
    """Return what so many units cost, or None where the catalogue has no price for them.

    Args:
        reference: `provider:model`.
        per: the unit.
        quantity: how many of it.
        variant: the size or quality; a price without one serves all of them.
    """
    entry = entry_of(reference)
    if entry is None:
        return None
    fitting = [price for price in entry.prices if price.per == per and price.variant in (variant, None)]
    if not fitting:
        return None
    exact = next((price for price in fitting if price.variant == variant), fitting[0])
    return exact.usd * Decimal(str(quantity))


__all__ = [
    "CatalogueEntry",
    "Price",
    "Status",
    "Unit",
    "catalogue",
    "entry_of",
    "models_of",
    "price_of",
    "retirement",
    "shipped",
    "today",
    "with_listings",
]
