from __future__ import annotations

import pytest

from media_factory.errors import InputError
from media_factory.recipes.clip_sounds import heard_clips, placed_sounds
from media_factory.rendering.footage import Footage
from media_factory.rendering.model import ClipSound
from tests.recipes.test_video import asset, clip, piece, still


def loud(number: int = 2, duration_s: float = 5.0) -> Footage:
    footage = clip(number, duration_s)
    assert footage.clip is not None
    return footage.model_copy(update={"clip": footage.clip.model_copy(update={"sounds": True})})


def test_clips_are_heard_where_they_are_seen_and_cross_over_as_they_do() -> None:
    shots = [{"duration_s": 2}, {"start_s": 1, "transition": "dissolve", "transition_s": 0.5}, {"transition": "cut"}]
    heard = heard_clips(piece(shots, [still(), loud(2), loud(3)]))
    assert [clip.first_frame for clip in heard] == [45, 165]
    first, second = (clip.request for clip in heard)
    assert (first.first, first.frames, first.fade_in_frames, first.fade_out_frames) == (30, 120, 15, 0)
    assert (second.first, second.frames, second.fade_in_frames) == (0, 150, 0)


@pytest.mark.parametrize(
    ("sound", "given", "heard"),
    [("auto", None, True), ("auto", "music.mp3", False), ("keep", "music.mp3", True), ("keep", None, True),
     ("drop", None, False)],
)  # fmt: skip
def test_a_clip_s_sound_is_kept_where_there_is_no_other_or_it_is_asked_for(
    sound: str, given: str | None, heard: bool
) -> None:
    made = piece([{"sound": sound}], [loud()], sound=given)
    assert bool(heard_clips(made)) is heard


def test_pictures_and_silent_clips_are_not_heard_and_can_t_be_asked_to() -> None:
    assert heard_clips(piece([{}, {}], [still(), clip()])) == ()
    for footage, what in ((still(), "a picture"), (clip(), "the clip")):
        with pytest.raises(InputError, match=rf"^shots\[1\]\.sound: there is no sound to keep in {what}$"):
            heard_clips(piece([{}, {"sound": "keep"}], [still(), footage]))


def test_the_mixer_is_given_what_can_be_heard_and_music_makes_room_for_it() -> None:
    made = piece([{"sound": "keep"}, {"sound": "keep"}], [loud(2), loud(3)], sound="music.mp3")
    placed = placed_sounds(heard_clips(made), [ClipSound(sound=None), ClipSound(sound=asset(8))])
    assert [one.first_frame for one in placed] == [150]
    request = made.mix_request(asset(9), placed)
    assert (request.utterances, request.music, request.frames) == (placed, asset(9), 300)
    assert made.mix_request(None, placed).music is None
