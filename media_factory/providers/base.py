"""The contracts that a provider meets.

A provider is one file: a class that says what it can do (`capabilities`), what a request would cost (`price`), whether
it can work here (`missing`), and does it (`generate`, or `submit`/`poll`/`fetch`/`cancel` for vendors that queue). It
raises `media_factory.errors` and nothing else, and is listed under the entry point group `media_factory.providers`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import Field

from media_factory.model import Model
from media_factory.requests import ClipRequest, ImageRequest, PromptRequest, SpeechRequest
from media_factory.timing import Word

Modality = Literal["prompt", "image", "speech", "clip"]
RequestT = TypeVar("RequestT")
ReplyT = TypeVar("ReplyT")


class Capabilities(Model):
    """What a provider can do, as data."""

    modality: Modality
    models: tuple[str, ...] = Field(min_length=1, description="model names, the default first")
    languages: tuple[str, ...] | None = Field(default=None, description="BCP 47 primary languages; None means any")
    word_timing: bool = Field(default=False, description="speech replies say when each word is spoken")
    cards: bool = Field(default=False, description="pictures can show the words of a Card")
    seed: bool = Field(default=False, description="the same seed gives the same output")
    local: bool = Field(default=False, description="runs on this machine, with no network and no key")
    min_side_px: int = 64
    max_side_px: int = 8192
    max_text_chars: int = 10_000
    draft: bool = Field(default=False, description="fit for previews, and a published result says so")
    by_name_only: bool = Field(default=False, description="never chosen unless a brief names it (fakes)")


class PromptReply(Model):
    """A picture prompt."""

    text: str = Field(min_length=1)
    price_usd: Decimal | None


class ImageReply(Model):
    """Encoded picture bytes."""

    data: bytes
    media_type: str
    price_usd: Decimal | None


class SpeechReply(Model):
    """Encoded sound, and when each word of the text is spoken, where the provider knows.

    `words` has exactly one entry per whitespace-separated word of the request's text (per `captions.words.split_words`
    for languages without spaces), in order, with the written form.
    """

    data: bytes
    media_type: str
    words: tuple[Word, ...] | None
    price_usd: Decimal | None


class ClipReply(Model):
    """Encoded moving picture."""

    data: bytes
    media_type: str
    price_usd: Decimal | None


class Ticket(Model):
    """What a queueing vendor gave us to come back with."""

    provider: str
    id: str


class Progress(Model):
    """Where a vendor's queue stands with a ticket."""

    done: bool
    fraction: float | None = Field(default=None, ge=0, le=1)


class Provider(ABC, Generic[RequestT]):
    """Something that makes media: a vendor's account or an engine on this machine."""

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    @abstractmethod
    def price_usd(self, request: RequestT) -> Decimal | None:
        """Return what the request would cost in US dollars; None when nobody knows, 0 only when it is free."""

    def missing(self) -> str | None:
        """Return what is missing before this provider can work here, and how to get it; None when nothing is."""
        return None


class ImmediateProvider(Provider[RequestT], Generic[RequestT, ReplyT]):
    """A provider that answers a request with its reply."""

    @abstractmethod
    async def generate(self, request: RequestT) -> ReplyT:
        """Make what is asked for.

        Raises:
            ProviderError: classified; see `media_factory.errors`.
        """


class JobProvider(Provider[RequestT], Generic[RequestT, ReplyT]):
    """A provider that queues a request and is asked again."""

    @abstractmethod
    async def submit(self, request: RequestT) -> Ticket:
        """Queue the request; the ticket is the only way back to it."""

    @abstractmethod
    async def poll(self, ticket: Ticket) -> Progress:
        """Say how far it is."""

    @abstractmethod
    async def fetch(self, ticket: Ticket) -> ReplyT:
        """Return what was made."""

    @abstractmethod
    async def cancel(self, ticket: Ticket) -> None:
        """Stop it, where the vendor can; no error if it is done or unknown."""


class PromptWriter(ImmediateProvider[PromptRequest, PromptReply]):
    """Writes picture prompts."""


class ImageProvider(ImmediateProvider[ImageRequest, ImageReply]):
    """Makes still pictures."""


class SpeechProvider(ImmediateProvider[SpeechRequest, SpeechReply]):
    """Speaks text."""


class ClipProvider(JobProvider[ClipRequest, ClipReply]):
    """Makes moving pictures."""


AnyProvider = Provider[Any]

__all__ = [
    "AnyProvider",
    "Capabilities",
    "ClipProvider",
    "ClipReply",
    "ImageProvider",
    "ImageReply",
    "ImmediateProvider",
    "JobProvider",
    "Modality",
    "Progress",
    "PromptReply",
    "PromptWriter",
    "Provider",
    "SpeechProvider",
    "SpeechReply",
    "Ticket",
]
