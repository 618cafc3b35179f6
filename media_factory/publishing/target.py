"""The contract of a place where finished media is published."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field

from media_factory.assets import Asset
from media_factory.model import Model
from media_factory.store.base import AssetStore

Urls = Literal["public", "cdn", "signed"]


class Headers(Model):
    """What an object is served with; places that keep no headers leave that to their server."""

    content_type: str
    cache_control: str
    disposition: str | None = Field(default=None, description="Content-Disposition: what a browser does with it")
    metadata: dict[str, str] = Field(default={}, description="ASCII, lower-case names, 2 kB in all")


class Target(ABC):
    """Keeps objects under keys, below a root of its own. An object is whole or not there, and replaced at one blow.

    Keys are checked ones (`briefs.object_keys`); every method refuses others with an InputError.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """What messages call it; no secrets."""

    @abstractmethod
    async def copy(self, asset: Asset, store: AssetStore, key: str, headers: Headers) -> None:
        """Keep an asset's bytes under a key, without moving them through this machine where that can be.

        Raises:
            AssetLost: the store has them no more.
            StoreError: they could not be kept; what was under the key before is as it was.
        """

    @abstractmethod
    async def put(self, source: bytes | Path, key: str, headers: Headers) -> None:
        """Keep bytes (or a file's content) under a key.

        Raises:
            StoreError: they could not be kept; what was under the key before is as it was.
        """

    @abstractmethod
    async def read(self, key: str) -> bytes | None:
        """Return a small object, or None if there is none.

        Raises:
            StoreError: the place does not answer.
        """

    @abstractmethod
    async def size_of(self, key: str) -> int | None:
        """Return an object's size in bytes, or None if there is none.

        Raises:
            StoreError: the place does not answer.
        """

    @abstractmethod
    async def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; those that aren't there are no error.

        Raises:
            StoreError: some could not be removed.
        """

    @abstractmethod
    async def keys_below(self, prefix: str) -> tuple[str, ...]:
        """Return the keys that begin with a checked key and a slash, or all keys for an empty one, in order.

        Raises:
            StoreError: the place does not answer.
        """

    @abstractmethod
    async def url_of(self, key: str, urls: Urls, expires_s: int) -> str:
        """Return where an object can be opened.

        Args:
            key: of the object.
            urls: plain ones, those of the content delivery network, or signed ones.
            expires_s: how long signed ones last.

        Raises:
            InputError: this place has no URLs of that kind; the message says what is missing.
        """

    def close(self) -> None:  # noqa: B027 - folders hold nothing open
        """Give back what the place holds open."""


__all__ = ["Headers", "Target", "Urls"]
