"""A visible label: on the picture that is delivered, in every frame of a film, and in nothing that is made before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from flows.image import create_image
from media_factory.briefs.model import BRIEF, ImageBrief
from media_factory.delivery.manifest import Manifest
from tests.flows.stories import TEXTS, made, planned, produce, story_brief

pytestmark = pytest.mark.usefixtures("home")


def picture(out: Path, **fields: object) -> Manifest:
    brief = BRIEF.validate_python(
        {
            "kind": "image",
            "prompt": "a quiet harbour",
            "width_px": 640,
            "height_px": 480,
            "providers": {"image": "artboard"},
            **fields,
        }
    )
    assert isinstance(brief, ImageBrief)
    return asyncio.run(create_image.fn(brief, out=out))


def test_a_labelled_picture_costs_no_second_picture(tmp_path: Path) -> None:
    picture(tmp_path / "bare", provenance="none")
    manifest = picture(tmp_path / "labelled", label="AI-generated", provenance="none")
    assert made(manifest) == {("label-image", None)}
    with Image.open(tmp_path / "bare/image.png") as bare, Image.open(tmp_path / "labelled/image.png") as labelled:
        left, top, right, bottom = ImageChops.difference(bare.convert("RGB"), labelled.convert("RGB")).getbbox() or ()
        assert labelled.size == (640, 480)
        assert right - left < 240
        assert bottom - top < 60
        assert top < 60


def test_a_labelled_picture_says_in_its_marks_too_what_made_it(tmp_path: Path) -> None:
    manifest = picture(tmp_path / "labelled", label="AI-generated")
    marked = manifest.output("image").marked
    assert marked is not None


def test_a_label_makes_the_frames_anew_and_neither_words_nor_pictures(tmp_path: Path) -> None:
    brief = story_brief(TEXTS[:2])
    produce(brief, tmp_path / "bare")
    labelled = story_brief(TEXTS[:2], label="Made with AI")
    assert {stage for stage, _ in made(planned(labelled))} == {
        "render-segment",
        "join-master",
        "make-poster",
        "inspect-master",
    }
