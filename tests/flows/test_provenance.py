"""What products say of where they come from, from brief to delivered file."""

from __future__ import annotations

import asyncio
import json
import wave
from pathlib import Path

import pytest
from PIL import Image

from flows.image import create_image
from flows.video import create_video
from media_factory.briefs.model import ImageBrief, StoryBrief, VideoBrief
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.provenance.credentials import Credentials, context_for, read_credentials
from media_factory.delivery.provenance.identity import identity_of
from media_factory.delivery.provenance.keypair import key_pair
from media_factory.delivery.provenance.origins import sha256_of_text
from media_factory.files import sha256_of
from tests.flows.stories import produce, story_brief

TEXTS = ("The port reopened this morning.", "Forty vessels are waiting offshore.")


@pytest.fixture
def music(tmp_path: Path) -> Path:
    path = tmp_path / "music.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(b"\x00\x10\x00\xf0" * 48_000)
    return path


def credentials(manifest: Manifest, out: Path, home: Path, role: str) -> Credentials:
    output = manifest.output(role)
    context = context_for(identity_of(key_pair(home)))
    found = read_credentials(out / output.path, output.asset.media_type, context)
    assert found is not None and found.state == "trusted", found
    return found


def kind(found: Credentials) -> str:
    return (found.digital_source_type or "").rpartition("/")[2]


def small_story(**fields: object) -> StoryBrief:
    return story_brief(TEXTS, **fields)


def test_a_story_by_vendors_says_who_made_its_parts_and_what_the_user_brought(
    home: Path, tmp_path: Path, music: Path
) -> None:
    out = tmp_path / "out"
    manifest = produce(small_story(music=str(music), extras=["preview"]), out)
    film, narration = (credentials(manifest, out, home, role) for role in ("video", "narration"))
    assert (kind(film), kind(narration)) == ("compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia")
    assert kind(credentials(manifest, out, home, "preview")) == "compositeWithTrainedAlgorithmicMedia"
    assert kind(credentials(manifest, out, home, "scene-image")) == "trainedAlgorithmicMedia"
    assert film.generation is not None
    pictures = {output.asset.digest for output in manifest.outputs if output.role == "scene-image"}
    parts = film.generation.parts
    assert {part.digest for part in parts if part.role == "picture"} == pictures
    assert {part.provider for part in parts if part.role in ("picture", "narration")} == {"fake"}
    assert [part.prompt_sha256 for part in parts if part.role == "narration"] == [sha256_of_text(t) for t in TEXTS]
    prompts = [part.prompt_sha256 for part in parts if part.role == "picture"]
    assert prompts == [sha256_of_text(scene.prompt) for scene in manifest.scenes]
    (brought,) = (part for part in parts if part.role == "music")
    assert (brought.digest, brought.provider, brought.digital_source_type) == (f"sha256:{sha256_of(music)}", None, None)
    notes = json.loads((out / "publish.json").read_text())
    assert (notes["ai_generated"], notes["realistic"], notes["synthetic_voice"]) == (True, True, True)


def test_making_a_story_again_changes_no_marked_file(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = produce(small_story(), out)
    marked = {output.path: sha256_of(out / output.path) for output in first.outputs if output.marked}
    again = produce(small_story(), out)
    assert {output.path: sha256_of(out / output.path) for output in again.outputs if output.marked} == marked
    assert set(marked) == {
        "video-9x16.mp4", "poster.jpg", "narration.m4a", "scenes/scene-01-9x16.png", "scenes/scene-02-9x16.png",
    }  # fmt: skip


def test_a_brief_may_say_that_nothing_in_it_is_realistic(home: Path, tmp_path: Path) -> None:
    produce(small_story(realistic=False), tmp_path / "out")
    notes = json.loads((tmp_path / "out" / "publish.json").read_text())
    assert (notes["ai_generated"], notes["realistic"]) == (True, False)


def test_a_story_without_provenance_is_delivered_bare(home: Path, tmp_path: Path) -> None:
    manifest = produce(small_story(provenance="none"), tmp_path / "out")
    for output in manifest.outputs:
        assert output.marked is None and sha256_of(tmp_path / "out" / output.path) == output.asset.hex


def test_a_drawn_picture_is_no_work_of_a_trained_model(home: Path, tmp_path: Path) -> None:
    brief = ImageBrief.model_validate(
        {"headline": "Port reopens", "providers": {"image": "artboard"}, "width_px": 320, "height_px": 240}
    )
    manifest = asyncio.run(create_image.fn(brief, out=tmp_path / "out"))
    found = credentials(manifest, tmp_path / "out", home, "image")
    assert kind(found) == "algorithmicMedia"
    assert found.generation is not None
    assert (found.generation.provider, found.generation.made_at is not None) == ("artboard", True)
    assert json.loads((tmp_path / "out" / "publish.json").read_text())["ai_generated"] is False


def test_a_video_of_a_users_pictures_is_a_composite_of_what_nobody_told_us(home: Path, tmp_path: Path) -> None:
    Image.linear_gradient("L").resize((480, 640)).save(tmp_path / "photo.png")
    brief = VideoBrief.model_validate(
        {"title": "Port", "size": 360, "rate": 12, "shots": [{"image": str(tmp_path / "photo.png"), "duration_s": 2}]}
    )
    manifest = asyncio.run(create_video.fn(brief, out=tmp_path / "out"))
    found = credentials(manifest, tmp_path / "out", home, "video")
    assert kind(found) == "composite"
    assert found.generation is not None
    assert [(part.role, part.provider) for part in found.generation.parts] == [("picture", None)]
