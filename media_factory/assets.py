"""Asset: the name of some bytes and what is known of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pydantic import BaseModel, Field

from media_factory.model import Model

DIGEST_PATTERN = r"^sha256:[0-9a-f]{64}$"


class Asset(Model):
    """Immutable bytes, named by their digest.

    Bytes never travel between stages: assets do, and whoever needs the bytes asks the store.
    """

    digest: str = Field(pattern=DIGEST_PATTERN, description="sha256:<64 hex digits> of the bytes")
    media_type: str = Field(description="IANA media type, such as image/png")
    size_bytes: int = Field(ge=0)
    width_px: int | None = Field(default=None, ge=1)
    height_px: int | None = Field(default=None, ge=1)
    duration_s: float | None = Field(default=None, ge=0)

    @property
    def hex(self) -> str:
        """The digest's 64 hex digits."""
        return self.digest.removeprefix("sha256:")


def assets_in(value: object) -> Iterator[Asset]:
    """Yield every asset that a model (or a list, tuple or dict of models) names, in field order."""
    if isinstance(value, Asset):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from assets_in(getattr(value, name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from assets_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from assets_in(item)


def pending_asset(key: str, media_type: str, name: str = "", **facts: int | float | None) -> Asset:
    """Return an asset that stands for bytes which a stage has yet to make; no stored asset has its digest."""
    digest = hashlib.sha256(f"pending {name} {key}".encode()).hexdigest()
    return Asset.model_validate({"digest": f"sha256:{digest}", "media_type": media_type, "size_bytes": 0, **facts})


__all__ = ["DIGEST_PATTERN", "Asset", "assets_in", "pending_asset"]
