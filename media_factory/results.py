"""What the provider stages leave: assets, and who made them at what price."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from media_factory.assets import Asset
from media_factory.model import Model
from media_factory.timing import Word


class Made(Model):
    """Who made something and what it cost; `cost_usd` is None when nobody knows."""

    provider: str = Field(description="provider:model")
    cost_usd: Decimal | None


class Prompt(Made):
    """A picture prompt and its metadata."""

    text: str
    style: str
    version: int = Field(description="of the stage that wrote it")
    written_at: str = Field(description="ISO 8601, UTC")


class Placeholder(Model):
    """What a page shows until a picture is there."""

    thumbhash: str = Field(description="ThumbHash, base64")
    colour: str = Field(pattern=r"^#[0-9a-f]{6}$", description="the picture's mean colour, #rrggbb")


class Picture(Made):
    """A still picture, and what stands for it until it is loaded.

    `original` is what the vendor sent, where that had another size.
    """

    image: Asset
    placeholder: Placeholder | None = None
    original: Asset | None = None


class Clip(Made):
    """A moving picture, as the vendor sent it."""

    clip: Asset


class Sound(Made):
    """A sound effect or a piece of music, as the vendor sent it."""

    sound: Asset


class Moderation(Made):
    """A vendor's judgement of a text; `categories` are its names for what speaks against it."""

    flagged: bool
    categories: tuple[str, ...]


class Utterance(Made):
    """Spoken text, and when each of its words is spoken."""

    sound: Asset
    duration_s: float = Field(gt=0)
    words: tuple[Word, ...]
    alignment: str = Field(description="how the word times were found: provider, forced, dtw or proportional")


__all__ = ["Clip", "Made", "Moderation", "Picture", "Placeholder", "Prompt", "Sound", "Utterance"]
