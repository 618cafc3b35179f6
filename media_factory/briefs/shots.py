"""Shots: the pictures and clips of a video, and how each is seen and heard."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from media_factory.briefs import limits
from media_factory.briefs.fields import Line, Location, Seconds, refusal, short
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


class Shot(Model):
    """A picture or a clip, and how it is seen."""

    image: Location = Field(
        title="Picture or clip",
        description="Path or URL of a picture (PNG, JPEG, WebP, AVIF, TIFF, BMP; the first one of several) or a clip "
        "(MP4, MOV, WebM, MKV, GIF)",
        examples=["pictures/port.jpg"],
    )
    duration_s: Seconds | None = Field(
        default=None,
        ge=0.2,
        le=limits.MAX_SHOT_S,
        title="Seconds",
        description="How long it is seen, transitions included; 4 for a picture, a clip's own length if none is given",
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
        "auto keeps it in a video that has no other sound",
    )
    caption: Line | None = Field(
        default=None, title="Caption", description="Words that stand on it while nothing else is seen"
    )

    @model_validator(mode="after")
    def _has_its_depth(self) -> Self:
        if self.camera == "parallax" and self.depth is None:
            raise refusal("is missing; parallax needs a depth map", "depth")
        if self.depth is not None and self.camera not in ("auto", "parallax"):
            raise refusal(f"{short(self.camera)} takes no depth map; parallax or auto does", "camera")
        return self


__all__ = ["Shot", "ShotCamera", "ShotSound", "ShotTransition"]
