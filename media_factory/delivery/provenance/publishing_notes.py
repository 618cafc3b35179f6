"""`publish.json`: what whoever publishes a delivery has to know of its making, and which switches platforms ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from media_factory.briefs.destinations import DESTINATIONS
from media_factory.briefs.fields import Destination
from media_factory.briefs.publishing import SyntheticLabel
from media_factory.delivery.manifest import Output
from media_factory.delivery.provenance.model import SOURCE_TYPES, Origin
from media_factory.model import Model


class FileNote(Model):
    """What is to be known of one delivered file."""

    path: str
    role: str
    ai_generated: bool = Field(description="trained models made it or some of it")
    realistic: bool = Field(description="may be taken for a recording of something that happened")
    synthetic_voice: bool
    digital_source_type: str = Field(description="URI of IPTC's vocabulary")


class PlatformHint(Model):
    """How a platform wants to be told of media that a machine made: its own switch, or the marks that it reads.

    `declare` says whether the film of this delivery should be declared: realistic media that trained models made.
    """

    platform: Destination
    title: str
    declare: bool
    label: SyntheticLabel = Field(description="with where and when it was read")


class PublishingNotes(Model):
    """The content of `publish.json`."""

    product: str
    ai_generated: bool
    realistic: bool
    synthetic_voice: bool
    signed: bool = Field(description="files carry a C2PA manifest")
    files: tuple[FileNote, ...]
    platforms: tuple[PlatformHint, ...]


def publishing_notes(
    product: str, outputs: Sequence[Output], origins: Mapping[str, Origin], *, signed: bool
) -> PublishingNotes:
    """Return what is to be known of a product's files; those whose origin is not known (texts) are left out."""
    known = [(output, origins[output.asset.digest]) for output in outputs if output.asset.digest in origins]
    files = tuple(
        FileNote(
            path=output.path,
            role=output.role,
            ai_generated=origin.ai_generated,
            realistic=origin.realistic,
            synthetic_voice=origin.synthetic_voice,
            digital_source_type=SOURCE_TYPES + origin.source_type,
        )
        for output, origin in known
    )
    declare = any(file.ai_generated and (file.realistic or file.synthetic_voice) for file in files)
    return PublishingNotes(
        product=product,
        ai_generated=any(file.ai_generated for file in files),
        realistic=any(file.realistic for file in files),
        synthetic_voice=any(file.synthetic_voice for file in files),
        signed=signed,
        files=files,
        platforms=tuple(
            PlatformHint(platform=spec.name, title=spec.title, declare=declare, label=spec.label)
            for spec in DESTINATIONS.values()
        ),
    )


__all__ = ["FileNote", "PlatformHint", "PublishingNotes", "publishing_notes"]
