"""The base of everything that crosses a boundary: frozen, and closed to unknown fields."""

from __future__ import annotations

import hashlib
import json

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen pydantic model that refuses unknown fields."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", allow_inf_nan=False)


def canonical_json(model: BaseModel) -> str:
    """Return the one JSON text of a model: sorted keys, no spaces, every field present, UTF-8."""
    return json.dumps(model.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(model: BaseModel) -> str:
    """Return the sha256 of a model's canonical JSON, as 64 hex digits."""
    return hashlib.sha256(canonical_json(model).encode()).hexdigest()


__all__ = ["Model", "canonical_json", "digest_of"]
