"""Shots: the pictures and clips of a video, given or made from words, and how each is seen and heard."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from media_factory.briefs import limits
from media_factory.briefs.fields import Line, Location, PromptText, Seconds, refusal, short
from media_factory.forms import as_form
from media_factory.model import Model

ShotTransition = Literal[
    "cut",
    "fade",
    "dissolve",
    "slide",
    "slide-left",
    "slide-right",
    "slide-up",
    "slide-down",
    "wipe",
    "wipe-left",
    "wipe-right",
    "wipe-up",
    "wipe-down",
    "zoom",
]
ShotCamera = Literal["auto", "still", "push", "pull", "pan-left", "pan-right", "tilt-up", "tilt-down", "parallax"]
ShotSound = Literal["auto", "keep", "drop"]
ShotMotion = Literal["still", "clip", "animated"]
FILMED_S = 5.0


class Shot(Model):
    """A picture or a clip, and how it is seen."""

    model_config = ConfigDict(json_schema_extra=as_form)

    image: Location | None = Field(
        default=None,
        title="Picture or clip",
        description="Path or URL of a picture (PNG, JPEG, WebP, AVIF, TIFF, BMP; the first one of several) or a clip "
        "(MP4, MOV, WebM, MKV, GIF)",
        examples=["pictures/port.jpg"],
    )
    prompt: PromptText | None = Field(
        default=None,
        title="Prompt",
        description="What a picture or a clip that is to be made shows; beside a given picture, what happens in it",
        examples=["a container port at dawn, slow waves"],
    )
    motion: ShotMotion = Field(
        default="still",
        title="Motion",
        description="Of what is made: still is a picture; clip is filmed from the words, or from the given picture; "
        "animated is filmed from a picture that is made first",
    )
    duration_s: Seconds | None = Field(
        default=None,
        ge=0.2,
        le=limits.MAX_SHOT_S,
        title="Seconds",
        description="How long it is seen, transitions included; if none is given, 4 for a picture, 5 for a clip that "
        "is made, a given clip's own length",
    )
    start_s: Seconds = Field(
        default=0.0, ge=0, le=limits.MAX_DURATION_S, title="Start", description="Where in a clip it begins, in seconds"
    )
    transition: ShotTransition = Field(
        default="cut",
        title="Transition",
        description="How it follows the shot before, or comes out of the background: cut, fade (through the theme's "
        "background), dissolve, slide and wipe (to the left, or as named), zoom",
    )
    transition_s: Seconds | None = Field(
        default=None,
        ge=0.1,
        le=5,
        title="Transition's seconds",
        description="Both shots are seen in them; the theme's if none is given",
    )
    camera: ShotCamera = Field(
        default="auto",
        title="Camera",
        description="auto moves over pictures by the theme and keeps clips still; push and pull zoom; pan-left turns "
        "to the left, tilt-up upwards; parallax needs a depth map",
    )
    depth: Location | None = Field(
        default=None,
        title="Depth map",
        description="Path or URL of a grey picture of the same shape, near parts bright",
        examples=["pictures/port-depth.png"],
    )
    sound: ShotSound = Field(
        default="auto",
        title="Its own sound",
        description="keep has a clip's own sound heard, and the video's sound makes room for it; drop leaves it out; "
        "auto keeps it in a video that has no other sound; clips that are made are silent",
    )
    caption: Line | None = Field(
        default=None, title="Caption", description="Words that stand on it while nothing else is seen"
    )

    @property
    def filmed_s(self) -> float | None:
        """How long the clip that is made for it is seen, in seconds; None if none is made."""
        return None if self.motion == "still" else self.duration_s or FILMED_S

    @model_validator(mode="after")
    def _has_something_to_show(self) -> Self:
        if self.image is None and self.prompt is None:
            raise refusal("is missing; give a picture or a clip, or a prompt to have one made", "image")
        if self.motion != "still" and self.prompt is None:
            raise refusal("is missing; say what happens in the clip", "prompt")
        if self.image is not None and self.prompt is not None and self.motion == "still":
            raise refusal("stands beside image; with motion: clip the picture is set in motion by it", "prompt")
        if self.image is not None and self.motion == "animated":
            raise refusal("'animated' has a picture made first; clip sets the given one in motion", "motion")
        return self

    @model_validator(mode="after")
    def _asks_nothing_of_what_is_made(self) -> Self:
        if self.prompt is None:
            return self
        if self.depth is not None:
            raise refusal("belongs to a given picture; leave it out beside a prompt", "depth")
        if self.sound == "keep":
            raise refusal("'keep' needs a given clip; what is made is silent", "sound")
        if self.start_s:
            raise refusal(f"is {self.start_s:g}; what is made is seen from its start", "start_s")
        return self

    @model_validator(mode="after")
    def _has_its_depth(self) -> Self:
        if self.camera == "parallax" and self.depth is None:
            raise refusal("is missing; parallax needs a depth map", "depth")
        if self.depth is not None and self.camera not in ("auto", "parallax"):
            raise refusal(f"{short(self.camera)} takes no depth map; parallax or auto does", "camera")
        return self


__all__ = ["FILMED_S", "Shot", "ShotCamera", "ShotMotion", "ShotSound", "ShotTransition"]
