"""Paths in a brief are meant from the folder that the brief lies in."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_factory.briefs.model import MadeSound, StoryBrief, VideoBrief
from media_factory.briefs.reading import read_brief

STORY = "kind: story\ntitle: A\narticle: Some words to say.\nmusic: {music}\n"
VIDEO = "kind: video\ntitle: A\nshots: [{image: a.png, depth: d.png}, {image: 'https://host/b.png'}]\nsound: bed.wav\n"


@pytest.mark.parametrize(
    ("music", "found"),
    [
        ("beds/calm.wav", "{folder}/beds/calm.wav"),
        ("/beds/calm.wav", "/beds/calm.wav"),
        ("s3://a/b.wav", "s3://a/b.wav"),
    ],
)
def test_a_relative_path_becomes_whole_and_others_stay(tmp_path: Path, music: str, found: str) -> None:
    (tmp_path / "story.yaml").write_text(STORY.replace("{music}", music))
    brief = read_brief(tmp_path / "story.yaml")
    assert isinstance(brief, StoryBrief)
    assert brief.music == found.replace("{folder}", str(tmp_path))


def test_what_is_made_from_words_is_nowhere(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(STORY.replace("{music}", "{prompt: calm piano}"))
    (tmp_path / "video.yaml").write_text("kind: video\ntitle: A\nshots: [{prompt: a port}]\nsound: {prompt: harp}\n")
    story, video = read_brief(tmp_path / "story.yaml"), read_brief(tmp_path / "video.yaml")
    assert isinstance(story, StoryBrief)
    assert isinstance(video, VideoBrief)
    assert (story.music, video.sound) == (MadeSound(prompt="calm piano"), MadeSound(prompt="harp"))
    assert video.shots[0].image is None


def test_a_brief_that_is_named_from_elsewhere_finds_its_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "video.yaml").write_text(VIDEO)
    monkeypatch.chdir(tmp_path)
    brief = read_brief("video.yaml")
    assert isinstance(brief, VideoBrief)
    assert [shot.image for shot in brief.shots] == [str(tmp_path / "a.png"), "https://host/b.png"]
    assert [shot.depth for shot in brief.shots] == [str(tmp_path / "d.png"), None]
    assert brief.sound == str(tmp_path / "bed.wav")
