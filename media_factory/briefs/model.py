"""Briefs: what a user asks for, one model per kind of product.

The same models are read from files, taken by flows and drawn as forms, so every field says what it means.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, model_validator

from media_factory.briefs import limits
from media_factory.briefs.base import (
    BriefBase,
    FilmedBrief,
    KeyedBrief,
    PicturedBrief,
    Providers,
    SpokenBrief,
)
from media_factory.briefs.fields import (
    Aspect,
    CaptionPreset,
    Line,
    PromptText,
    SpokenText,
    WholeNumber,
    frame_size,
    refusal,
)
from media_factory.briefs.pace import check_duration, spoken_seconds
from media_factory.briefs.scripts import ShortScript
from media_factory.briefs.shots import Shot, ShotCamera, ShotTransition
from media_factory.briefs.sounds import FilmSound, MadeSound
from media_factory.forms import as_form
from media_factory.model import Model
from media_factory.requests import Card

STORY_SOURCES = ("article", "scenes", "body", "script")


class ImageBrief(KeyedBrief, PicturedBrief):
    """Ask for one picture."""

    kind: Literal["image"] = Field(default="image", title="Kind", description="What is to be made")
    prompt: PromptText | None = Field(
        default=None,
        title="Prompt",
        description="What the picture shows",
        examples=["container port at dawn, calm water"],
    )
    headline: Line | None = Field(
        default=None,
        title="Headline",
        description="A headline to write the prompt from",
        examples=["Port reopens after storm"],
    )
    card: Card | None = Field(default=None, title="Card", description="Words and figures that the picture shows")
    aspect: Aspect | None = Field(
        default=None, title="Aspect", description="Width to height, instead of a size; 1:1 if neither"
    )
    width_px: WholeNumber | None = Field(
        default=None, ge=limits.MIN_SIDE_PX, le=limits.MAX_SIDE_PX, title="Width", description="Pixels, 64 to 8192"
    )
    height_px: WholeNumber | None = Field(
        default=None, ge=limits.MIN_SIDE_PX, le=limits.MAX_SIDE_PX, title="Height", description="Pixels, 64 to 8192"
    )

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        if self.prompt is None and self.headline is None:
            raise refusal("is missing; give a prompt or a headline", "prompt")
        if (self.width_px is None) != (self.height_px is None):
            lacking = "width_px" if self.width_px is None else "height_px"
            raise refusal("is missing; give width_px and height_px, or aspect", lacking)
        if self.aspect is not None and self.width_px is not None:
            raise refusal("stands beside width_px and height_px; give one or the other", "aspect")
        return self

    @property
    def size_px(self) -> tuple[int, int]:
        """The picture's (width, height)."""
        if self.width_px is not None and self.height_px is not None:
            return self.width_px, self.height_px
        return frame_size(self.aspect or "1:1", 1080)


class NarrationBrief(KeyedBrief, SpokenBrief):
    """Ask for a text to be spoken."""

    kind: Literal["narration"] = Field(default="narration", title="Kind", description="What is to be made")
    text: SpokenText = Field(title="Text", description="What is said; a blank line ends a paragraph")

    @model_validator(mode="after")
    def _is_short_enough(self) -> Self:
        check_duration("text", spoken_seconds(self.text, self.pace_wpm), self.pace_wpm)
        return self


class VideoBrief(KeyedBrief, FilmedBrief):
    """Ask for a video of pictures and clips, given or made from words."""

    form_required: ClassVar[tuple[str, ...]] = ("title",)

    kind: Literal["video"] = Field(default="video", title="Kind", description="What is to be made")
    shots: tuple[Shot, ...] = Field(
        min_length=1, max_length=limits.MAX_SCENES, title="Shots", description="The pictures and clips in order"
    )
    aspect: Aspect = Field(default="9:16", title="Aspect", description="Width to height")
    sound: FilmSound = Field(
        default=None,
        title="Sound",
        description="Path or URL of music or speech, or a prompt to have music made; cut (or begun again) to the "
        "video's length, faded, levelled",
    )
    captions: CaptionPreset = Field(
        default="plain",
        title="Captions",
        description="How the shots' captions look: plain, boxed, lower-third, pop or karaoke; none leaves them out",
    )

    @model_validator(mode="after")
    def _is_named_and_short_enough(self) -> Self:
        if not self.title:
            raise refusal("is missing; some text is needed", "title")
        found = sum(shot.duration_s or 0 for shot in self.shots)
        if found > limits.MAX_DURATION_S:
            raise refusal(limits.over(found, limits.MAX_DURATION_S, "seconds"), "shots")
        return self

    @property
    def needs_makers(self) -> bool:
        """Whether somebody has to make some of it before it can be rendered."""
        return isinstance(self.sound, MadeSound) or any(shot.prompt for shot in self.shots)


class SceneText(Model):
    """A scene as its writer wants it."""

    model_config = ConfigDict(title="Scene", json_schema_extra=as_form)

    text: SpokenText = Field(title="Text", description="What is said", examples=["Forty vessels are waiting offshore."])
    prompt: PromptText | None = Field(default=None, title="Prompt", description="What the picture shows")
    on_screen: Line | None = Field(default=None, title="On screen", description="Words that stand on the picture")


class StoryBrief(FilmedBrief, SpokenBrief, PicturedBrief):
    """Ask for a narrated, captioned video, from exactly one of: article, scenes, headline with body, script."""

    kind: Literal["story"] = Field(default="story", title="Kind", description="What is to be made")
    headline: Line | None = Field(
        default=None, title="Headline", description="Stands on the first picture; the title if none"
    )
    article: SpokenText | None = Field(
        default=None,
        title="Article",
        description="Plain text that is told; a blank line ends a paragraph. Fill in one of article, scenes, script, "
        "or headline with body",
    )
    body: SpokenText | None = Field(default=None, title="Body", description="What is said under the headline")
    scenes: tuple[SceneText, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=limits.MAX_SCENES,
        title="Scenes",
        description="What is said and seen, scene by scene",
    )
    script: ShortScript | None = Field(default=None, title="Script", description="Hook, main points, call to action")
    aspects: tuple[Aspect, ...] = Field(
        default=("9:16",), min_length=1, title="Aspects", description="One video is made for each"
    )
    music: FilmSound = Field(
        default=None,
        title="Music",
        description="Path or URL of music to lie under the speech, or a prompt to have some made",
    )
    captions: CaptionPreset = Field(
        default="karaoke",
        title="Captions",
        description="How words are burned in: karaoke lights the spoken word, pop shows few words large, boxed and "
        "plain and lower-third show phrases; none leaves the picture clean",
    )

    @model_validator(mode="after")
    def _tells_one_story(self) -> Self:
        given = [name for name in STORY_SOURCES if getattr(self, name) is not None]
        wanted = "give exactly one of article, scenes, script, or headline with body"
        if not given:
            raise refusal(f"is missing; {wanted}", "article")
        if len(given) > 1:
            raise refusal(f"stands beside {given[0]}; {wanted}", given[1])
        if self.body is not None and self.headline is None:
            raise refusal("is missing; a body needs a headline", "headline")
        if len(set(self.aspects)) < len(self.aspects):
            raise refusal("names an aspect twice; each is made once", "aspects")
        self._check_length(given[0])
        return self

    def _check_length(self, source: str) -> None:
        text = "\n".join(self.told)
        if len(text) > limits.MAX_TEXT_CHARS:
            raise refusal(limits.over(len(text), limits.MAX_TEXT_CHARS, "characters"), source)
        check_duration(source, spoken_seconds(text, self.pace_wpm), self.pace_wpm)

    @property
    def told(self) -> tuple[str, ...]:
        """Everything that is said, in order: one text for each scene or line of the script, else the whole text."""
        if self.scenes is not None:
            return tuple(scene.text for scene in self.scenes)
        if self.script is not None:
            return self.script.lines
        return (self.article or self.body or "",)


Brief = Annotated[ImageBrief | NarrationBrief | VideoBrief | StoryBrief, Field(discriminator="kind")]
BRIEF: TypeAdapter[ImageBrief | NarrationBrief | VideoBrief | StoryBrief] = TypeAdapter(Brief)
KINDS: dict[str, type[BriefBase]] = {
    "image": ImageBrief,
    "narration": NarrationBrief,
    "video": VideoBrief,
    "story": StoryBrief,
}


__all__ = [
    "BRIEF",
    "KINDS",
    "STORY_SOURCES",
    "Brief",
    "BriefBase",
    "ImageBrief",
    "MadeSound",
    "NarrationBrief",
    "Providers",
    "SceneText",
    "Shot",
    "ShotCamera",
    "ShotTransition",
    "StoryBrief",
    "VideoBrief",
]
