from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.assets import Asset
from media_factory.briefs.model import VideoBrief
from media_factory.errors import InputError
from media_factory.recipes.video import VideoPiece
from media_factory.rendering.clips import ClipFacts
from media_factory.rendering.footage import Footage
from media_factory.rendering.model import SegmentRequest
from media_factory.timing import frame_at

TRANSITIONS = ("cut", "fade", "dissolve", "slide", "slide-up", "wipe-right", "zoom")
RATES = st.sampled_from(["24", "25", "30", "30000/1001", "60", "120"])


def asset(number: int, **facts: object) -> Asset:
    data = {"digest": f"sha256:{number:064x}", "media_type": "image/png", "size_bytes": 9, **facts}
    return Asset.model_validate(data)


def still(number: int = 1, size: tuple[int, int] = (1600, 1200)) -> Footage:
    return Footage(image=asset(number, width_px=size[0], height_px=size[1]))


def clip(number: int = 2, duration_s: float = 5.0, media_type: str = "video/mp4") -> Footage:
    facts = ClipFacts(
        width_px=640, height_px=360, duration_s=duration_s, media_type=media_type, loops=media_type == "image/gif"
    )
    return Footage(image=asset(number, media_type=media_type, width_px=640, height_px=360), clip=facts)


def piece(shots: list[dict[str, object]], footage: list[Footage] | None = None, **fields: object) -> VideoPiece:
    named = [{"image": f"{index}.png", **shot} for index, shot in enumerate(shots)]
    brief = VideoBrief.model_validate({"title": "Port", "shots": named, **fields})
    return VideoPiece(brief=brief, footage=tuple(footage or [still(index) for index in range(len(shots))]))


def segments(made: VideoPiece) -> tuple[SegmentRequest, ...]:
    return made.film().segments


@st.composite
def pieces(draw: st.DrawFn) -> VideoPiece:
    shots = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "duration_s": st.floats(2.5, 9).map(lambda value: round(value, 3)),
                    "transition": st.sampled_from(TRANSITIONS),
                    "transition_s": st.floats(0.1, 1.2).map(lambda value: round(value, 3)),
                }
            ),
            min_size=1,
            max_size=8,
        )
    )
    return piece(shots, rate=draw(RATES))


@settings(deadline=None, max_examples=40)
@given(pieces())
def test_a_film_has_exactly_the_frames_of_its_shots_less_their_transitions(made: VideoPiece) -> None:
    shots, rate = made.brief.shots, made.brief.rate
    wanted = sum(frame_at(shot.duration_s or 0, rate) for shot in shots)
    wanted -= sum(frame_at(shot.transition_s or 0, rate) for shot in shots[1:] if shot.transition != "cut")
    assert sum(segment.frames for segment in segments(made)) == made.shot_list().frames == wanted
    assert made.mix_request(asset(9)).frames == wanted


@settings(deadline=None, max_examples=25)
@given(pieces(), st.data())
def test_an_edited_caption_asks_anew_for_its_own_shot_s_segments_only(made: VideoPiece, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(made.brief.shots) - 1))
    shots = list(made.brief.shots)
    shots[index] = shots[index].model_copy(update={"caption": "Gates open"})
    edited = made.model_copy(update={"brief": made.brief.model_copy(update={"shots": tuple(shots)})})
    before, after = segments(made), segments(edited)
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed
    assert all(len(new.shots) == 1 and new.shots[0].image == made.footage[index].image for new in changed)


@settings(deadline=None, max_examples=25)
@given(pieces(), st.floats(0.5, 3))
def test_a_longer_first_shot_moves_the_others_and_changes_nothing_about_them(made: VideoPiece, more_s: float) -> None:
    first, *rest = made.brief.shots
    longer = first.model_copy(update={"duration_s": (first.duration_s or 0) + more_s})
    edited = made.model_copy(update={"brief": made.brief.model_copy(update={"shots": (longer, *rest)})})
    kept = [one for one in segments(made) if all(span.image != made.footage[0].image for span in one.shots)]
    assert [one for one in segments(edited) if one in kept] == kept


def test_a_picture_is_seen_for_four_seconds_and_a_clip_for_its_own_length() -> None:
    made = piece([{}, {}, {"start_s": 1.5}], [still(), clip(), clip()])
    assert [shot.frames for shot in made.shot_list().shots] == [120, 150, 105]
    assert segments(made)[-1].shots[0].clip is not None
    assert segments(made)[-1].shots[0].clip.first == 45


def test_a_clip_is_cut_to_its_time_and_a_gif_begins_again() -> None:
    made = piece([{"duration_s": 2}, {"duration_s": 8}], [clip(), clip(3, 0.5, "image/gif")])
    (first, *_, last) = segments(made)
    assert (first.frames, first.shots[0].clip.loop_frames) == (60, None)  # type: ignore[union-attr]
    assert last.shots[0].clip.loop_frames == 15  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("shots", "footage", "problem"),
    [
        ([{"duration_s": 6}], [clip()], "shots[0].duration_s: 6 s are too long; the clip has 5 s"),
        ([{"start_s": 7}], [clip()], "shots[0].start_s: 7 s are too far; the clip lasts 5 s"),
        (
            [{}, {"duration_s": 1, "transition": "fade", "transition_s": 1.5}],
            [still(), still()],
            "shots[1].duration_s: 1 s are too short; its transitions take 1.5 s",
        ),
        ([{}] * 2, [clip(duration_s=400), clip(duration_s=300)], "shots: 700 seconds are too many; at most 600 are"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(
    shots: list[dict[str, object]], footage: list[Footage], problem: str
) -> None:
    with pytest.raises(InputError) as refused:
        piece(shots, footage).film()
    assert str(refused.value).startswith(problem)


def test_transitions_carry_their_way_and_the_theme_s_ground() -> None:
    made = piece([{"transition": "fade"}, {"transition": "slide-up"}, {"transition": "wipe"}, {}], theme="news")
    found = [segment.transition for segment in segments(made) if segment.transition]
    assert [(one.kind, one.towards) for one in found] == [("fade", "left"), ("slide", "up"), ("wipe", "left")]
    assert {one.colour for one in found} == {made.theme.palette.background}
    own = piece([{"transition": "fade"}], palette=["#102030", "#203040", "#ffffff", "#cccccc", "#ffaa00", "#00aaff"])
    assert own.film().segments[0].transition.colour == "#102030"  # type: ignore[union-attr]


def test_without_a_length_a_transition_takes_the_theme_s_time() -> None:
    made = piece([{}, {"transition": "dissolve"}], theme="water")
    assert made.shot_list().shots[1].fade_in_frames == frame_at(made.theme.transition_s, Fraction(30))


def test_clips_keep_still_and_pictures_move_unless_a_move_is_named() -> None:
    made = piece([{}, {}, {"camera": "push"}, {"camera": "still"}], [still(1), clip(2), clip(3), still(4)])
    moving = {
        segment.shots[0].image.digest[-1] + str(segment.shots[0].clip is None): camera.start != camera.end
        for segment in segments(made)
        for camera in [segment.shots[0].camera]
    }
    assert moving == {"1True": True, "2False": False, "3False": True, "4True": False}


def test_a_depth_map_means_parallax() -> None:
    deep = still().model_copy(update={"depth": asset(7)})
    made = piece([{"depth": "d.png"}], [deep])
    parallax = segments(made)[0].shots[0].parallax
    assert parallax is not None
    assert parallax.depth == deep.depth


def test_clips_get_a_wider_motion_search_and_the_same_stream_as_stills() -> None:
    made = piece([{}, {}], [still(), clip()])
    tunings = [segment.encoding.tuning for segment in segments(made)]
    assert tunings[-1].startswith(tunings[0])
    assert tunings[-1] != tunings[0]


def test_cues_stand_while_their_shot_is_seen_alone() -> None:
    made = piece(
        [{"duration_s": 4, "caption": "Port reopens"},
         {"duration_s": 9, "caption": "Forty vessels wait", "transition": "dissolve", "transition_s": 1}]
    )  # fmt: skip
    assert [(cue.lines, cue.start_s, cue.end_s) for cue in made.cues()] == [
        (("Port reopens",), 0, 3),
        (("Forty vessels wait",), 4, 12),
    ]


def test_captions_may_be_left_out_of_the_picture() -> None:
    made = piece([{"caption": "Port reopens"}], captions="none")
    assert all(not segment.captions for segment in segments(made))
    assert made.cues()


def test_a_shot_that_is_never_seen_alone_has_no_caption() -> None:
    made = piece(
        [{}, {"duration_s": 2, "transition": "slide", "transition_s": 1, "caption": "Port reopens"},
         {"transition": "slide", "transition_s": 1}]
    )  # fmt: skip
    assert made.cues() == ()
    assert all(not segment.captions for segment in segments(made))
