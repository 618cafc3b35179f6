"""Labels on pictures and frames: they are seen where they belong, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media_factory.assets import Asset
from media_factory.captions.badges import badge_for
from media_factory.captions.cards import Badge
from media_factory.design.themes import THEMES
from media_factory.errors import InputError
from media_factory.rendering.labelling import label_picture
from media_factory.rendering.model import Camera, SegmentRequest, ShotSpan, Window
from media_factory.rendering.poster import frame_image

SIZE = (720, 1280)


@pytest.fixture
def badge() -> Badge:
    found = badge_for("AI-generated", THEMES["news"], SIZE, "en")
    assert found is not None
    return found


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    Image.new("RGB", SIZE, (200, 120, 40)).save(path)
    return path


def changed_box(before: Image.Image, after: Image.Image) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what two pictures differ in by more than encoding does."""
    differs = np.abs(np.asarray(before, np.int16) - np.asarray(after, np.int16)).max(axis=2) > 3
    rows, columns = np.nonzero(differs.any(axis=1))[0], np.nonzero(differs.any(axis=0))[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def test_a_picture_is_as_it_was_but_for_the_words(picture: Path, badge: Badge, tmp_path: Path) -> None:
    target = tmp_path / "labelled.png"
    assert label_picture(picture, badge, target) == SIZE
    with Image.open(picture) as before, Image.open(target) as after:
        left, top, right, bottom = changed_box(before, after.convert("RGB"))
        box = badge.style.box
        assert box.x_px <= left < box.x_px + 30
        assert box.y_px <= top
        assert bottom <= box.y_px + box.height_px
        assert right < box.x_px + 300
        # White on a dark ground.
        words = np.asarray(after.crop((left, top, right, bottom)).convert("L"))
        assert words.max() > 230
        assert words.min() < 90


def test_a_badge_for_a_larger_picture_is_refused(badge: Badge, tmp_path: Path) -> None:
    small = tmp_path / "small.png"
    Image.new("RGB", (300, 300)).save(small)
    with pytest.raises(InputError, match="label: it is made for a larger picture than one of 300x300 px"):
        label_picture(small, badge, tmp_path / "labelled.png")


def test_every_frame_of_a_segment_carries_its_badge_in_one_place(picture: Path, badge: Badge) -> None:
    asset = Asset(
        digest="sha256:" + "a" * 64, media_type="image/png", size_bytes=1, width_px=SIZE[0], height_px=SIZE[1]
    )
    still = Camera(start=Window(zoom=1), end=Window(zoom=1))
    request = SegmentRequest(
        width_px=SIZE[0],
        height_px=SIZE[1],
        rate=25,
        frames=3,
        shots=(ShotSpan(image=asset, camera=still, first=0, of=3),),
    )
    images, labelled = {asset.digest: picture}, request.model_copy(update={"badge": badge})
    boxes = {
        changed_box(frame_image(request, frame, images), frame_image(labelled, frame, images)) for frame in range(3)
    }
    ((left, top, right, bottom),) = boxes
    box = badge.style.box
    assert box.x_px - 2 <= left
    assert box.y_px - 2 <= top
    assert right < box.x_px + 300
    assert bottom <= box.y_px + box.height_px + 2
