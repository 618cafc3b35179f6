"""What is said of where media comes from, and what marking a file leaves."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from media_factory.assets import DIGEST_PATTERN, Asset
from media_factory.model import Model

SourceType = Literal[
    "trainedAlgorithmicMedia",
    "algorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "composite",
]
PartRole = Literal["picture", "narration", "music", "sound", "clip"]

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATION_LABEL = "org.mediafactory.generation"


class Part(Model):
    """Something that a file was made from.

    `source_type` is None for what a user brought: nobody told us where that comes from. `original` is what the vendor
    sent, where the part is made from that.
    """

    role: PartRole
    asset: Asset
    original: Asset | None = None
    source_type: SourceType | None = None
    provider: str | None = Field(default=None, description="provider:model")
    prompt_sha256: str | None = Field(default=None, description="64 hex digits; the prompt itself is never told")

    @property
    def source(self) -> Asset:
        """The bytes nearest to the maker, which may carry the maker's own mark."""
        return self.original or self.asset


class Origin(Model):
    """Where a file comes from: made as one piece by a provider, or composed of parts."""

    source_type: SourceType
    provider: str | None = Field(default=None, description="provider:model, of what is one piece")
    prompt_sha256: str | None = None
    made_at: float | None = Field(default=None, description="seconds since 1970, where the books know")
    original: Asset | None = Field(default=None, description="of one piece: the vendor's own bytes, with its marks")
    parts: tuple[Part, ...] = ()
    realistic: bool = Field(default=False, description="may be taken for a recording of something that happened")
    synthetic_voice: bool = False

    @property
    def ai_generated(self) -> bool:
        """Whether trained models made it or some of it."""
        return self.source_type in ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")


class GenerationPart(Model):
    """A part, as the signed file tells of it."""

    role: PartRole
    digest: str = Field(pattern=DIGEST_PATTERN)
    provider: str | None = None
    model: str | None = None
    prompt_sha256: str | None = None
    digital_source_type: str | None = None


class Generation(Model):
    """Our assertion in a signed file, `org.mediafactory.generation`: never a prompt, never a person's name."""

    asset: str = Field(pattern=DIGEST_PATTERN, description="the bytes before they were marked")
    product: str = Field(description="the delivered product's id")
    role: str
    digital_source_type: str
    provider: str | None = None
    model: str | None = None
    prompt_sha256: str | None = None
    made_at: str | None = Field(default=None, description="ISO 8601, UTC")
    original: str | None = Field(default=None, description="digest of what the vendor sent, where it is another")
    parts: tuple[GenerationPart, ...] = ()


class Marked(Model):
    """What marking left: the delivered file's own digest and size, what it says, and who signed it."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the delivered file")
    size_bytes: int = Field(ge=0)
    digital_source_type: SourceType
    marks: tuple[Literal["c2pa", "iptc"], ...]
    signer: str = Field(description="sha256 of the signing certificate, 64 hex digits")
    claim: str = Field(description="sha256 of what was said, 64 hex digits; with the signer it says if it holds still")


__all__ = [
    "GENERATION_LABEL",
    "SOURCE_TYPES",
    "Generation",
    "GenerationPart",
    "Marked",
    "Origin",
    "Part",
    "PartRole",
    "SourceType",
]
