"""The batch brief: many briefs in one file, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, Field, JsonValue, field_validator, model_validator

from media_factory.briefs import limits
from media_factory.briefs.fields import Identifier, Location, Title, WholeNumber, refusal, short, slug_of
from media_factory.briefs.model import KINDS, Brief
from media_factory.briefs.problems import closest
from media_factory.model import Model

_MOST_AT_ONCE = 256


class BatchBrief(Model):
    """Ask for everything that the rows of a file ask for, each row a brief of its own."""

    kind: Literal["batch"] = Field(default="batch", title="Kind", description="What is to be made")
    title: Title = Field(
        default="",
        title="Title",
        description="The batch's name; the manifest's file name if none is given",
        examples=["Nightly stories"],
    )
    id: Identifier = Field(
        default_factory=lambda data: slug_of(data.get("title", ""), "batch"),
        title="Id",
        description="The batch's name in files and URLs; made from the title if none is given",
        examples=["nightly"],
    )
    manifest: Location = Field(
        title="Manifest",
        description="Path or URL (https, s3 and others) of the file with the rows: JSONL, CSV, YAML, JSON or Parquet",
        examples=["s3://newsroom/nightly.jsonl", "stories.csv"],
    )
    defaults: dict[str, JsonValue] = Field(
        default={},
        title="Defaults",
        description="Fields that every row has unless it says otherwise, such as kind, theme, voice or providers",
        examples=[{"kind": "story", "theme": "news", "providers": {"speech": "espeak"}}],
    )
    strict: bool = Field(
        default=False,
        title="Strict",
        description="Make nothing at all if a row can't be used; otherwise such rows are reported and left out",
    )
    retry_degraded: bool = Field(
        default=False,
        title="Retry degraded",
        description="Also make the rows again that came out with less than asked; what they paid for is not paid again",
    )
    at_once: WholeNumber | None = Field(
        default=None,
        ge=1,
        le=_MOST_AT_ONCE,
        title="At once",
        description="How many rows are made at the same time, 1 to 256; two for each processor if none is given",
    )
    budget_usd: Decimal | None = Field(
        default=None,
        ge=0,
        title="Budget",
        description="Most that all rows together may cost, in US dollars; what is left then waits for the next run",
        examples=["25.00"],
    )
    deadline_s: float | None = Field(
        default=None,
        gt=0,
        title="Deadline",
        description="Seconds after which no further row is started; those under way are finished",
        examples=[21600],
    )

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        """Leave out what a form sent as nothing, and take the title from the manifest's name."""
        if not isinstance(data, Mapping):
            return data
        fields = {name: value for name, value in data.items() if name not in ("title", "id") or value not in (None, "")}
        location = fields.get("manifest")
        if "title" not in fields and isinstance(location, str) and (stem := _stem(location)):
            fields["title"] = stem
        return fields

    @field_validator("defaults")
    @classmethod
    def _known(cls, defaults: dict[str, JsonValue]) -> dict[str, JsonValue]:
        known = {name for kind in KINDS.values() for name in kind.model_fields}
        for name in defaults:
            if name not in known:
                raise refusal(f"{short(name)} is no field of any kind of row{closest(name, known)}")
        kind = defaults.get("kind")
        if kind is not None and kind not in KINDS:
            raise refusal(f"{short(str(kind))} can't be a row's kind; {', '.join(KINDS)} are allowed")
        return defaults


def _stem(location: str) -> str:
    parts = urlsplit(location)
    path = unquote(parts.path) if len(parts.scheme) > 1 else location.replace("\\", "/")
    return PurePosixPath(path).stem[: limits.MAX_TITLE_CHARS].strip()


AnyBrief = Brief | BatchBrief
ANY_KINDS: dict[str, type[BaseModel]] = {**KINDS, "batch": BatchBrief}

__all__ = ["ANY_KINDS", "AnyBrief", "BatchBrief"]
