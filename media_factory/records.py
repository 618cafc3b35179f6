"""Records: small models kept as files that prove themselves, since their readers come after an accident."""

from __future__ import annotations

import hashlib
import json
from typing import TypeVar

from pydantic import ValidationError

from media_factory.model import Model, canonical_json

ModelT = TypeVar("ModelT", bound=Model)


def sealed(model: Model) -> bytes:
    """Return a model as a JSON record with the sha256 of its content."""
    content = canonical_json(model)
    return f'{{"content":{content},"sha256":"{_sha256(content)}"}}\n'.encode()


def unsealed(data: bytes, kind: type[ModelT]) -> ModelT | None:
    """Return the model of a record; None if it is cut short, altered, or of another kind."""
    try:
        record = json.loads(data)
        content = json.dumps(record["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if record["sha256"] != _sha256(content):
            return None
        return kind.model_validate_json(content)
    except (ValueError, KeyError, TypeError, ValidationError):
        return None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


__all__ = ["sealed", "unsealed"]
