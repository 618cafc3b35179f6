"""What vendors list of their models: asked by `media-factory models --refresh`, kept in the home folder.

The file stands over the catalogue that came with this version until somebody removes it.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from media_factory.errors import InputError
from media_factory.files import write_whole
from media_factory.home import default_home
from media_factory.model import Model

LISTINGS_VARIABLE = "MEDIA_FACTORY_LISTINGS"
_MOST_MODELS = 2000


class ListedModel(Model):
    """A model as its vendor lists it; None stands for what the vendor does not say."""

    model: str = Field(min_length=1, max_length=200)
    modality: Literal["prompt", "image", "speech", "clip", "sound", "align", "moderation"] | None = None
    shutdown_date: date | None = None
    replacement: str | None = Field(default=None, max_length=300, description="provider:model to use instead")
    max_text_chars: int | None = Field(default=None, ge=1)
    max_duration_s: float | None = Field(default=None, gt=0)


class ModelSource(ABC):
    """What a provider also is when its vendor lists models; one per vendor is enough."""

    @abstractmethod
    async def list_models(self) -> tuple[ListedModel, ...]:
        """Return the models that the vendor lists for this account, and until when; it costs nothing.

        Raises:
            ProviderError: classified.
        """


class Listing(Model):
    """What a vendor listed on a day."""

    provider: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    listed_on: date
    source: str = Field(default="the vendor's own list", max_length=300)
    models: tuple[ListedModel, ...] = Field(max_length=_MOST_MODELS)


class Listings(Model):
    """The lists of all vendors that were asked, by name."""

    vendors: tuple[Listing, ...] = ()

    def with_listing(self, listing: Listing) -> Listings:
        """Return the lists with one vendor's replaced or added."""
        others = [one for one in self.vendors if one.provider != listing.provider]
        return Listings(vendors=tuple(sorted([*others, listing], key=lambda one: one.provider)))


def listings_file() -> Path:
    """Return where the lists are kept: $MEDIA_FACTORY_LISTINGS, or `listings.json` in the home folder."""
    named = os.environ.get(LISTINGS_VARIABLE)
    return Path(named).expanduser() if named else default_home() / "listings.json"


def read_listings(file: Path) -> Listings:
    """Return the lists that a file holds; none if there is no file.

    Raises:
        InputError: the file can't be read or is not what `write_listings` writes; the message says how to go on.
    """
    try:
        return Listings.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return Listings()
    except OSError as problem:
        raise InputError(f"{file}: can't be read: {problem.strerror}") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        raise InputError(
            f"{file}: {where}: {first['msg']}; remove the file, then `media-factory models --refresh` writes it anew"
        ) from problem


def write_listings(file: Path, listings: Listings) -> None:
    """Keep the lists; the file is whole or as it was."""
    write_whole(file, listings.model_dump_json(indent=2) + "\n")


__all__ = [
    "LISTINGS_VARIABLE",
    "ListedModel",
    "Listing",
    "Listings",
    "ModelSource",
    "listings_file",
    "read_listings",
    "write_listings",
]
