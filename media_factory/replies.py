"""What a provider answers: one frozen model per modality, and what vendors that queue say until then."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from media_factory.model import Model
from media_factory.timing import Word


class Reply(Model):
    """What every reply says beside its content."""

    price_usd: Decimal | None = Field(description="what the vendor charged; None if nobody knows")
    vendor_id: str | None = Field(default=None, description="the vendor's own name for the call, for its support")


class PromptReply(Reply):
    """A picture prompt."""

    text: str = Field(min_length=1)


class ImageReply(Reply):
    """Encoded picture bytes."""

    data: bytes
    media_type: str


class SpeechReply(Reply):
    """Encoded sound, and when each word of the text is spoken, where the provider knows.

    `words` has exactly one entry per whitespace-separated word of the request's text (per `captions.words.split_words`
    for languages without spaces), in order, with the written form. Sound is WAV.
    """

    data: bytes
    media_type: str
    words: tuple[Word, ...] | None


class ClipReply(Reply):
    """Encoded moving picture."""

    data: bytes
    media_type: str


class SoundReply(Reply):
    """Encoded sound without words."""

    data: bytes
    media_type: str


class AlignReply(Reply):
    """When each word of the text is spoken, as `SpeechReply.words` has it."""

    words: tuple[Word, ...]


class ModerationReply(Reply):
    """Whether a text may be published; `categories` are the vendor's names for what speaks against it."""

    flagged: bool
    categories: tuple[str, ...] = ()


class Ticket(Model):
    """What a queueing vendor gave us to come back with."""

    provider: str
    id: str


class Progress(Model):
    """Where a vendor's queue stands with a ticket."""

    done: bool
    fraction: float | None = Field(default=None, ge=0, le=1)


class Voice(Model):
    """A voice of a vendor."""

    id: str = Field(description="what a brief's `voice` names")
    name: str
    languages: tuple[str, ...] = ()
    description: str = ""
    cloned: bool = False


__all__ = [
    "AlignReply",
    "ClipReply",
    "ImageReply",
    "ModerationReply",
    "Progress",
    "PromptReply",
    "Reply",
    "SoundReply",
    "SpeechReply",
    "Ticket",
    "Voice",
]
