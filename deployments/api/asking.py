"""From what a caller gives to what a deployment is asked, checked on this side: our messages name the right field."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from pydantic import BaseModel

from media_factory.briefs.base import BriefBase
from media_factory.briefs.batch import BatchBrief
from media_factory.briefs.reading import parse_brief
from media_factory.model import Model, canonical_json

_KEY_CHARS = 32


AskedBrief = BriefBase | BatchBrief
"""What can be asked for over the API."""


def brief_of(given: AskedBrief | Mapping[str, Any]) -> AskedBrief:
    """Return the brief that a caller means.

    Raises:
        BriefError: it is none; `problems` has a line for every reason.
    """
    if isinstance(given, Model):
        return given
    return cast(AskedBrief, parse_brief(json.dumps(given, default=_plain), "json"))


def parameters_of(brief: AskedBrief, factory: str) -> dict[str, Any]:
    """Return a flow's parameters for a brief: what the caller said, and nothing that only follows from it."""
    return {"brief": {"kind": brief.kind, **brief.model_dump(mode="json", exclude_unset=True)}, "factory": factory}


def key_of(brief: AskedBrief, deployment: str, factory: str, day: date) -> str:
    """Return the key under which a brief is one run for a UTC day, however often and in whatever words it is sent.

    A batch is a new run each time: what its manifest lists may have changed, and what is made already starts nothing.
    """
    if isinstance(brief, BatchBrief):
        return f"{brief.kind}/{uuid.uuid4().hex}"
    text = json.dumps([canonical_json(brief), deployment, factory, day.isoformat()])
    return f"{brief.kind}/{hashlib.sha256(text.encode()).hexdigest()[:_KEY_CHARS]}"


def next_key(key: str, attempt: int) -> str:
    """Return the key of a later attempt (from 2): two callers who see the same failure get the same one."""
    return f"{key}/{attempt}"


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json", exclude_unset=True) if isinstance(value, BaseModel) else str(value)


__all__ = ["AskedBrief", "brief_of", "key_of", "next_key", "parameters_of"]
