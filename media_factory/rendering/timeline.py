"""Timeline: which frame of the film shows what, exactly.

Speech drives the lengths. A shot holds its picture while its utterance sounds and cross-fades into the next one in
the silence between two utterances::

    shot 1   [lead][ speech ][pre][ fade ]
    shot 2                        [ fade ][post][ speech ][pre][ fade ]
    shot 3                                                     [ fade ][post][ speech ][tail]

Everything inside a shot depends on its own speech, on whether it is first or last, and on constants. So editing a scene
moves the scenes after it in time, and changes nothing else about them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from pydantic import Field

from media_factory.errors import InputError
from media_factory.model import Model
from media_factory.timing import Rate, frame_at, frames_for, seconds_of

LONGEST_RUN_S = 3


class PlacedShot(Model):
    """One picture's time on screen, in frames.

    `first_frame` is the film's frame at which the picture begins to show, `frames` how long any of it is seen, fades
    included.
    """

    first_frame: int = Field(ge=0)
    frames: int = Field(ge=1)
    fade_in_frames: int = Field(ge=0, description="overlap with the shot before")
    fade_out_frames: int = Field(ge=0, description="overlap with the shot after")

    @property
    def end_frame(self) -> int:
        """The film's first frame that shows nothing of this shot."""
        return self.first_frame + self.frames


class TimelineShot(PlacedShot):
    """A picture that somebody speaks over. `speech_frame` counts from the shot's own first frame."""

    speech_frame: int = Field(ge=0, description="first frame of the shot's speech, within the shot")
    speech_frames: int = Field(ge=1, description="whole frames that its speech needs")

    @property
    def film_speech_frame(self) -> int:
        """The film's frame at which the shot's speech begins."""
        return self.first_frame + self.speech_frame


class ShotList(Model):
    """A film's shots in order, each overlapping the next by the transition between them.

    Where the first shot has a fade in, it comes out of nothing in that time.
    """

    rate: Rate
    frames: int = Field(ge=1)
    shots: tuple[PlacedShot, ...] = Field(min_length=1)


class Timeline(ShotList):
    """A shot list that speech has made: each shot overlaps the next by the cross-fade between them."""

    shots: tuple[TimelineShot, ...] = Field(min_length=1)


class ShotRun(Model):
    """A part of a shot: its place in the timeline, and the shot's own frame that comes first."""

    shot: int = Field(ge=0)
    first: int = Field(ge=0)


class SegmentPlan(Model):
    """A run of film frames that is encoded by itself: part of one shot, or the transition from one to the next.

    A transition of one shot is the first one's coming out of nothing.
    """

    first_frame: int = Field(ge=0)
    frames: int = Field(ge=1)
    shots: tuple[ShotRun, ...] = Field(min_length=1, max_length=2)
    is_transition: bool = False


def build_timeline(
    speech_durations_s: Sequence[float | Fraction],
    rate: Fraction,
    transition_s: float,
    pause_s: float,
    *,
    lead_s: float = 0.1,
    tail_s: float = 0.8,
) -> Timeline:
    """Return the timeline of a film whose scenes speak for so many seconds each.

    The silence between two utterances is `pause_s`, or `transition_s` if that is longer, with the cross-fade in its
    middle: no word is spoken over a picture that is on its way out or in. A transition of 0 is a cut.

    Args:
        speech_durations_s: one length per scene, each above 0.
        rate: frames per second.
        transition_s: length of each cross-fade.
        pause_s: silence between two utterances.
        lead_s: picture before the first word.
        tail_s: picture after the last word.

    Raises:
        InputError: there is no scene, a speech has no length, or a time is negative or not finite.
    """
    if not speech_durations_s:
        raise InputError("a film needs at least one scene")
    for index, duration in enumerate(speech_durations_s):
        if not (math.isfinite(duration) and duration > 0):
            raise InputError(f"scene {index}: speech of {duration} s; its length must be above 0")
    for name, value in (("transition", transition_s), ("pause", pause_s), ("lead", lead_s), ("tail", tail_s)):
        if not (math.isfinite(value) and value >= 0):
            raise InputError(f"{name} of {value} s; 0 or more is allowed")
    fade = frame_at(transition_s, rate)
    spare = max(frame_at(pause_s, rate) - fade, 0)
    shots: list[TimelineShot] = []
    for index, duration in enumerate(speech_durations_s):
        is_first, is_last = index == 0, index == len(speech_durations_s) - 1
        speech_frame = frame_at(lead_s, rate) if is_first else fade + spare - spare // 2
        after = frame_at(tail_s, rate) if is_last else spare // 2 + fade
        speech_frames = frames_for(duration, rate)
        shots.append(
            TimelineShot(
                first_frame=0 if is_first else shots[-1].end_frame - fade,
                frames=speech_frame + speech_frames + after,
                fade_in_frames=0 if is_first else fade,
                fade_out_frames=0 if is_last else fade,
                speech_frame=speech_frame,
                speech_frames=speech_frames,
            )
        )
    return Timeline(rate=rate, frames=shots[-1].end_frame, shots=tuple(shots))


def build_shot_list(lengths: Sequence[int], transitions: Sequence[int], rate: Fraction) -> ShotList:
    """Return the shot list of pictures that are seen for so many frames each.

    Args:
        lengths: whole frames in which any of a picture is seen, transitions included; 1 or more.
        transitions: whole frames of the transition into each shot, 0 for a cut; the first is its coming out of nothing.
        rate: frames per second.

    Raises:
        InputError: there is no shot, or the transitions at a shot's two ends are longer than the shot.
    """
    if not lengths:
        raise InputError("shots: a film needs at least one")
    shots: list[PlacedShot] = []
    for index, (frames, fade_in) in enumerate(zip(lengths, transitions, strict=True)):
        fade_out = transitions[index + 1] if index + 1 < len(lengths) else 0
        if frames < max(1, fade_in + fade_out):
            taken, found = (float(seconds_of(length, rate)) for length in (fade_in + fade_out, frames))
            raise InputError(f"shots[{index}].duration_s: {found:g} s are too short; its transitions take {taken:g} s")
        first = shots[-1].end_frame - fade_in if shots else 0
        shots.append(PlacedShot(first_frame=first, frames=frames, fade_in_frames=fade_in, fade_out_frames=fade_out))
    return ShotList(rate=rate, frames=shots[-1].end_frame, shots=tuple(shots))


def segments_of(timeline: ShotList) -> tuple[SegmentPlan, ...]:
    """Return the runs that together make the film, in film order: bodies of shots and the transitions between them.

    A body longer than 3 seconds becomes several runs of nearly equal length, so that encoders can share it and an edit
    makes little again.
    """
    return tuple(_runs(timeline))


def _runs(timeline: ShotList) -> Iterator[SegmentPlan]:
    longest = max(1, math.floor(LONGEST_RUN_S * timeline.rate))
    if entrance := timeline.shots[0].fade_in_frames:
        yield SegmentPlan(first_frame=0, frames=entrance, shots=(ShotRun(shot=0, first=0),), is_transition=True)
    for index, shot in enumerate(timeline.shots):
        first = shot.fade_in_frames
        for frames in _shares(shot.frames - shot.fade_in_frames - shot.fade_out_frames, longest):
            run = ShotRun(shot=index, first=first)
            yield SegmentPlan(first_frame=shot.first_frame + first, frames=frames, shots=(run,))
            first += frames
        if shot.fade_out_frames:
            runs = (ShotRun(shot=index, first=first), ShotRun(shot=index + 1, first=0))
            yield SegmentPlan(
                first_frame=shot.first_frame + first, frames=shot.fade_out_frames, shots=runs, is_transition=True
            )


def _shares(total: int, longest: int) -> Iterator[int]:
    parts = -(-total // longest)
    for part in range(parts):
        yield total * (part + 1) // parts - total * part // parts


__all__ = [
    "LONGEST_RUN_S",
    "PlacedShot",
    "SegmentPlan",
    "ShotList",
    "ShotRun",
    "Timeline",
    "TimelineShot",
    "build_shot_list",
    "build_timeline",
    "segments_of",
]
