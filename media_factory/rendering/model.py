"""What the renderer is asked, and what it gives back.

Every number in a `SegmentRequest` is relative to the shot or to the segment, never to the film: moving a scene in time
makes nothing again.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from media_factory.assets import Asset
from media_factory.captions.cards import CaptionSpan, CaptionStyle
from media_factory.model import Model
from media_factory.timing import Rate


class Window(Model):
    """The part of a picture that fills the frame, as shares of the picture's width and height.

    `zoom` >= 1 is how much smaller than the largest window of the frame's aspect it is; `x` and `y` place its centre
    (0.5, 0.5 is the middle). Windows are kept inside the picture.
    """

    zoom: float = Field(ge=1, le=4)
    x: float = Field(default=0.5, ge=0, le=1)
    y: float = Field(default=0.5, ge=0, le=1)


class Camera(Model):
    """A move over a still: from one window to another over the whole shot."""

    start: Window
    end: Window
    ease: Literal["linear", "sine"] = "sine"


class ShotSpan(Model):
    """A run of a shot's frames: `first` is the shot's own frame that comes first, `of` the shot's whole length."""

    image: Asset
    camera: Camera
    first: int = Field(ge=0)
    of: int = Field(ge=1)


class Encoding(Model):
    """How pictures become H.264. Part of every segment's key."""

    codec: Literal["h264"] = "h264"
    preset: str = "veryfast"
    crf: int = Field(default=20, ge=0, le=51)
    tuning: str = Field(default="", description="x264-params, `key=value:key=value`")


class SegmentRequest(Model):
    """Ask for one closed run of encoded frames: one shot, or two in a cross-fade from the first to the second."""

    width_px: int = Field(ge=64, le=8192)
    height_px: int = Field(ge=64, le=8192)
    rate: Rate
    frames: int = Field(ge=1)
    shots: tuple[ShotSpan, ...] = Field(min_length=1, max_length=2)
    captions: tuple[CaptionSpan, ...] = ()
    caption_style: CaptionStyle | None = None
    encoding: Encoding = Encoding()


class Segment(Model):
    """Encoded frames in an MP4 of their own, beginning with a key frame and needing no other segment."""

    video: Asset
    frames: int


class JoinRequest(Model):
    """Ask for the master: segments joined by stream copy, with one sound track."""

    segments: tuple[Segment, ...] = Field(min_length=1)
    sound: Asset | None
    rate: Rate


class Master(Model):
    """The finished film."""

    video: Asset
    frames: int


class PosterRequest(Model):
    """Ask for the still that stands for the film: one composed frame as JPEG, at most `max_bytes` large."""

    segment: SegmentRequest
    frame: int = Field(ge=0)
    max_bytes: int = 120_000


class Poster(Model):
    """A still that stands for the film."""

    image: Asset


class PlacedUtterance(Model):
    """An utterance, and the film's frame at which its sound begins."""

    sound: Asset
    first_frame: int = Field(ge=0)


class MixRequest(Model):
    """Ask for the sound of a film: utterances in their places, with music under them if there is any.

    Loudness is integrated loudness by ITU-R BS.1770 in LUFS, the peak is the true peak in dBTP.
    """

    utterances: tuple[PlacedUtterance, ...]
    frames: int = Field(ge=1)
    rate: Rate
    music: Asset | None = None
    music_under_speech_lu: float = Field(default=16, ge=6, le=40, description="how far music stays below speech")
    loudness_lufs: float = Field(default=-14, ge=-31, le=-9)
    true_peak_dbtp: float = Field(default=-1.5, ge=-9, le=-1)


class Soundtrack(Model):
    """The mixed sound as AAC in MP4 at 48 kHz, the narration alone, and what was measured on the encoded mix."""

    mix: Asset
    narration: Asset
    loudness_lufs: float
    true_peak_dbtp: float


__all__ = [
    "Camera",
    "Encoding",
    "JoinRequest",
    "Master",
    "MixRequest",
    "PlacedUtterance",
    "Poster",
    "PosterRequest",
    "Segment",
    "SegmentRequest",
    "ShotSpan",
    "Soundtrack",
    "Window",
]
