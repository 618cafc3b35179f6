"""Videos whose shots and music are made from words, from brief to folder."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flows.video import create_video
from media_factory.briefs.model import VideoBrief
from media_factory.delivery.manifest import Manifest
from media_factory.errors import ContentBlocked, InputError, NotReached
from media_factory.files import sha256_of
from media_factory.rendering.probe import measure_loudness, probe
from media_factory.runs import Run, begin_run
from tests.flows.stories import made, planned, produce, rows_of, story_brief
from tests.rendering.films import card, decoded_luma

RATE = 12
FAKES = {"image": "fake", "clip": "fake", "sound": "fake"}
SHOTS: list[dict[str, object]] = [
    {"prompt": "a port at dawn", "duration_s": 2, "camera": "push", "caption": "Port reopens"},
    {"prompt": "waves against a pier", "motion": "clip", "duration_s": 2, "transition": "wipe", "transition_s": 0.5},
    {"prompt": "cranes turn slowly", "motion": "animated", "duration_s": 1},
]


def brief_of(*shots: dict[str, object], **fields: object) -> VideoBrief:
    data = {"title": "Port", "size": 360, "rate": RATE, "shots": shots or SHOTS, "providers": FAKES, **fields}
    return VideoBrief.model_validate(data)


def make(brief: VideoBrief, out: Path) -> Manifest:
    return asyncio.run(create_video.fn(brief, out=out))


def plan(brief: VideoBrief) -> Manifest:
    with begin_run(Run(planning=True)):
        return asyncio.run(create_video.fn(brief))


def counted(manifest: Manifest) -> list[tuple[str, int, str]]:
    return sorted((row.stage, -1 if row.scene is None else row.scene, row.state) for row in manifest.stages)


def test_a_video_of_words_has_its_picture_its_clips_and_its_music_and_the_plan_says_so(
    home: Path, tmp_path: Path
) -> None:
    brief = brief_of(sound={"prompt": "calm piano, slow"})
    foretold = plan(brief)
    assert not list((home / "store").rglob("sha256/*/*"))
    manifest = make(brief, tmp_path / "out")
    assert manifest.status == "passed", manifest.reasons
    assert counted(foretold) == counted(manifest)
    for stage, scenes in (("generate-image", [0, 2]), ("generate-clip", [1, 2]), ("generate-sound", [None])):
        assert [(row.scene, row.provider) for row in rows_of(manifest, stage)] == [
            (scene, "fake:instant") for scene in scenes
        ]
    # What depends on nothing that has yet to be made is foretold by its very key.
    assert {row.key for row in rows_of(foretold, "generate-sound")} == {
        row.key for row in rows_of(manifest, "generate-sound")
    }
    assert set(manifest.providers) == {"image", "clip", "clip-from-still", "sound"}
    film = tmp_path / "out" / "video-9x16.mp4"
    facts = probe(film)
    assert facts.video[0].frames == 5 * RATE - round(0.5 * RATE)
    assert facts.audio
    assert asyncio.run(measure_loudness(film)).integrated_lufs == pytest.approx(-14, abs=0.5)
    assert manifest.cost_usd == Decimal(0)


def test_a_second_time_nothing_is_made_and_an_edited_prompt_makes_its_own_shot_only(home: Path, tmp_path: Path) -> None:
    brief = brief_of(sound={"prompt": "calm piano, slow"})
    make(brief, tmp_path / "out")
    assert made(make(brief, tmp_path / "out")) == set()
    assert made(plan(brief)) == set()
    other = [*SHOTS[:2], {**SHOTS[2], "prompt": "cranes stand still"}]
    edited = make(brief_of(*other, sound={"prompt": "calm piano, slow"}), tmp_path / "out")
    bought = {row for row in made(edited) if row[0].startswith("generate-")}
    assert bought == {("generate-image", 2), ("generate-clip", 2)}


def test_a_given_picture_is_set_in_motion_by_its_words(home: Path, tmp_path: Path) -> None:
    card(1, (360, 640)).save(tmp_path / "port.png")
    shot = {"image": str(tmp_path / "port.png"), "prompt": "gates open", "motion": "clip", "duration_s": 1}
    manifest = make(brief_of(shot), tmp_path / "out")
    assert not rows_of(manifest, "generate-image")
    assert set(manifest.providers) == {"clip"}
    shown = decoded_luma(tmp_path / "out" / "video-9x16.mp4")[RATE // 2].astype(float)
    still = np.asarray(Image.open(tmp_path / "port.png").convert("L"), float)
    assert np.corrcoef(shown.ravel(), still.ravel())[0, 1] > 0.98


def test_what_can_t_be_filmed_is_refused_before_anything_is_made(home: Path, tmp_path: Path) -> None:
    gif = tmp_path / "clip.gif"
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime")]
    frames[0].save(gif, save_all=True, append_images=frames[1:], duration=100)
    moved: dict[str, object] = {"image": str(gif), "prompt": "gates open", "motion": "clip"}
    for shots, problem in (
        ([{**SHOTS[0], "duration_s": 1}, {**SHOTS[1], "transition_s": 1.5}], "are too short; its transitions take"),
        ([{**SHOTS[1], "duration_s": 90}], "lasts 60 s at most, and 90 s are asked"),
        ([moved], r"^shots\[0\]\.motion: the file is a clip"),
    ):
        with pytest.raises(InputError, match=problem):
            make(brief_of(*shots), tmp_path / "out")
    # The store has what was given, and nothing else.
    assert [path.name for path in (home / "store").rglob("sha256/*/*")] == [sha256_of(gif)]


@pytest.mark.parametrize("modality", ["clip", "sound"])
def test_where_nobody_can_nobody_is_asked_for_the_rest_either(home: Path, tmp_path: Path, modality: str) -> None:
    others = {name: fake for name, fake in FAKES.items() if name != modality}
    with pytest.raises(NotReached, match=f"no {modality} provider can work here"):
        make(brief_of(providers=others, sound={"prompt": "harp"}), tmp_path / "out")
    assert not list((home / "store").rglob("sha256/*/*"))


def test_words_for_music_are_judged_before_anybody_is_asked(home: Path, tmp_path: Path) -> None:
    (tmp_path / "deny.txt").write_text("forbidden melody\n")
    home.mkdir()
    (home / "policy.yaml").write_text(f"content: {{deny_file: {tmp_path / 'deny.txt'}}}\n")
    for run in (make, lambda brief, _: plan(brief)):
        with pytest.raises(ContentBlocked):
            run(brief_of(sound={"prompt": "the forbidden melody"}), tmp_path / "out")


def test_a_story_lies_over_music_that_is_made_for_its_length(home: Path, tmp_path: Path) -> None:
    brief = story_brief(music={"prompt": "calm piano, slow", "provider": "fake:instant"})
    foretold = planned(brief)
    assert len(rows_of(foretold, "generate-sound")) == 1
    manifest = produce(brief, tmp_path / "out")
    (row,) = rows_of(manifest, "generate-sound")
    assert row.provider == "fake:instant"
    assert manifest.providers["sound"].explicit
    assert manifest.status == "passed", manifest.reasons
    silent = produce(story_brief(id="silent"), tmp_path / "silent")
    assert silent.output("narration").asset == manifest.output("narration").asset
    assert silent.output("video").asset.digest != manifest.output("video").asset.digest
    # An edit of a word or two moves the film's end, and buys no other music.
    texts = [scene.text for scene in brief.scenes or ()]
    edited = story_brief((*texts[:-1], "The next meeting is in seven."), music=brief.music)
    again = produce(edited, tmp_path / "again")
    assert [row.state for row in rows_of(again, "generate-sound")] == ["cached"]
