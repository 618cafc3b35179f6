"""From scenes to a film: what to render in which frames, for one aspect.

Pure: every number follows from the scenes, the look and the frame size. What is asked of a segment depends on the
scenes that it shows and on nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pydantic import Field

from media_factory.assets import Asset
from media_factory.briefs.destinations import loudness_for
from media_factory.briefs.fields import Aspect, CaptionPreset, Codec, Destination, Quality, frame_size
from media_factory.captions.alignment import shifted
from media_factory.captions.badges import badge_for
from media_factory.captions.cards import Badge, CaptionCard, CaptionSpan, CaptionStyle
from media_factory.captions.cueing import cards_from_words, fitted_style, spans_for
from media_factory.captions.style import caption_style_for
from media_factory.design.themes import Theme
from media_factory.model import Model
from media_factory.rendering.hardware import on_hardware
from media_factory.rendering.model import (
    Camera,
    Encoding,
    MixRequest,
    PlacedUtterance,
    PosterRequest,
    SegmentRequest,
    ShotSpan,
)
from media_factory.rendering.motion import camera_for
from media_factory.rendering.presets import encoding_for
from media_factory.rendering.timeline import SegmentPlan, Timeline, TimelineShot, build_timeline, segments_of
from media_factory.results import Placeholder, Utterance
from media_factory.timing import Rate, Word, seconds_of

Size = tuple[int, int]
# Pictures are asked for larger than the frame, so that a push never enlarges a pixel.
PICTURE_OVER_FRAME = 1.25


class Look(Model):
    """How a film looks and moves."""

    theme: Theme
    language: str = "en"
    rate: Rate = Fraction(30)
    seed: int = 0
    captions: CaptionPreset = "karaoke"
    destinations: tuple[Destination, ...] = ()
    codec: Codec = "h264"
    quality: Quality = "standard"
    label: str = Field(default="", description="words in a corner of every frame")


class SceneMedia(Model):
    """A scene with everything that was made for it; `pictures` has one per aspect."""

    text: str
    headline: str | None = None
    prompt: str
    pictures: dict[Aspect, Asset] = Field(min_length=1)
    placeholders: dict[Aspect, Placeholder] = Field(default={}, description="of the pictures, where they are known")
    utterance: Utterance


class Film(Model):
    """What to render for one aspect: segments in film order, and the still that stands for them."""

    aspect: Aspect
    width_px: int
    height_px: int
    rate: Rate
    segments: tuple[SegmentRequest, ...]
    poster: PosterRequest
    reasons: tuple[str, ...] = Field(default=(), description="what is rendered otherwise than asked, and why")


def picture_size(aspect: Aspect, short_side_px: int) -> Size:
    """Return the size to ask pictures in for an aspect: the frame's, enlarged by `PICTURE_OVER_FRAME`."""
    width, height = frame_size(aspect, short_side_px)
    return round(width * PICTURE_OVER_FRAME / 2) * 2, round(height * PICTURE_OVER_FRAME / 2) * 2


def film_timeline(scenes: Sequence[SceneMedia], look: Look) -> Timeline:
    """Return the film's timeline, the same for every aspect.

    Raises:
        InputError: there is no scene.
    """
    durations = [scene.utterance.duration_s for scene in scenes]
    return build_timeline(durations, look.rate, look.theme.transition_s, look.theme.pause_s)


def mix_request(scenes: Sequence[SceneMedia], look: Look, music: Asset | None) -> MixRequest:
    """Return what to ask of the mixer: every utterance at its frame, as loud as the destinations want it."""
    timeline = film_timeline(scenes, look)
    loudness_lufs, true_peak_dbtp = loudness_for(look.destinations)
    placed = (
        PlacedUtterance(sound=scene.utterance.sound, first_frame=shot.film_speech_frame)
        for scene, shot in zip(scenes, timeline.shots, strict=True)
    )
    return MixRequest(
        utterances=tuple(placed),
        frames=timeline.frames,
        rate=timeline.rate,
        music=music,
        loudness_lufs=loudness_lufs,
        true_peak_dbtp=true_peak_dbtp,
    )


def film_words(scenes: Sequence[SceneMedia], look: Look) -> tuple[tuple[Word, ...], ...]:
    """Return each scene's words with times in seconds of the film."""
    timeline = film_timeline(scenes, look)
    return tuple(
        shifted(scene.utterance.words, seconds_of(shot.film_speech_frame, timeline.rate))
        for scene, shot in zip(scenes, timeline.shots, strict=True)
    )


def film_of(scenes: Sequence[SceneMedia], look: Look, aspect: Aspect, short_side_px: int) -> Film:
    """Return what to render for one aspect.

    Raises:
        InputError: the codec does not go with the frame size, or the label does not fit into it.
        GlyphsMissing: no installed font can draw a caption's word.
    """
    timeline = film_timeline(scenes, look)
    size = frame_size(aspect, short_side_px)
    style = _caption_style(scenes, look, size)
    shots = tuple(
        _Shot(scene, shot, index, look, aspect, size, style)
        for index, (scene, shot) in enumerate(zip(scenes, timeline.shots, strict=True))
    )
    plans = segments_of(timeline)
    encoding, reasons = on_hardware(encoding_for(look.codec, look.quality, *size))
    badge = badge_for(look.label, look.theme, size, look.language, look.destinations)
    segments = tuple(_segment(plan, shots, badge, look, size, encoding) for plan in plans)
    return Film(
        aspect=aspect,
        width_px=size[0],
        height_px=size[1],
        rate=look.rate,
        segments=segments,
        poster=_poster(plans, segments, timeline),
        reasons=reasons,
    )


class _Shot:
    """One scene on screen: its camera, and its captions in the shot's own time."""

    def __init__(
        self,
        scene: SceneMedia,
        shot: TimelineShot,
        index: int,
        look: Look,
        aspect: Aspect,
        size: Size,
        style: CaptionStyle | None,
    ) -> None:
        self.picture = scene.pictures[aspect]
        self.frames = shot.frames
        self.camera = _camera(self.picture, shot, index, look, size)
        self.style = style
        self.cards: tuple[CaptionCard, ...] = ()
        if style is not None:
            words = shifted(scene.utterance.words, seconds_of(shot.speech_frame, look.rate))
            seen_until_s = float(seconds_of(shot.frames - shot.fade_out_frames, look.rate))
            self.cards = tuple(_cleared(card, seen_until_s) for card in cards_from_words(words, style))


def _caption_style(scenes: Sequence[SceneMedia], look: Look, size: Size) -> CaptionStyle | None:
    """Return how captions look, in one size that suits the widest word of the whole film; None without captions."""
    if look.captions == "none":
        return None
    style = caption_style_for(look.theme, *size, look.language, look.captions, look.destinations)
    return fitted_style((word.text for scene in scenes for word in scene.utterance.words), style)


def _cleared(card: CaptionCard, by_s: float) -> CaptionCard:
    """Return a card that is gone before its picture begins to go."""
    return card.model_copy(update={"end_s": max(card.start_s, min(card.end_s, by_s))})


def _camera(picture: Asset, shot: TimelineShot, index: int, look: Look, size: Size) -> Camera:
    return camera_for(
        index,
        seed=look.seed,
        zoom_per_s=look.theme.zoom_per_s,
        duration_s=float(seconds_of(shot.frames, look.rate)),
        image=(picture.width_px or size[0], picture.height_px or size[1]),
        frame=size,
    )


def _segment(
    plan: SegmentPlan, shots: Sequence[_Shot], badge: Badge | None, look: Look, size: Size, encoding: Encoding
) -> SegmentRequest:
    spans: list[CaptionSpan] = []
    style: CaptionStyle | None = None
    for run in plan.shots:
        shot = shots[run.shot]
        lit = shot.style is not None and shot.style.highlight != "none"
        if found := spans_for(shot.cards, look.rate, run.first, plan.frames, lit=lit):
            spans.extend(found)
            style = shot.style
    return SegmentRequest(
        width_px=size[0],
        height_px=size[1],
        rate=look.rate,
        frames=plan.frames,
        shots=tuple(
            ShotSpan(
                image=shots[run.shot].picture, camera=shots[run.shot].camera, first=run.first, of=shots[run.shot].frames
            )
            for run in plan.shots
        ),
        captions=tuple(spans),
        caption_style=style,
        badge=badge,
        encoding=encoding,
    )


def _poster(plans: Sequence[SegmentPlan], segments: Sequence[SegmentRequest], timeline: Timeline) -> PosterRequest:
    """Return the still from the middle of the opening utterance, when its caption is on screen."""
    first = timeline.shots[0]
    middle = first.speech_frame + first.speech_frames // 2
    for plan, segment in zip(plans, segments, strict=True):
        if plan.first_frame <= middle < plan.first_frame + plan.frames:
            return PosterRequest(segment=segment, frame=middle - plan.first_frame)
    return PosterRequest(segment=segments[0], frame=segments[0].frames // 2)


__all__ = [
    "PICTURE_OVER_FRAME",
    "Film",
    "Look",
    "SceneMedia",
    "film_of",
    "film_timeline",
    "film_words",
    "mix_request",
    "picture_size",
]
