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
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import Field

from media_factory.model import Model
from media_factory.replies import (
    AlignReply,
    ClipReply,
    ImageReply,
    ModerationReply,
    Progress,
    PromptReply,
    Reply,
    SoundReply,
    SpeechReply,
    Ticket,
    Voice,
)
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
    device: Literal["cpu", "gpu"] = Field(
        default="cpu", description="what a model that runs on this machine wants; gpu work may be handed to a GPU pool"
    )
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


class Recoverer(ABC):
    """What a provider also is when its vendor keeps what it made, and can be asked for it without being paid again."""

    @abstractmethod
    async def recover(self, request: Any, since: datetime) -> Reply | None:
        """Return what was made for such a request since a moment, and whose answer was lost; None if nothing was."""


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
    "Recoverer",
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
