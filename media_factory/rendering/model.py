"""What the renderer is asked, and what it gives back.

Every number in a `SegmentRequest` is relative to the shot or to the segment, never to the film: moving a scene in time
makes nothing again.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from media_factory.assets import Asset
from media_factory.briefs.fields import Codec, Quality
from media_factory.captions.cards import Badge, CaptionSpan, CaptionStyle
from media_factory.model import Model
from media_factory.results import Placeholder
from media_factory.timing import Rate

# Of all sound that we make.
SAMPLE_RATE_HZ = 48_000


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


class Parallax(Model):
    """A viewpoint that travels on an arc before a still, whose depth map says what is near: brighter is nearer.

    `reach` is how far the nearest part travels beyond the farthest over the whole shot, as a share of the frame's
    width.
    """

    depth: Asset
    reach: float = Field(gt=0, le=0.1)


class ClipPart(Model):
    """Where in a clip a shot begins, in whole frames at the film's rate, and after how many the clip begins again."""

    first: int = Field(default=0, ge=0)
    loop_frames: int | None = Field(default=None, ge=1)


class ShotSpan(Model):
    """A run of a shot's frames: `first` is the shot's own frame that comes first, `of` the shot's whole length.

    `image` is a still picture, or moving pictures if `clip` says which part of them is seen.
    """

    image: Asset
    camera: Camera
    first: int = Field(ge=0)
    of: int = Field(ge=1)
    clip: ClipPart | None = None
    parallax: Parallax | None = None


class Transition(Model):
    """How one picture gives way to the next.

    `towards` is where a slide or a wipe moves; `colour` (#rrggbb) is what a fade passes through, and what a film's
    first picture comes out of.
    """

    kind: Literal["dissolve", "fade", "slide", "wipe", "zoom"] = "dissolve"
    towards: Literal["left", "right", "up", "down"] = "left"
    colour: str = Field(default="#000000", pattern=r"^#[0-9a-fA-F]{6}$")


class Encoding(Model):
    """How pictures are encoded. Part of every segment's key.

    `hardware` names the encoder of this machine that is tried first; its pictures differ from machine to machine. The
    other fields say what the software encoder does, alone or where the hardware fails.
    """

    codec: Codec = "h264"
    preset: str = Field(default="veryfast", description="the software encoder's own name: veryfast, 9")
    crf: int = Field(default=20, ge=0, le=63, description="the encoder's own scale: to 51, or to 63 for av1")
    tuning: str = Field(default="", description="x264-params, x265-params or svtav1-params, `key=value:key=value`")
    plain_crf: int | None = Field(default=None, ge=0, le=63, description="for mostly plain pictures; `crf` if None")
    plain_tuning: str = Field(default="", description="what comes after `tuning` for mostly plain pictures")
    hardware: str | None = Field(default=None, pattern=r"^[a-z0-9_]{1,40}$", examples=["h264_nvenc"])

    def for_plain(self) -> Encoding:
        """Return how mostly plain pictures are encoded."""
        tuning = ":".join(filter(None, (self.tuning, self.plain_tuning)))
        crf = self.crf if self.plain_crf is None else self.plain_crf
        return self.model_copy(update={"crf": crf, "tuning": tuning, "plain_crf": None, "plain_tuning": ""})


class SegmentRequest(Model):
    """Ask for one closed run of encoded frames: one shot, or two in a transition from the first to the second.

    A single shot with a transition comes out of the transition's colour; two shots without one dissolve.
    """

    width_px: int = Field(ge=64, le=8192)
    height_px: int = Field(ge=64, le=8192)
    rate: Rate
    frames: int = Field(ge=1)
    shots: tuple[ShotSpan, ...] = Field(min_length=1, max_length=2)
    transition: Transition | None = None
    captions: tuple[CaptionSpan, ...] = ()
    caption_style: CaptionStyle | None = None
    badge: Badge | None = None
    encoding: Encoding = Encoding()


class Segment(Model):
    """Encoded frames in an MP4 of their own, beginning with a key frame and needing no other segment.

    `reasons` say why it was not encoded as asked; `record` is what was seen when it was decoded (`inspect_record`).
    """

    video: Asset
    frames: int
    reasons: tuple[str, ...] = ()
    record: Asset | None = None


class JoinRequest(Model):
    """Ask for the master: segments joined by stream copy, with one sound track."""

    segments: tuple[Segment, ...] = Field(min_length=1)
    sound: Asset | None
    rate: Rate


class Master(Model):
    """The finished film."""

    video: Asset
    frames: int


class HdrRequest(Model):
    """Ask for a film's HDR10 rendition."""

    master: Asset
    quality: Quality = "standard"


class Hdr(Model):
    """A film in HDR10, and the light in it: the brightest pixel and the brightest frame's mean, in cd/m2."""

    video: Asset
    max_cll: int
    max_fall: int


class PosterRequest(Model):
    """Ask for the still that stands for the film: one composed frame as JPEG, at most `max_bytes` large."""

    segment: SegmentRequest
    frame: int = Field(ge=0)
    max_bytes: int = 120_000


class LabelRequest(Model):
    """Ask for a picture with words in its corner."""

    image: Asset
    badge: Badge


class LabelledImage(Model):
    """A picture as its maker left it, but for the words."""

    image: Asset
    placeholder: Placeholder | None = None


class Poster(Model):
    """A still that stands for the film, and what stands for it until it is loaded."""

    image: Asset
    placeholder: Placeholder | None = None


class PlacedUtterance(Model):
    """An utterance, and the film's frame at which its sound begins."""

    sound: Asset
    first_frame: int = Field(ge=0)


class ClipSoundRequest(Model):
    """Ask for the sound of a clip from its frame `first` on; frames are the film's, fades lie within `frames`."""

    clip: Asset
    first: int = Field(ge=0)
    frames: int = Field(ge=1)
    rate: Rate
    fade_in_frames: int = Field(default=0, ge=0)
    fade_out_frames: int = Field(default=0, ge=0)


class ClipSound(Model):
    """A clip's sound, as long as its shot, at 48 kHz; None if there is nothing to hear in it."""

    sound: Asset | None


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


class SoundCheckRequest(Model):
    """Ask whether a file holds sound that decodes to its end."""

    sound: Asset


class SoundCheck(Model):
    """A file that does; how long it is, if its header says so."""

    duration_s: float | None


class Soundtrack(Model):
    """The mixed sound as AAC in MP4 at 48 kHz, the narration alone, and what was measured on the encoded mix."""

    mix: Asset
    narration: Asset
    loudness_lufs: float
    true_peak_dbtp: float


__all__ = [
    "SAMPLE_RATE_HZ",
    "Camera",
    "ClipPart",
    "ClipSound",
    "ClipSoundRequest",
    "Encoding",
    "Hdr",
    "HdrRequest",
    "JoinRequest",
    "LabelRequest",
    "LabelledImage",
    "Master",
    "MixRequest",
    "Parallax",
    "PlacedUtterance",
    "Poster",
    "PosterRequest",
    "Segment",
    "SegmentRequest",
    "ShotSpan",
    "SoundCheck",
    "SoundCheckRequest",
    "Soundtrack",
    "Transition",
    "Window",
]
