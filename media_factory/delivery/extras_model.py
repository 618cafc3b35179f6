"""What is asked for, and made, beside a film: a stream, a preview, a storyboard, pictures in web sizes."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from pydantic import Field

from media_factory.assets import Asset
from media_factory.briefs.fields import Aspect
from media_factory.model import Model
from media_factory.rendering.film import Film
from media_factory.rendering.model import Master, Segment
from media_factory.results import Placeholder
from media_factory.timing import Rate

ImageFormat = Literal["avif", "webp", "jpeg"]
# Widths that pages choose from (`srcset`).
WIDTHS = (320, 480, 640, 960, 1280, 1920)


class Rung(Model):
    """A step of a ladder: a size, and the most bits that pictures of that size may take."""

    width_px: int = Field(ge=2)
    height_px: int = Field(ge=2)
    max_bitrate_bps: int = Field(ge=10_000)


class RungsRequest(Model):
    """Ask for a master's segment in smaller sizes, with key frames where its own are."""

    segment: Segment
    rate: Rate
    rungs: tuple[Rung, ...] = Field(min_length=1)


class Rungs(Model):
    """A segment in smaller sizes, in the order asked for."""

    segments: tuple[Segment, ...]


class RungRun(Model):
    """A rung of the whole film: its segments in order."""

    rung: Rung
    segments: tuple[Segment, ...] = Field(min_length=1)


class StreamRequest(Model):
    """Ask for a film as a stream: the master itself on top, smaller runs below it, its sound apart.

    `captions` is WebVTT in seconds of the film.
    """

    master: Asset
    rate: Rate
    below: tuple[RungRun, ...] = Field(default=(), description="largest first")
    captions: Asset | None = None
    language: str = "en"


class StreamFile(Model):
    """A file of a stream; `path` is relative to the stream's folder."""

    path: str
    asset: Asset


class StreamRung(Model):
    """A variant of a stream, as its playlist declares it. Bits count pictures and sound."""

    name: str
    width_px: int
    height_px: int
    codecs: str
    peak_bitrate_bps: int
    average_bitrate_bps: int


class Stream(Model):
    """A film as a stream; the first file is the one that players open."""

    files: tuple[StreamFile, ...]
    rungs: tuple[StreamRung, ...] = Field(description="largest first")


class PreviewRequest(Model):
    """Ask for about three seconds of a film as an animated WebP of at most `max_bytes`."""

    master: Asset
    width_px: int = Field(default=320, ge=64, le=640)
    max_bytes: int = Field(default=500_000, ge=10_000)


class Preview(Model):
    """A short animated picture of a film."""

    image: Asset


class StoryboardRequest(Model):
    """Ask for a sheet of small frames, one a second or sixty for a longer film."""

    master: Asset
    frames: int = Field(ge=1)
    rate: Rate


class Storyboard(Model):
    """A sheet of frames, row by row; tile i shows the film from `i * step_s` on."""

    sheet: Asset
    tile_width_px: int
    tile_height_px: int
    columns: int
    tiles: int
    step_s: Fraction
    duration_s: Fraction


class ImageSetRequest(Model):
    """Ask for a picture in web sizes and formats; `lettered` pictures keep their colour edges sharp (4:4:4)."""

    image: Asset
    widths: tuple[int, ...] = Field(default=WIDTHS, min_length=1)
    formats: tuple[ImageFormat, ...] = Field(default=("avif", "webp", "jpeg"), min_length=1)
    lettered: bool = True


class ImageSet(Model):
    """A picture in web sizes and formats, smallest first within each format."""

    renditions: tuple[Asset, ...]
    placeholder: Placeholder


class FilmParts(Model):
    """A finished film and what it was made of: all that extras are made from.

    `captions` is WebVTT in seconds of the film; `language` the BCP 47 tag of sound and captions.
    """

    film: Film
    segments: tuple[Segment, ...] = Field(min_length=1)
    master: Master
    captions: Asset | None = None
    language: str = "en"


class FilmExtras(Model):
    """What was made beside one film."""

    aspect: Aspect
    stream: Stream | None = None
    preview: Preview | None = None
    storyboard: Storyboard | None = None


class SceneImages(Model):
    """A scene's picture of one aspect in web sizes."""

    scene: int = Field(ge=0)
    aspect: Aspect
    images: ImageSet


__all__ = [
    "WIDTHS",
    "FilmExtras",
    "FilmParts",
    "ImageFormat",
    "ImageSet",
    "ImageSetRequest",
    "Preview",
    "PreviewRequest",
    "Rung",
    "RungRun",
    "Rungs",
    "RungsRequest",
    "SceneImages",
    "Storyboard",
    "StoryboardRequest",
    "Stream",
    "StreamFile",
    "StreamRequest",
    "StreamRung",
]
