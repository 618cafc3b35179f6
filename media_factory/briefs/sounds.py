"""Sounds of a film: a file that the user has, or a description of music that is to be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, Tag

from media_factory.briefs.fields import Location, PromptText, ProviderChoice
from media_factory.forms import as_form, named
from media_factory.model import Model

_FILE, _MADE, _NONE = BRANCHES = "<file>", "<made>", "<none>"


class MadeSound(Model):
    """Music that is made for the film, as long as the film lasts."""

    model_config = ConfigDict(title="Music to make", json_schema_extra=as_form)

    prompt: PromptText = Field(
        title="Music to make",
        description="What it sounds like, in words; it is instrumental",
        examples=["calm piano, slow"],
    )
    provider: ProviderChoice | None = Field(
        default=None,
        title="Music by",
        description="provider or provider:model; providers.sound, or the best one that can, if none is given",
        examples=["elevenlabs:music_v2"],
    )


def _branch_of(value: Any) -> str:
    if value is None:
        return _NONE
    return _MADE if isinstance(value, Mapping | MadeSound) else _FILE


def _as_any_of(schema: dict[str, Any]) -> None:
    """Write the choice as the form knows it: `anyOf`, as for every other field that may be empty."""
    if "oneOf" in schema:
        schema["anyOf"] = schema.pop("oneOf")


# Which of them is meant is seen at once, so that a bad field has one problem and not one for each of them.
FilmSound = Annotated[
    Annotated[Location, Tag(_FILE), Field(json_schema_extra=named("Path or URL"))]
    | Annotated[MadeSound, Tag(_MADE)]
    | Annotated[None, Tag(_NONE)],
    Discriminator(_branch_of),
    Field(json_schema_extra=_as_any_of),
]

__all__ = ["BRANCHES", "FilmSound", "MadeSound"]
