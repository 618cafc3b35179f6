"""A story, end to end, with fakes for pictures and speech."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import av
import pytest

from media_factory.captions.words import split_words
from media_factory.delivery.manifest import Manifest, Output
from media_factory.files import sha256_of
from media_factory.rendering.probe import measure_loudness
from tests.flows.stories import TEXTS, made, planned, produce, rows_of, states, story_brief


@pytest.fixture
def story(home: Path, tmp_path: Path) -> tuple[Manifest, Path]:
    out = tmp_path / "out"
    return produce(story_brief(), out), out


def delivered_sha256(output: Output) -> str:
    """Return the sha256 of an output's delivered file, as the manifest tells it."""
    return output.marked.sha256 if output.marked else output.asset.hex


def test_a_story_delivers_everything_that_belongs_to_it(story: tuple[Manifest, Path]) -> None:
    manifest, out = story
    expected = {
        "video-9x16.mp4", "captions.vtt", "captions.srt", "alignment.json", "narration.m4a", "poster.jpg",
        "index.html", "manifest.json", "publish.json", *(f"scenes/scene-{n:02d}-9x16.png" for n in range(1, 5)),
    }  # fmt: skip
    assert {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} == expected
    assert manifest.status == "passed"
    assert manifest.cost_usd == Decimal(0)
    for output in manifest.outputs:
        assert sha256_of(out / output.path) == delivered_sha256(output)


def test_the_manifest_on_disk_is_the_one_that_is_returned(story: tuple[Manifest, Path]) -> None:
    manifest, out = story
    assert Manifest.model_validate_json((out / "manifest.json").read_text()) == manifest
    assert isinstance(json.loads((out / "manifest.json").read_text())["cost_usd"], str)


def test_the_video_is_as_long_as_its_timeline_in_frames_and_sound(story: tuple[Manifest, Path]) -> None:
    manifest, out = story
    with av.open(str(out / "video-9x16.mp4")) as film:
        frames = list(film.decode(video=0))
        assert (frames[0].width, frames[0].height) == (360, 640)
    with av.open(str(out / "video-9x16.mp4")) as film:
        samples = sum(frame.samples for frame in film.decode(audio=0))
        assert film.streams.audio[0].rate == 48_000
    length_s = Fraction(str(manifest.duration_s))
    assert len(frames) == round(length_s * 12)
    assert abs(samples / 48_000 - float(length_s)) <= 1 / 12


def test_the_sound_has_the_loudness_of_the_platforms(story: tuple[Manifest, Path]) -> None:
    import asyncio

    loudness = asyncio.run(measure_loudness(story[1] / "video-9x16.mp4"))
    assert abs(loudness.integrated_lufs - -14) <= 0.5
    assert loudness.true_peak_dbtp <= -1


def test_the_alignment_has_every_word_of_the_script_as_written_in_order(story: tuple[Manifest, Path]) -> None:
    words = json.loads((story[1] / "alignment.json").read_text())["words"]
    assert [word["text"] for word in words] == [word for text in TEXTS for word in split_words(text)]
    starts = [word["start_s"] for word in words]
    assert starts == sorted(starts)


def test_the_second_time_everything_is_cached_and_delivered_alike(story: tuple[Manifest, Path], tmp_path: Path) -> None:
    first, out = story
    again = produce(story_brief(), tmp_path / "again")
    assert made(again) == set()
    assert again.cost_usd == Decimal(0)
    assert [one.asset for one in again.outputs if one.role != "page"] == [
        one.asset for one in first.outputs if one.role != "page"
    ]
    for output in again.outputs:
        if output.role != "page" and output.marked is None:
            assert (tmp_path / "again" / output.path).read_bytes() == (out / output.path).read_bytes()


@pytest.mark.parametrize("edited", range(len(TEXTS)))
def test_an_edited_scene_makes_only_what_it_touches_and_the_plan_foretells_it(
    story: tuple[Manifest, Path], tmp_path: Path, edited: int
) -> None:
    texts = (*TEXTS[:edited], "This sentence is new, and not as long as the one before it.", *TEXTS[edited + 1 :])
    foretold = planned(story_brief(texts))
    remade = produce(story_brief(texts), tmp_path / "edited")
    assert made(foretold) == made(remade)
    assert states(foretold) == states(remade)
    for stage in ("generate-image", "synthesize-speech", "write-prompt"):
        assert [row.scene for row in rows_of(remade, stage) if row.state == "made"] == [edited]
    segments = rows_of(remade, "render-segment")
    neighbours = (edited > 0) + (edited < len(TEXTS) - 1)
    kept = [row for row in segments if row.state == "cached"]
    assert len(kept) >= len(segments) - neighbours - 2
    assert len(kept) < len(segments)


def test_a_plan_of_a_new_story_makes_everything_and_nothing_happens(home: Path) -> None:
    plan = planned(story_brief())
    assert all(row.state == "made" for row in plan.stages)
    assert not list((home / "store" / "assets").rglob("sha256/*/*"))
    assert not (home / "deliveries").exists()


def test_any_flipped_byte_in_the_store_is_noticed_and_made_again(story: tuple[Manifest, Path], tmp_path: Path) -> None:
    first, out = story
    store = Path(tmp_path / "home" / "store" / "assets")
    stored = sorted(path for path in store.rglob("*") if path.is_file())
    sound = {path: path.read_bytes() for path in stored}
    dice = random.Random(1)
    named_by_receipts = 0
    for path in stored:
        data = bytearray(sound[path])
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        path.chmod(0o644)
        path.write_bytes(data)
        again = produce(story_brief(), tmp_path / "again")
        named_by_receipts += bool(made(again))
        for output in again.outputs:
            assert sha256_of(tmp_path / "again" / output.path) == delivered_sha256(output)
            if output.role != "page" and output.marked is None:  # two signings of the same bytes differ
                assert sha256_of(tmp_path / "again" / output.path) == sha256_of(out / output.path)
        if not sound[path].startswith(b"<!doctype"):  # the page of a run shows what was cached: each is a new one
            assert path.read_bytes() == sound[path]
    assert named_by_receipts >= len(first.stages) - 5
    assert len(list((tmp_path / "home" / "store" / "quarantine").iterdir())) >= named_by_receipts
