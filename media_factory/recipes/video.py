"""VideoPiece: a video brief worked out: when each shot is seen, how the camera moves, and what is rendered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from pydantic import Field

from media_factory.assets import Asset
from media_factory.briefs.destinations import loudness_for
from media_factory.briefs.fields import frame_size
from media_factory.briefs.limits import MAX_DURATION_S, over
from media_factory.briefs.model import VideoBrief
from media_factory.briefs.shots import Shot
from media_factory.calls.selection import Choice
from media_factory.captions.badges import badge_for
from media_factory.captions.cards import CaptionSpan, CaptionStyle
from media_factory.captions.cueing import Cue, phrase_cues
from media_factory.captions.labels import Label, label_for, timed_words
from media_factory.captions.style import caption_style_for
from media_factory.design.themes import Theme, theme_in
from media_factory.errors import InputError
from media_factory.model import Model
from media_factory.rendering.film import Film
from media_factory.rendering.footage import Footage
from media_factory.rendering.hardware import on_hardware
from media_factory.rendering.inspect_model import InspectionRequest
from media_factory.rendering.inspect_request import inspection_request
from media_factory.rendering.model import (
    Camera,
    ClipPart,
    Encoding,
    Master,
    MixRequest,
    Parallax,
    PlacedUtterance,
    PosterRequest,
    Segment,
    SegmentRequest,
    ShotSpan,
    Transition,
    Window,
)
from media_factory.rendering.motion import Size, camera_for, named_camera
from media_factory.rendering.parallax import parallax_camera, parallax_for
from media_factory.rendering.presets import encoding_for
from media_factory.rendering.timeline import SegmentPlan, ShotList, build_shot_list, segments_of
from media_factory.timing import frame_at, seconds_of

PICTURE_S = 4.0
_TRANSITION_S = 0.5
# Given pictures carry no type near their edges, so a move may lead a little farther than over cards.
_MAX_ZOOM = 1.10
# What a slow camera over stills spares the encoder, moving pictures need: 1.3 times its time, fewer bytes (measured).
_LIVELY = "me=hex:subme=2:partitions=p8x8,b8x8,i8x8,i4x4:deblock=0,0"


class VideoPiece(Model):
    """A video brief, the pictures and clips that its shots show, and who made those that were not given."""

    brief: VideoBrief
    footage: tuple[Footage, ...]
    choices: dict[str, Choice] = Field(default={}, description="by modality")
    reasons: tuple[str, ...] = Field(default=(), description="why what was made is less than it could be")

    @property
    def theme(self) -> Theme:
        """The brief's theme, in its own colours if it gives some."""
        return theme_in(self.brief.theme, self.brief.palette)

    @property
    def size(self) -> Size:
        """The frames' width and height in pixels."""
        return frame_size(self.brief.aspect, self.brief.size)

    def shot_list(self) -> ShotList:
        """Return which frames show which shot.

        Raises:
            InputError: a clip is too short, transitions don't fit into a shot, or all is too long; the message names
                the field.
        """
        rate = self.brief.rate
        lengths = [
            max(1, frame_at(_length_s(index, shot, footage), rate))
            for index, (shot, footage) in enumerate(zip(self.brief.shots, self.footage, strict=True))
        ]
        transitions = [frame_at(self._transition_s(shot), rate) for shot in self.brief.shots]
        found = build_shot_list(lengths, transitions, rate)
        length_s = float(seconds_of(found.frames, rate))
        if length_s > MAX_DURATION_S:
            raise InputError(f"shots: {over(round(length_s), MAX_DURATION_S, 'seconds')}")
        return found

    def film(self) -> Film:
        """Return what to render.

        Raises:
            InputError: as `shot_list`; or the codec does not go with the frame size.
            GlyphsMissing: no installed font can draw a caption's word.
        """
        shots = self.shot_list()
        width_px, height_px = self.size
        encoding, reasons = on_hardware(encoding_for(self.brief.codec, self.brief.quality, width_px, height_px))
        labels = self._labels(shots)
        plans = segments_of(shots)
        badge = badge_for(self.brief.label or "", self.theme, self.size, self.brief.language, self.brief.destinations)
        segments = tuple(
            self._segment(plan, shots, labels, encoding).model_copy(update={"badge": badge}) for plan in plans
        )
        return Film(
            aspect=self.brief.aspect,
            width_px=width_px,
            height_px=height_px,
            rate=self.brief.rate,
            segments=segments,
            poster=_poster(plans, segments, shots),
            reasons=reasons,
        )

    def mix_request(self, sound: Asset | None, clips: tuple[PlacedUtterance, ...] = ()) -> MixRequest:
        """Return what to ask of the mixer: the given sound for as long as the film lasts, making room for the clips'.

        All of it is as loud as the destinations want it.
        """
        loudness_lufs, true_peak_dbtp = loudness_for(self.brief.destinations)
        return MixRequest(
            utterances=clips,
            frames=self.shot_list().frames,
            rate=self.brief.rate,
            music=sound,
            loudness_lufs=loudness_lufs,
            true_peak_dbtp=true_peak_dbtp,
        )

    def gate(self, mix: MixRequest | None) -> Callable[[Master, Sequence[Segment]], InspectionRequest]:
        """Return what asks the inspection of the film; given pictures may stand as still as their owner likes."""

        def ask(master: Master, segments: Sequence[Segment]) -> InspectionRequest:
            return inspection_request(
                master,
                segments,
                size=self.size,
                rate=self.brief.rate,
                mix=mix,
                language=self.brief.language,
                longest_still_s=None,
            )

        return ask

    def cues(self) -> tuple[Cue, ...]:
        """Return the captions for sidecar files; times are seconds of the film."""
        cues: list[Cue] = []
        for shot, (start_s, end_s) in zip(self.brief.shots, self.times_s(), strict=True):
            if shot.caption and start_s < end_s:
                words = timed_words(shot.caption, self.brief.language, start_s, end_s)
                found = phrase_cues(words, self.brief.language)
                cues += [*found[:-1], found[-1].model_copy(update={"end_s": end_s})]
        return tuple(cues)

    def times_s(self) -> tuple[tuple[float, float], ...]:
        """Return from when to when each shot is seen alone, in seconds of the film."""
        rate = self.brief.rate
        return tuple(
            (
                float(seconds_of(shot.first_frame + shot.fade_in_frames, rate)),
                float(seconds_of(shot.end_frame - shot.fade_out_frames, rate)),
            )
            for shot in self.shot_list().shots
        )

    def _transition_s(self, shot: Shot) -> float:
        if shot.transition == "cut":
            return 0.0
        return shot.transition_s or self.theme.transition_s or _TRANSITION_S

    def _labels(self, shots: ShotList) -> list[tuple[Label, ...]]:
        """Return each shot's captions, in frames from the one that first shows it alone."""
        if self.brief.captions == "none":
            return [()] * len(shots.shots)
        style = caption_style_for(
            self.theme, *self.size, self.brief.language, self.brief.captions, self.brief.destinations
        )
        return [
            label_for(
                shot.caption, style, max(1, placed.frames - placed.fade_in_frames - placed.fade_out_frames), shots.rate
            )
            if shot.caption
            else ()
            for shot, placed in zip(self.brief.shots, shots.shots, strict=True)
        ]

    def _segment(
        self, plan: SegmentPlan, shots: ShotList, labels: Sequence[tuple[Label, ...]], encoding: Encoding
    ) -> SegmentRequest:
        spans: tuple[CaptionSpan, ...] = ()
        style: CaptionStyle | None = None
        last = plan.shots[-1].shot
        if not plan.is_transition:
            since = plan.shots[0].first - shots.shots[last].fade_in_frames
            seen = [label for label in labels[last] if label.first < since + plan.frames and label.end > since]
            spans = tuple(label.span(since, plan.frames) for label in seen)
            style = seen[0].style if seen else None
        shown = [self._span(run.shot, run.first, shots) for run in plan.shots]
        return SegmentRequest(
            width_px=self.size[0],
            height_px=self.size[1],
            rate=shots.rate,
            frames=plan.frames,
            shots=tuple(shown),
            transition=self._transition(self.brief.shots[last]) if plan.is_transition else None,
            captions=spans,
            caption_style=style,
            encoding=_lively(encoding) if any(span.clip for span in shown) else encoding,
        )

    def _transition(self, shot: Shot) -> Transition:
        kind, _, towards = shot.transition.partition("-")
        colour = self.theme.palette.background
        return Transition.model_validate({"kind": kind, "towards": towards or "left", "colour": colour})

    def _span(self, index: int, first: int, shots: ShotList) -> ShotSpan:
        footage, placed = self.footage[index], shots.shots[index]
        duration_s = float(seconds_of(placed.frames, shots.rate))
        parallax = Parallax(depth=footage.depth, reach=parallax_for(duration_s)) if footage.depth else None
        return ShotSpan(
            image=footage.image,
            camera=parallax_camera(parallax.reach) if parallax else self._camera(index, duration_s),
            first=first,
            of=placed.frames,
            clip=_clip_part(self.brief.shots[index], footage, shots.rate),
            parallax=parallax,
        )

    def _camera(self, index: int, duration_s: float) -> Camera:
        shot, footage = self.brief.shots[index], self.footage[index]
        pace = self.theme.zoom_per_s
        if shot.camera == "auto" or shot.camera == "parallax":
            if footage.clip is not None:
                return Camera(start=Window(zoom=1), end=Window(zoom=1))
            return camera_for(
                index,
                seed=self.brief.seed,
                zoom_per_s=pace,
                duration_s=duration_s,
                image=footage.size,
                frame=self.size,
                max_zoom=_MAX_ZOOM,
            )
        return named_camera(shot.camera, zoom_per_s=pace, duration_s=duration_s, image=footage.size, frame=self.size)


def _length_s(index: int, shot: Shot, footage: Footage) -> float:
    """Return how long a shot is seen: as the brief says, or as long as its clip goes on.

    A clip that was made may be longer or shorter than it was asked for, which must not move the rest of the film: it is
    cut, or its last picture held.
    """
    if footage.clip is None or shot.filmed_s:
        return shot.filmed_s or shot.duration_s or PICTURE_S
    left_s = footage.clip.duration_s - shot.start_s
    if left_s <= 0:
        raise InputError(
            f"shots[{index}].start_s: {shot.start_s:g} s are too far; the clip lasts {footage.clip.duration_s:g} s"
        )
    if shot.duration_s is None:
        return left_s
    # Containers round times; half a frame of any clip is more than they round by.
    if shot.duration_s > left_s + 0.02 and not footage.clip.loops:
        raise InputError(f"shots[{index}].duration_s: {shot.duration_s:g} s are too long; the clip has {left_s:g} s")
    return shot.duration_s


def _clip_part(shot: Shot, footage: Footage, rate: Fraction) -> ClipPart | None:
    if footage.clip is None:
        return None
    whole = max(1, frame_at(footage.clip.duration_s, rate))
    return ClipPart(first=frame_at(shot.start_s, rate), loop_frames=whole if footage.clip.loops else None)


def _lively(encoding: Encoding) -> Encoding:
    """Return an encoding that was fitted to slow cameras with the motion search that clips need."""
    if "me=dia" not in encoding.tuning:
        return encoding
    return encoding.model_copy(update={"tuning": f"{encoding.tuning}:{_LIVELY}"})


def _poster(plans: Sequence[SegmentPlan], segments: Sequence[SegmentRequest], shots: ShotList) -> PosterRequest:
    """Return the still from the middle of the time in which the first shot is seen alone."""
    first = shots.shots[0]
    middle = (first.fade_in_frames + first.frames - first.fade_out_frames) // 2
    for plan, segment in zip(plans, segments, strict=True):
        if plan.first_frame <= middle < plan.first_frame + plan.frames:
            return PosterRequest(segment=segment, frame=middle - plan.first_frame)
    raise AssertionError("the runs hold every frame of the film")


__all__ = ["PICTURE_S", "VideoPiece"]
