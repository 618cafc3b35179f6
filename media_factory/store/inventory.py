"""What a store holds: listed, touched, removed, buried, and the records that lie beside the assets.

The assets and the records are the truth; the books can be made again from them. All calls block; async code makes them
through `asyncio.to_thread`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from pydantic import Field

from media_factory.assets import DIGEST_PATTERN
from media_factory.errors import StoreError
from media_factory.model import Model


class Holding(Model):
    """An asset as the store has it; `kept_at` is when it was last put or touched, in seconds since 1970."""

    digest: str = Field(pattern=DIGEST_PATTERN)
    size_bytes: int = Field(ge=0)
    kept_at: float


class Tombstone(Model):
    """That an asset was taken down, and must not come back by itself."""

    digest: str = Field(pattern=DIGEST_PATTERN)
    who: str = Field(min_length=1, max_length=200, description="who had it taken down")
    why: str = Field(min_length=1, max_length=2000)
    at: str = Field(description="ISO 8601, UTC")
    because_of: str | None = Field(default=None, description="the image or voice that it was made from")

    def refusal(self) -> StoreError:
        """Return the error for whoever wants to store it again."""
        return StoreError(
            f"asset {self.digest} was taken down by {self.who} on {self.at[:10]} ({self.why}) and is not kept again; "
            f"`media-factory assets lift {self.digest}` allows it"
        )


class Inventory(ABC):
    """What a store holds.

    Record names are relative paths of ASCII letters, digits and `._-`, such as `receipts/speak/v1/ab12.json`.
    """

    @abstractmethod
    def holdings(self) -> Iterator[Holding]:
        """Yield everything that the store holds, in no order; what comes or goes meanwhile may be missed."""

    @abstractmethod
    def find(self, digest: str) -> Holding | None:
        """Return one holding, unchecked; None if it isn't there."""

    @abstractmethod
    def touch(self, digest: str) -> bool:
        """Set a holding's `kept_at` to now, and return whether it is there."""

    @abstractmethod
    def remove(self, digest: str, unless_kept_since: float | None = None) -> int:
        """Remove a holding and return how many bytes that freed; 0 if it isn't there.

        With `unless_kept_since` it stays (and 0 is returned) if it was put or touched after that time, also if that
        happens at this very moment: an asset that `put` has returned is never removed under its caller.

        Raises:
            StoreError: it can't be removed.
        """

    @abstractmethod
    def recover(self, digest: str) -> bool:
        """Put back a copy that was set aside, if one of them is what the digest says; return whether one was.

        Raises:
            StoreError: it can't be put back.
        """

    @abstractmethod
    def bury(self, tombstone: Tombstone) -> int:
        """Remove an asset with all copies that were set aside, and refuse to keep it from now on.

        Returns how many bytes that freed. After it, `put` of these bytes raises StoreError.

        Raises:
            StoreError: it can't be done.
        """

    @abstractmethod
    def tombstone(self, digest: str) -> Tombstone | None:
        """Return an asset's tombstone, if it was taken down."""

    @abstractmethod
    def lift(self, digest: str) -> bool:
        """Allow an asset to be kept again, and return whether it had been taken down."""

    @abstractmethod
    def write_record(self, name: str, data: bytes) -> None:
        """Keep a record, whole or not at all; one of that name is replaced. A power cut may lose the last ones.

        Raises:
            StoreError: it can't be written.
        """

    @abstractmethod
    def read_record(self, name: str) -> bytes | None:
        """Return a record; None if there is none."""

    @abstractmethod
    def record_names(self, folder: str) -> Iterator[str]:
        """Yield the names of all records below a folder, such as `receipts`, in no order."""

    @abstractmethod
    def remove_record(self, name: str) -> None:
        """Remove a record, if it is there."""


__all__ = ["Holding", "Inventory", "Tombstone"]
