"""The manifest: what a run delivered, what made it, and what it cost. Written last, as `manifest.json`."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from media_factory.assets import Asset
from media_factory.calls.selection import Choice
from media_factory.delivery.provenance.model import Marked
from media_factory.model import Model
from media_factory.results import Placeholder
from media_factory.timing import Word

Status = Literal["passed", "degraded", "blocked"]


class Output(Model):
    """One delivered file; `path` is relative to the manifest."""

    role: str = Field(description="video, captions, alignment, narration, poster, scene-image, page, image ...")
    aspect: str | None = Field(default=None, description="9:16, 16:9, 1:1 or 4:5, where the role has one")
    path: str
    asset: Asset
    placeholder: Placeholder | None = Field(default=None, description="of a picture: what to show until it is there")
    marked: Marked | None = Field(
        default=None, description="of a file that says where it comes from: its own bytes, which are not the asset's"
    )
    url: str | None = Field(default=None, description="where everybody can open it, once it is published")


class StageRow(Model):
    """One stage of the run. `scene` is the scene's index from 0, where the stage belongs to one."""

    stage: str
    version: int
    key: str
    state: Literal["made", "cached"]
    provider: str | None = None
    seconds: float = Field(ge=0, description="what it took to make, also when it is cached now")
    cost_usd: Decimal | None = Field(description="what this run paid; 0 when cached, null when nobody knows")
    scene: int | None = None


class SceneEntry(Model):
    """A scene as the story page shows it."""

    text: str
    headline: str | None = None
    prompt: str
    image: str | None = Field(default=None, description="path of the scene's picture, relative to the manifest")
    start_s: float
    end_s: float
    words: tuple[Word, ...] = Field(description="times are seconds of the film")


class Approval(Model):
    """What a person said when asked whether a product may be published."""

    approved: bool
    files: str = Field(description="names exactly the files that were looked at; it holds for no others")
    by: str | None = Field(default=None, description="who, as far as is known")
    note: str = ""
    at: str = Field(description="ISO 8601 in UTC")


class Publication(Model):
    """Where a product is published."""

    place: str = Field(description="the bucket or folder")
    manifest_key: str = Field(description="where readers find the newest version; `unpublish` takes it")
    manifest_url: str
    version: str = Field(description="names exactly these files")
    at: str = Field(description="ISO 8601 in UTC")
    warnings: tuple[str, ...] = Field(default=(), description="what did not matter enough to fail")


class Manifest(Model):
    """What a run delivered."""

    kind: Literal["image", "narration", "video", "story"]
    id: str
    title: str
    channel: str | None = Field(default=None, description="of the brief; keys of published files begin with it")
    object_key: str | None = Field(
        default=None, description="of the brief; a further key that the file is published under"
    )
    language: str = "en"
    theme: str = "news"
    status: Status
    reasons: tuple[str, ...] = ()
    outputs: tuple[Output, ...]
    scenes: tuple[SceneEntry, ...] = ()
    providers: dict[str, Choice] = Field(
        default={}, description="by modality: who was chosen to make it, over whom, and why"
    )
    content_rules: tuple[str, ...] = Field(default=(), description="ids of the content rules that the brief touches")
    stages: tuple[StageRow, ...]
    cost_usd: Decimal | None
    duration_s: float | None = None
    created_at: str = Field(description="when the product was first made, ISO 8601 in UTC")
    made_with: str = Field(description="name and version of what made it")
    approval: Approval | None = Field(default=None, description="null if nobody was asked, or said anything yet")
    published: Publication | None = Field(default=None, description="null if it lies in the delivery folder only")

    def output(self, role: str, aspect: str | None = None) -> Output:
        """Return the output of a role (and aspect); KeyError if there is none."""
        for output in self.outputs:
            if output.role == role and aspect in (None, output.aspect):
                return output
        raise KeyError(f"{self.id} has no output {role!r}{f' in {aspect}' if aspect else ''}")


__all__ = ["Approval", "Manifest", "Output", "Publication", "SceneEntry", "StageRow", "Status"]
