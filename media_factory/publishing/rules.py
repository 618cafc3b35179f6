"""How finished products are published: under which keys, by which URLs, for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from media_factory.briefs.object_keys import DEFAULT_TEMPLATE, KeyTemplate
from media_factory.model import Model
from media_factory.publishing.purging import Purge
from media_factory.publishing.target import Target, Urls

IMMUTABLE = "public, max-age=31536000, immutable"
MUTABLE = "no-cache"


class Rules(Model):
    """How products are published."""

    always: bool = Field(default=False, description="publish every product whose brief does not say otherwise")
    template: KeyTemplate = Field(
        default=DEFAULT_TEMPLATE,
        description="keys of files; {channel}, {story}, {kind}, {language}, {date}, {year}, {month}, {version} and, "
        "at its end, {file}",
    )
    versioned: bool = Field(
        default=True,
        description="each version of a product under keys of its own, so that the old one stays whole until the "
        "manifest is switched; without it files are replaced one after the other",
    )
    urls: Urls = Field(default="public", description="which URLs the manifest names: public, cdn or signed")
    expires_s: int = Field(default=7 * 24 * 3600, ge=60, le=7 * 24 * 3600, description="how long signed URLs last")
    disposition: Literal["inline", "attachment"] = Field(
        default="inline", description="whether browsers show files or save them"
    )


@dataclass(frozen=True)
class Publisher:
    """Where a factory publishes, how, and who is told to forget what is there no more.

    Args:
        target: keeps the objects.
        rules: keys and URLs.
        purge: a content delivery network that may hold older bytes, if there is one.
    """

    target: Target
    rules: Rules = field(default_factory=Rules)
    purge: Purge | None = None


__all__ = ["IMMUTABLE", "MUTABLE", "Publisher", "Rules"]
