"""The contracts that a provider meets.

A provider is one file: a class that says what it can do (`capabilities`), what a request would cost (`price_usd`),
whether it can work here (`missing`), and does it (`generate`, or `submit`/`poll`/`fetch`/`cancel` for vendors that
queue). It raises `media_factory.errors` and nothing else, makes each call once (retries are the broker's), and is
listed under the entry point group `media_factory.providers`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import Field

from media_factory.model import Model
from media_factory.requests import (
    AlignRequest,
    ClipRequest,
    Emotion,
    ImageRequest,
    ModerationRequest,
    PromptRequest,
    SoundRequest,
    SpeechRequest,
)
from media_factory.settings import Settings
from media_factory.timing import Word

Modality = Literal["prompt", "image", "speech", "clip", "sound", "align", "moderation"]
RequestT = TypeVar("RequestT")
ReplyT = TypeVar("ReplyT")


class Capabilities(Model):
    """What a provider can do, as data."""

    modality: Modality
    models: tuple[str, ...] = Field(min_length=1, description="model names, the default first")
    languages: tuple[str, ...] | None = Field(default=None, description="BCP 47 primary languages; None means any")
    word_timing: bool = Field(default=False, description="speech replies say when each word is spoken")
    emotions: tuple[Emotion, ...] = Field(default=(), description="how speech can be said")
    cards: bool = Field(default=False, description="pictures can show the words of a Card")
    seed: bool = Field(default=False, description="the same seed gives the same output")
    exact_size: bool = Field(default=True, description="pictures come in the asked size; else in its nearest aspect")
    stills: bool = Field(default=False, description="clips can start from a still picture")
    local: bool = Field(default=False, description="runs on this machine, with no network and no key")
    idempotent: bool = Field(
        default=False, description="a repeated key gives the first answer again and is charged once"
    )
    min_side_px: int = 64
    max_side_px: int = 8192
    max_text_chars: int = 10_000
    max_duration_s: float = Field(default=60.0, description="of a clip or a sound")
    draft: bool = Field(default=False, description="fit for previews, and a published result says so")
    by_name_only: bool = Field(default=False, description="never chosen unless a brief names it (fakes)")
    trained: bool = Field(
        default=True, description="a model trained on captured media makes it; False for drawing and for rules"
    )


@dataclass(frozen=True)
class Call:
    """What a provider gets beside the request.

    Args:
        key: 64 hex digits, the same for every try at the same thing: an idempotency key, where a vendor takes one.
        files: local files of the assets that the request names, by digest.
    """

    key: str
    files: Mapping[str, Path] = field(default_factory=dict)


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


class Provider(ABC, Generic[RequestT]):
    """Something that makes media: a vendor's account or an engine on this machine."""

    name: str
    capabilities: Capabilities

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    @abstractmethod
    def price_usd(self, request: RequestT) -> Decimal | None:
        """Return what the request would cost in US dollars; None when nobody knows, 0 only when it is free."""

    def missing(self) -> str | None:
        """Return what is missing before this provider can work here, and how to get it; None when nothing is."""
        return None

    async def reach(self) -> None:
        """Ask the vendor something that costs nothing, to see that it is there and takes our key.

        Raises:
            ProviderError: classified; nothing if there is nobody to ask.
        """


class ImmediateProvider(Provider[RequestT], Generic[RequestT, ReplyT]):
    """A provider that answers a request with its reply."""

    @abstractmethod
    async def generate(self, request: RequestT, call: Call) -> ReplyT:
        """Make what is asked for.

        Raises:
            ProviderError: classified; see `media_factory.errors`.
        """


class JobProvider(Provider[RequestT], Generic[RequestT, ReplyT]):
    """A provider that queues a request and is asked again."""

    poll_every_s: ClassVar[float] = 5.0

    @abstractmethod
    async def submit(self, request: RequestT, call: Call) -> Ticket:
        """Queue the request; the ticket is the only way back to it."""

    @abstractmethod
    async def poll(self, ticket: Ticket) -> Progress:
        """Say how far it is.

        Raises:
            ProviderError: it failed or was refused; NotReached and the like leave the ticket as good as before.
        """

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


class ImageJobProvider(JobProvider[ImageRequest, ImageReply]):
    """Makes still pictures, by and by."""


class SpeechProvider(ImmediateProvider[SpeechRequest, SpeechReply]):
    """Speaks text."""


class ClipProvider(JobProvider[ClipRequest, ClipReply]):
    """Makes moving pictures."""


class SoundProvider(ImmediateProvider[SoundRequest, SoundReply]):
    """Makes sound effects and music."""


class Aligner(ImmediateProvider[AlignRequest, AlignReply]):
    """Finds when words are spoken."""


class Moderator(ImmediateProvider[ModerationRequest, ModerationReply]):
    """Judges texts."""


class VoiceSource(ABC):
    """What a speech provider also is when its vendor lists voices."""

    @abstractmethod
    async def voices(self) -> tuple[Voice, ...]:
        """Return all voices of the account."""


class VoiceCloner(ABC):
    """What a speech provider also is when its vendor clones voices. The caller has the speaker's consent on record."""

    @abstractmethod
    async def clone(self, name: str, samples: Sequence[Path], description: str) -> Voice:
        """Make a voice from samples of a person's speech."""


AnyProvider = Provider[Any]

__all__ = [
    "AlignReply",
    "Aligner",
    "AnyProvider",
    "Call",
    "Capabilities",
    "ClipProvider",
    "ClipReply",
    "ImageJobProvider",
    "ImageProvider",
    "ImageReply",
    "ImmediateProvider",
    "JobProvider",
    "Modality",
    "ModerationReply",
    "Moderator",
    "Progress",
    "PromptReply",
    "PromptWriter",
    "Provider",
    "Reply",
    "SoundProvider",
    "SoundReply",
    "SpeechProvider",
    "SpeechReply",
    "Ticket",
    "Voice",
    "VoiceCloner",
    "VoiceSource",
]
