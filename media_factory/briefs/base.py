"""What every brief says, and what briefs with pictures or speech say beside it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, ClassVar, Literal, Self, get_args

from pydantic import ConfigDict, Field, model_validator

from media_factory.briefs import limits
from media_factory.briefs.fields import (
    Channel,
    Codec,
    Destination,
    Extra,
    Identifier,
    Label,
    Language,
    Line,
    Palette,
    ProviderChoice,
    Quality,
    Title,
    WholeNumber,
    refusal,
    short,
    slug_of,
)
from media_factory.briefs.object_keys import ObjectKey
from media_factory.briefs.titles import opening_words
from media_factory.design.themes import THEMES, ThemeName
from media_factory.forms import as_form, follows
from media_factory.media_types import extension_fits, extensions_of
from media_factory.model import Model
from media_factory.requests import Emotion
from media_factory.timing import Rate

# What a person fills in first; forms show the rest below, as it is declared.
_ESSENTIAL_FIRST = (
    *("title", "headline", "prompt", "text", "article", "body", "script", "scenes", "shots"),
    *("aspects", "aspect", "width_px", "height_px", "captions", "label", "channel", "theme", "language", "voice"),
    *("quality", "size", "music", "sound", "providers", "publish", "approval", "object_key", "extras", "destinations"),
    *("guidelines", "emotion", "speaking_style", "rate_wpm", "id"),
)
_FILE_TYPES = {
    "image": ("image/png", "image/jpeg", "image/webp", "image/avif"),
    "narration": ("audio/mp4",),
    "video": ("video/mp4",),
}


class Providers(Model):
    """Who makes what; where nothing is named, the factory's selection decides."""

    model_config = ConfigDict(json_schema_extra=as_form)

    prompt: ProviderChoice | None = Field(
        default=None, title="Prompt writer", description="provider or provider:model", examples=["template"]
    )
    image: ProviderChoice | None = Field(
        default=None,
        title="Pictures",
        description="provider or provider:model",
        examples=["artboard", "openai:gpt-image-2"],
    )
    speech: ProviderChoice | None = Field(
        default=None,
        title="Speech",
        description="provider or provider:model",
        examples=["espeak", "elevenlabs:eleven_v3"],
    )
    clip: ProviderChoice | None = Field(
        default=None, title="Clips", description="provider or provider:model", examples=["runway:gen4.5"]
    )
    sound: ProviderChoice | None = Field(
        default=None, title="Music", description="provider or provider:model", examples=["elevenlabs:music_v2"]
    )


class BriefBase(Model):
    """What every brief may say."""

    model_config = ConfigDict(json_schema_extra=as_form)
    form_order: ClassVar[tuple[str, ...]] = _ESSENTIAL_FIRST

    kind: str = Field(title="Kind", description="What is to be made")
    title: Title = Field(
        default="",
        title="Title",
        description="The product's name; the headline or the first sentence of the text if none is given",
        examples=["Central bank holds rates at 3.25%"],
        json_schema_extra=follows,
    )
    id: Identifier = Field(
        default_factory=lambda data: slug_of(data.get("title", ""), data.get("kind", "story")),
        title="Id",
        description="The product's name in files and URLs; made from the title if none is given",
        examples=["rates-hold"],
    )
    language: Language = Field(default="en", title="Language", description="BCP 47 tag of the language it is in")
    channel: Channel | None = Field(
        default=None, title="Channel", description="Where it is to appear; chooses the theme and the pace"
    )
    theme: ThemeName = Field(
        default="news",
        title="Theme",
        description="How it looks and moves; the channel's or the factory's own if none is given, else news",
        json_schema_extra=follows,
    )
    palette: Palette = Field(
        default=(),
        title="Palette",
        description="Six #rrggbb colours (background, surface, ink, muted, accent, accent 2) instead of the theme's",
    )
    seed: WholeNumber = Field(
        default=0, ge=0, lt=2**32, title="Seed", description="Another seed gives other pictures from the same words"
    )
    providers: Providers = Field(
        default=Providers(), title="Providers", description="Who makes what", json_schema_extra=follows
    )
    provenance: Literal["c2pa", "none"] = Field(
        default="c2pa",
        title="Provenance",
        description="c2pa marks and signs every delivered file as made by machines; none leaves the files bare",
    )
    realistic: bool | None = Field(
        default=None,
        title="Realistic",
        description="Whether it may be taken for a recording of something that happened; if nothing is said, pictures "
        "by trained models may",
    )
    publish: bool | None = Field(
        default=None, title="Publish", description="Whether it is published; what the factory does if nothing is said"
    )
    approval: bool = Field(
        default=False,
        title="Ask before publishing",
        description="It is made and delivered, and waits for a person's yes before it is published",
    )

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        """Fill in what follows from other fields: the theme from the channel, the title from the words."""
        if not isinstance(data, Mapping):
            return data
        fields = dict(data)
        if fields.get("theme") is None and fields.get("channel") in get_args(Channel):
            fields["theme"] = fields["channel"]
        for name in ("title", "id", "theme"):
            if fields.get(name, "") is None:
                del fields[name]
        if "title" not in fields and (found := opening_words(fields)):
            fields["title"] = found
        return fields

    @model_validator(mode="after")
    def _approval_has_a_use(self) -> Self:
        if self.approval and self.publish is False:
            raise refusal("has nothing to wait for where publish is false; leave one of the two out", "approval")
        return self


class KeyedBrief(BriefBase):
    """A brief whose product is one file, which may be published under a key of the caller's choice."""

    object_key: ObjectKey | None = Field(
        default=None,
        title="Object key",
        description="Also publish the file under this key; it is then replaced whenever it is made anew",
        examples=["goals/retirement/user_123.png"],
    )

    @model_validator(mode="after")
    def _key_fits(self) -> Self:
        types = _FILE_TYPES.get(self.kind, ())
        if self.object_key and not any(extension_fits(self.object_key, one) for one in types):
            endings = sorted({ending for one in types for ending in extensions_of(one)})
            raise refusal(
                f"{short(self.object_key)} ends as no {self.kind} does; {', '.join(endings)} do", "object_key"
            )
        return self


class SeenBrief(BriefBase):
    """A brief whose product is looked at."""

    label: Label | None = Field(
        default=None,
        title="Visible label",
        description="Words in a corner of the picture, or of every frame of the film, for people to see what made it",
        examples=["AI-generated"],
    )


class PicturedBrief(SeenBrief):
    """A brief whose pictures are made from prompts."""

    guidelines: tuple[Line, ...] = Field(
        default=(),
        max_length=limits.MAX_GUIDELINES,
        title="Style guidelines",
        description="What every picture prompt must carry",
        examples=[["no people", "plenty of empty space above"]],
    )
    max_prompt_chars: WholeNumber = Field(
        default=400,
        ge=40,
        le=limits.MAX_PROMPT_CHARS,
        title="Longest prompt",
        description="Characters of a picture prompt",
    )

    @model_validator(mode="after")
    def _guidelines_fit(self) -> Self:
        taken = sum(len(line) + 2 for line in self.guidelines)
        if taken > self.max_prompt_chars - 40:
            raise refusal(
                f"take {taken} of the prompt's {self.max_prompt_chars} characters; leave 40 for the picture itself "
                "or raise max_prompt_chars",
                "guidelines",
            )
        return self


class SpokenBrief(BriefBase):
    """A brief whose text is spoken."""

    voice: Line | None = Field(
        default=None, title="Voice", description="The speech provider's own voice name; its default if none"
    )
    rate_wpm: WholeNumber | None = Field(
        default=None, ge=80, le=300, title="Pace", description="Words a minute; the theme's pace if none is given"
    )

    emotion: Emotion | None = Field(
        default=None, title="Emotion", description="How it is said, where the speech provider can; its own way if none"
    )
    speaking_style: Line | None = Field(
        default=None,
        title="Speaking style",
        description="Directions to the speaker in plain words, where the speech provider takes them",
        examples=["like an evening news anchor, unhurried"],
    )

    @property
    def pace_wpm(self) -> int:
        """The pace of the narration in words a minute: the brief's, or else its theme's."""
        return self.rate_wpm or THEMES[self.theme].rate_wpm


class FilmedBrief(SeenBrief):
    """A brief that becomes a film."""

    size: WholeNumber = Field(
        default=1080,
        ge=limits.MIN_VIDEO_SIDE_PX,
        le=limits.MAX_VIDEO_SIDE_PX,
        multiple_of=2,
        title="Size",
        description="The frames' short side in pixels",
    )
    rate: Rate = Field(
        default=Fraction(30), title="Frames a second", description="1 to 120, such as 25, 30 or 30000/1001"
    )
    quality: Quality = Field(
        default="standard",
        title="Quality",
        description="draft for previews, standard for the web, high for delivery, master for archives",
    )
    codec: Codec = Field(
        default="h264", title="Codec", description="h264 plays everywhere; hevc and av1 are smaller and slower to make"
    )
    hdr: bool = Field(default=False, title="HDR10", description="Also deliver the film as HDR10 (10-bit HEVC)")
    destinations: tuple[Destination, ...] = Field(
        default=(),
        title="Destinations",
        description="Where it will be published; their limits on size, length and loudness are kept, or named",
    )
    extras: tuple[Extra, ...] = Field(
        default=(),
        title="Extras",
        description="hls (a stream), preview (an animated picture), storyboard (a sheet of frames), "
        "renditions (pictures in web sizes)",
    )


__all__ = [
    "BriefBase",
    "FilmedBrief",
    "KeyedBrief",
    "PicturedBrief",
    "Providers",
    "SeenBrief",
    "SpokenBrief",
]
