"""Clips and sounds are stages: planned for nothing, made once, and made by somebody else where one fails."""

from __future__ import annotations

from decimal import Decimal

import pytest

from media_factory.errors import AuthenticationFailed, ProviderError
from media_factory.requests import ClipRequest, ImageRequest, SoundRequest
from media_factory.runs import Run, begin_run
from media_factory.testing import Dials, FakeClip, FakeImage, FakeSound
from tasks.clips import generate_clip
from tasks.fallback import first_made
from tasks.images import generate_image
from tasks.sounds import generate_sound
from tests.conftest import MakeFactory

PRICE = Decimal("0.25")
CLIP = ClipRequest(provider="one:instant", prompt="waves", width_px=64, height_px=96, duration_s=0.5)
SOUND = SoundRequest(provider="one:instant", kind="music", prompt="harp", duration_s=3)


def dials(name: str = "one", *failures: ProviderError) -> Dials:
    return Dials(name=name, vendor=True, price_usd=PRICE, failures=failures)


async def test_planning_asks_nobody_and_gives_what_would_come(make_factory: MakeFactory) -> None:
    clips, sounds = FakeClip(dials()), FakeSound(dials())
    factory = make_factory(clips, sounds)
    with begin_run(Run(planning=True)) as run:
        clip = (await generate_clip(CLIP, factory)).clip
        sound = (await generate_sound(SOUND, factory)).sound
    assert (clip.media_type, clip.width_px, clip.height_px, clip.duration_s) == ("video/mp4", 64, 96, 0.5)
    assert (sound.duration_s, clip.size_bytes, sound.size_bytes) == (3, 0, 0)
    assert run.cost_usd == 2 * PRICE
    assert not clips.dials.calls
    assert not sounds.dials.calls


async def test_they_are_made_once_and_paid_once(make_factory: MakeFactory) -> None:
    clips, sounds = FakeClip(dials()), FakeSound(dials())
    factory = make_factory(clips, sounds)
    for paid in (2 * PRICE, 0):
        with begin_run(Run()) as run:
            clip, sound = await generate_clip(CLIP, factory), await generate_sound(SOUND, factory)
        assert run.cost_usd == paid
    assert (clip.clip.width_px, clip.clip.height_px, clip.clip.duration_s) == (64, 96, 0.5)
    assert sound.sound.duration_s == 3
    assert len(clips.dials.calls) == len(sounds.dials.calls) == 1


async def test_a_still_is_handed_to_who_sets_it_in_motion(make_factory: MakeFactory) -> None:
    factory = make_factory(FakeImage(), FakeClip(dials()))
    asked = ImageRequest(provider="fake:instant", prompt="a port", width_px=64, height_px=96)
    still = (await generate_image(asked, factory)).image
    from_words = await generate_clip(CLIP, factory)
    from_still = await generate_clip(CLIP.model_copy(update={"image": still}), factory)
    assert from_still.clip != from_words.clip


@pytest.mark.parametrize("stage", ["clip", "sound"])
async def test_the_next_best_makes_it_where_one_fails_for_good(make_factory: MakeFactory, stage: str) -> None:
    if stage == "clip":
        factory = make_factory(FakeClip(dials("one", AuthenticationFailed("401"))), FakeClip(dials("two")))
    else:
        factory = make_factory(FakeSound(dials("one", AuthenticationFailed("401"))), FakeSound(dials("two")))
    with begin_run(Run()) as run:
        if stage == "clip":
            made = await first_made(generate_clip, [CLIP, CLIP.model_copy(update={"provider": "two:instant"})], factory)
            assert made.provider == "two:instant"
        else:
            other = SOUND.model_copy(update={"provider": "two:instant"})
            heard = await first_made(generate_sound, [SOUND, other], factory)
            assert heard.provider == "two:instant"
    assert run.remarks == ["two:instant stands in for one:instant (AuthenticationFailed)"]
