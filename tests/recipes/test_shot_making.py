"""Who makes the shots of a video, and what each of them is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from media_factory.briefs.model import VideoBrief
from media_factory.calls.selection import Market
from media_factory.errors import InputError
from media_factory.policy import Policy
from media_factory.providers.base import AnyProvider
from media_factory.providers.registry import Providers
from media_factory.recipes.shot_making import ShotMaking, footage_of_clip
from media_factory.testing import Dials, FakeClip, FakeImage, FakeSound
from tests.recipes.test_video import asset, clip, still

WORDS = {"prompt": "a port at dawn"}
FILMED = {"prompt": "waves", "motion": "clip"}
ANIMATED = {"prompt": "cranes turn", "motion": "animated"}
MOVED = {"image": "port.png", "prompt": "gates open", "motion": "clip"}


class WordsOnly(FakeClip):
    capabilities = FakeClip.capabilities.model_copy(update={"stills": False})


def dials(name: str, usd: str = "0.01") -> Dials:
    return Dials(name=name, vendor=True, price_usd=Decimal(usd))


def market(*providers: AnyProvider) -> Market:
    able = providers or (FakeImage(dials("paints")), FakeClip(dials("films")), FakeSound(dials("plays")))
    return Market(Providers.of(*able), policy=Policy(), entries={}, today=date(2026, 11, 20))


def making(*shots: Mapping[str, object], here: Market | None = None, **fields: object) -> ShotMaking:
    brief = VideoBrief.model_validate({"title": "Port", "size": 360, "seed": 2, "shots": shots, **fields})
    return ShotMaking.of(brief, [still() for shot in shots if "image" in shot], here or market())


def test_each_shot_asks_for_what_it_lacks_and_for_nothing_else() -> None:
    made = making({"image": "a.png"}, WORDS, FILMED, ANIMATED, MOVED)
    assert [len(made.image_requests(index)) for index in range(5)] == [0, 1, 0, 1, 0]
    assert [len(made.clip_requests(index, None)) for index in range(5)] == [0, 0, 1, 1, 1]
    assert [given is not None for given in made.given] == [True, False, False, False, True]
    assert made.music_requests(made.piece(made.foretold)) == ()


def test_a_picture_for_the_camera_is_larger_than_the_frame_and_one_for_a_clip_is_not() -> None:
    made = making(WORDS, ANIMATED, aspect="1:1", theme="water")
    (painted,), (to_move,) = made.image_requests(0), made.image_requests(1)
    assert (painted.width_px, painted.height_px, painted.seed, painted.theme) == (450, 450, 2000, "water")
    assert (to_move.width_px, to_move.seed) == (360, 2001)


def test_a_clip_is_asked_for_as_long_as_it_is_seen_and_begins_with_its_still() -> None:
    made = making(FILMED, {**MOVED, "duration_s": 7.5})
    (filmed,) = made.clip_requests(0, None)
    (moved,) = made.clip_requests(1, asset(3))
    assert (filmed.duration_s, filmed.width_px, filmed.height_px, filmed.image) == (5, 360, 640, None)
    assert (moved.duration_s, moved.image, moved.prompt) == (7.5, asset(3), "gates open")


def test_words_and_stills_are_filmed_by_those_who_can() -> None:
    here = market(FakeImage(dials("paints")), WordsOnly(dials("cheap", "0")), FakeClip(dials("dear", "1")))
    made = making(FILMED, MOVED, here=here)
    assert [one.provider for one in made.clip_requests(0, None)] == ["cheap:instant", "dear:instant"]
    assert [one.provider for one in made.clip_requests(1, asset(1))] == ["dear:instant"]
    assert {name: choice.reference for name, choice in made.choices.items()} == {
        "clip": "cheap:instant", "clip-from-still": "dear:instant",
    }  # fmt: skip
    with pytest.raises(InputError, match="no clip provider starts from a still picture"):
        making(MOVED, here=market(WordsOnly(dials("cheap"))))


def test_a_clip_that_is_given_can_t_be_set_in_motion() -> None:
    brief = VideoBrief.model_validate({"title": "Port", "shots": [{"image": "a.png"}, MOVED]})
    with pytest.raises(InputError, match=r"^shots\[1\]\.motion: the file is a clip"):
        ShotMaking.of(brief, [still(), clip()], market())


def test_a_made_clip_of_another_length_moves_nothing_and_a_held_end_is_told() -> None:
    made = making({**FILMED, "duration_s": 4}, {"image": "a.png"})
    assert made.foretold[0].clip is not None
    asked = made.piece(made.foretold)
    assert asked.reasons == ()
    for lasts_s, reasons in (
        (8.0, ()),
        (3.8, ()),
        (2.5, ("shots[0]: the clip lasts 2.5 s; its end is held for 1.5 s",)),
    ):
        came = footage_of_clip(asset(5, media_type="video/mp4", width_px=720, height_px=1280, duration_s=lasts_s))
        piece = made.piece([came, *made.foretold[1:]])
        assert piece.shot_list() == asked.shot_list()
        assert piece.reasons == reasons


def test_a_draft_that_nobody_named_is_told() -> None:
    class Sketch(FakeImage):
        capabilities = FakeImage.capabilities.model_copy(update={"draft": True})

    made = making(WORDS, here=market(Sketch(dials("sketch"))))
    (reason,) = made.piece(made.foretold).reasons
    assert reason.startswith("pictures by sketch:instant, a draft provider")


def test_music_is_asked_for_in_steps_and_never_longer_than_somebody_makes_it() -> None:
    class Short(FakeSound):
        capabilities = FakeSound.capabilities.model_copy(update={"max_duration_s": 15.0})

    here = market(FakeSound(dials("long")), Short(dials("short")))
    for length_s, asked in ((0.3, (10, 10)), (10, (10, 10)), (12, (20, 15)), (18.5, (20, 15))):
        made = making({"image": "a.png", "duration_s": length_s}, here=here, sound={"prompt": "harp"})
        requests = made.music_requests(made.piece(made.foretold))
        assert [(one.provider, one.kind, one.duration_s) for one in requests] == [
            ("long:instant", "music", asked[0]),
            ("short:instant", "music", asked[1]),
        ]


def test_the_music_s_own_provider_counts_before_the_brief_s() -> None:
    here = market(FakeSound(dials("one")), FakeSound(dials("other")))
    named = {"sound": "one"}
    shot = {"image": "a.png"}
    for sound, chosen in (({"prompt": "harp"}, "one"), ({"prompt": "harp", "provider": "other:instant"}, "other")):
        made = making(shot, here=here, providers=named, sound=sound)
        assert made.choices["sound"].references == (f"{chosen}:instant",)
