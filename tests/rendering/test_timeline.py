from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.errors import InputError
from media_factory.rendering.timeline import (
    LONGEST_RUN_S,
    ShotList,
    Timeline,
    build_shot_list,
    build_timeline,
    segments_of,
)
from media_factory.timing import frame_at, frames_for

RATES = st.sampled_from([Fraction(24), Fraction(25), Fraction(30), Fraction(30000, 1001), Fraction(60), Fraction(1)])
SPEECHES = st.lists(st.floats(min_value=0.001, max_value=30), min_size=1, max_size=12)
TIMES = st.floats(min_value=0, max_value=2)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    return build_timeline(draw(SPEECHES), draw(RATES), draw(TIMES), draw(TIMES), lead_s=draw(TIMES), tail_s=draw(TIMES))


@given(timelines())
def test_runs_cover_the_film_without_a_gap_or_an_overlap(timeline: Timeline) -> None:
    at = 0
    for run in segments_of(timeline):
        assert run.first_frame == at
        at += run.frames
    assert at == timeline.frames == timeline.shots[-1].end_frame


@given(timelines())
def test_every_frame_of_every_shot_is_in_exactly_one_run_at_its_place_in_the_film(timeline: Timeline) -> None:
    seen: dict[int, list[int]] = {index: [] for index in range(len(timeline.shots))}
    for run in segments_of(timeline):
        for shown in run.shots:
            assert timeline.shots[shown.shot].first_frame + shown.first == run.first_frame
            seen[shown.shot].extend(range(shown.first, shown.first + run.frames))
    assert seen == {index: list(range(shot.frames)) for index, shot in enumerate(timeline.shots)}


@given(timelines())
def test_a_shot_overlaps_the_next_by_the_fade_between_them(timeline: Timeline) -> None:
    assert timeline.shots[0].fade_in_frames == timeline.shots[-1].fade_out_frames == 0
    for shot, following in zip(timeline.shots, timeline.shots[1:], strict=False):
        assert shot.end_frame - following.first_frame == shot.fade_out_frames == following.fade_in_frames


@given(timelines())
def test_nothing_is_spoken_during_a_fade(timeline: Timeline) -> None:
    for shot in timeline.shots:
        assert shot.speech_frame >= shot.fade_in_frames
        assert shot.speech_frame + shot.speech_frames <= shot.frames - shot.fade_out_frames


@given(SPEECHES, RATES, TIMES, TIMES)
def test_the_silence_between_two_utterances_is_the_pause_or_the_fade_if_that_is_longer(
    speeches: list[float], rate: Fraction, transition_s: float, pause_s: float
) -> None:
    shots = build_timeline(speeches, rate, transition_s, pause_s).shots
    expected = max(frame_at(pause_s, rate), frame_at(transition_s, rate))
    for shot, following in itertools.pairwise(shots):
        assert following.film_speech_frame - shot.film_speech_frame - shot.speech_frames == expected


@given(SPEECHES, RATES, TIMES, TIMES, st.floats(min_value=0.001, max_value=30), st.data())
def test_editing_a_scene_changes_nothing_inside_the_others(
    speeches: list[float], rate: Fraction, transition_s: float, pause_s: float, new: float, data: st.DataObject
) -> None:
    edited = data.draw(st.integers(min_value=0, max_value=len(speeches) - 1))
    before = build_timeline(speeches, rate, transition_s, pause_s).shots
    after = build_timeline([*speeches[:edited], new, *speeches[edited + 1 :]], rate, transition_s, pause_s).shots
    for index, (old, fresh) in enumerate(zip(before, after, strict=True)):
        if index != edited:
            assert old.model_dump(exclude={"first_frame"}) == fresh.model_dump(exclude={"first_frame"})


@given(timelines())
def test_a_body_is_cut_into_nearly_equal_runs_of_at_most_four_seconds(timeline: Timeline) -> None:
    bodies: dict[int, list[int]] = {}
    for run in segments_of(timeline):
        if len(run.shots) == 1:
            bodies.setdefault(run.shots[0].shot, []).append(run.frames)
    for lengths in bodies.values():
        assert max(lengths) - min(lengths) <= 1
        assert max(lengths) <= LONGEST_RUN_S * timeline.rate
        assert len(lengths) == 1 or sum(lengths) > (len(lengths) - 1) * math.floor(LONGEST_RUN_S * timeline.rate)


@given(SPEECHES, RATES, TIMES)
def test_a_transition_of_nothing_is_a_cut(speeches: list[float], rate: Fraction, pause_s: float) -> None:
    timeline = build_timeline(speeches, rate, 0, pause_s)
    assert all(len(run.shots) == 1 for run in segments_of(timeline))


def test_a_thousand_scenes_at_an_odd_rate_do_not_drift() -> None:
    rate = Fraction(30000, 1001)
    timeline = build_timeline([2.34] * 1000, rate, 0.35, 0.35)
    gap = frame_at(0.35, rate)
    expected = frame_at(0.1, rate) + 1000 * frames_for(2.34, rate) + 999 * gap + frame_at(0.8, rate)
    assert timeline.frames == expected


def test_a_film_of_one_scene_is_lead_speech_and_tail() -> None:
    timeline = build_timeline([2.0], Fraction(30), 0.5, 0.5)
    (shot,) = timeline.shots
    assert (shot.frames, shot.speech_frame, shot.fade_in_frames, shot.fade_out_frames) == (3 + 60 + 24, 3, 0, 0)
    assert [run.frames for run in segments_of(timeline)] == [87]


def test_a_fade_lies_in_the_middle_of_the_pause() -> None:
    first, second = build_timeline([1.0, 1.0], Fraction(30), 0.4, 1.0).shots
    speech_end = first.speech_frame + first.speech_frames
    assert first.frames - first.fade_out_frames - speech_end == 9
    assert second.speech_frame - second.fade_in_frames == 9


@pytest.mark.parametrize("speeches", [[], [1.0, 0.0], [-1.0], [math.nan], [math.inf]])
def test_a_scene_without_a_length_is_refused(speeches: list[float]) -> None:
    with pytest.raises(InputError, match="scene"):
        build_timeline(speeches, Fraction(30), 0.5, 0.5)


@pytest.mark.parametrize("name", ["transition", "pause", "lead", "tail"])
def test_a_negative_time_is_refused_by_name(name: str) -> None:
    times = {"transition_s": 0.5, "pause_s": 0.5, "lead_s": 0.1, "tail_s": 0.8, f"{name}_s": -0.1}
    with pytest.raises(InputError, match=name):
        build_timeline([1.0], Fraction(30), **times)


@st.composite
def shot_lists(draw: st.DrawFn) -> ShotList:
    transitions = draw(st.lists(st.integers(0, 40), min_size=1, max_size=10))
    lengths = [
        max(1, entering + leaving) + draw(st.integers(0, 400))
        for entering, leaving in zip(transitions, [*transitions[1:], 0], strict=True)
    ]
    return build_shot_list(lengths, transitions, draw(RATES))


@given(shot_lists())
def test_a_shot_list_s_runs_hold_each_frame_once_and_each_shot_whole(shots: ShotList) -> None:
    seen: dict[int, list[int]] = {index: [] for index in range(len(shots.shots))}
    at = 0
    for run in segments_of(shots):
        assert run.first_frame == at
        at += run.frames
        for shown in run.shots:
            assert shots.shots[shown.shot].first_frame + shown.first == run.first_frame
            seen[shown.shot] += range(shown.first, shown.first + run.frames)
    assert at == shots.frames
    for index, shot in enumerate(shots.shots):
        assert seen[index] == list(range(shot.frames))


@given(shot_lists())
def test_a_shot_list_lasts_as_long_as_its_shots_less_their_overlaps(shots: ShotList) -> None:
    overlaps = sum(shot.fade_in_frames for shot in shots.shots[1:])
    assert shots.frames == sum(shot.frames for shot in shots.shots) - overlaps
    transitions = [run for run in segments_of(shots) if run.is_transition]
    assert [run.frames for run in transitions] == [shot.fade_in_frames for shot in shots.shots if shot.fade_in_frames]


def test_a_shot_that_its_transitions_leave_no_room_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"^shots\[1\]\.duration_s: 1 s are too short; its transitions take 1\.2 s"):
        build_shot_list([60, 30, 60], [0, 18, 18], Fraction(30))
    with pytest.raises(InputError, match="at least one"):
        build_shot_list([], [], Fraction(30))
