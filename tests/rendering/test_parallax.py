from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from media_factory.errors import InputError, RenderError
from media_factory.rendering.compose import Composer, empty_planes
from media_factory.rendering.model import Parallax, SegmentRequest
from media_factory.rendering.parallax import load_depth, parallax_camera, parallax_for, viewpoint
from media_factory.rendering.planes import PlaneCache
from tests.rendering.films import SIZE, STILL, Gallery, card, segment

REACH = 0.05
PICTURE = (432, 768)


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    return Gallery(tmp_path)


def bands() -> Image.Image:
    """Return a depth map: the upper third far, the middle third between, the lower third near."""
    depth = Image.new("L", PICTURE, 0)
    depth.paste(128, (0, 256, 432, 512))
    depth.paste(255, (0, 512, 432, 768))
    return depth


def waves() -> Image.Image:
    """Return upright waves of 48 pixels, brighter and darker."""
    row = np.rint(128 + 90 * np.sin(2 * np.pi * np.arange(432) / 48)).astype(np.uint8)
    return Image.fromarray(np.broadcast_to(row, (768, 432)).copy())


def request_of(
    gallery: Gallery, picture: Image.Image, depth: Image.Image, *, still: bool = False, frames: int = 60
) -> SegmentRequest:
    camera = STILL if still else parallax_camera(REACH)
    made = segment((gallery.hang(picture), camera, 0, frames), frames=frames)
    parallax = Parallax(depth=gallery.hang(depth), reach=REACH)
    return made.model_copy(update={"shots": (made.shots[0].model_copy(update={"parallax": parallax}),)})


def lumas(request: SegmentRequest, gallery: Gallery) -> list[NDArray[np.uint8]]:
    composer, out, found = Composer(request, gallery.paths, PlaneCache()), empty_planes(SIZE), []
    for frame in range(request.frames):
        composer.draw(frame, out)
        found.append(out[0].copy())
    return found


def moved_px(frames: list[NDArray[np.uint8]], row: int) -> list[float]:
    """Return where the waves of a row are in each frame, across, counted from the first frame."""
    wave = np.exp(-2j * np.pi * np.arange(12, 204) / 24)
    phases = np.unwrap([np.angle((frame[row, 12:204] * wave).sum()) for frame in frames])
    return list((phases[0] - phases) * 24 / (2 * np.pi))


def test_what_is_near_travels_farther_than_what_is_far_and_beyond_it_by_the_reach(gallery: Gallery) -> None:
    frames = lumas(request_of(gallery, waves(), bands(), still=True), gallery)
    far, between, near = (moved_px(frames, row)[-1] for row in (50, 192, 330))
    assert near == pytest.approx(0.75 * REACH * SIZE[0], abs=0.3)
    assert far == pytest.approx(-0.25 * REACH * SIZE[0], abs=0.3)
    assert far < between < near
    assert abs(near) > 2 * abs(far)


def test_it_moves_without_jitter_and_never_turns_back(gallery: Gallery) -> None:
    frames = lumas(request_of(gallery, waves(), bands(), still=True), gallery)
    along = [viewpoint(frame, 60, STILL)[0] * REACH * SIZE[0] * 0.75 for frame in range(60)]
    found = moved_px(frames, 330)
    errors = [here - there for here, there in zip(found, along, strict=True)]
    assert np.sqrt(np.mean(np.diff(errors) ** 2)) <= 0.02
    assert all(after > before for before, after in pairwise(found))


def test_a_map_of_one_brightness_leaves_the_picture_to_the_camera(gallery: Gallery) -> None:
    deep = request_of(gallery, card(1, PICTURE), Image.new("L", PICTURE, 77), frames=4)
    flat = deep.model_copy(update={"shots": (deep.shots[0].model_copy(update={"parallax": None}),)})
    for one, other in zip(lumas(deep, gallery), lumas(flat, gallery), strict=True):
        assert np.abs(one.astype(int) - other).max() <= 3  # a picture under the camera may lie 0.015 px off


def test_near_things_keep_their_shape(gallery: Gallery) -> None:
    picture, depth = Image.new("RGB", PICTURE, "#204060"), Image.new("L", PICTURE, 0)
    picture.paste("white", (150, 300, 282, 432))
    depth.paste(255, (150, 300, 282, 432))
    for luma in lumas(request_of(gallery, picture, depth, still=True, frames=7), gallery):
        rows, columns = np.nonzero(luma > 140)
        assert columns.max() - columns.min() + 1 == pytest.approx(66, abs=2)
        assert rows.max() - rows.min() + 1 == pytest.approx(66, abs=2)


def test_no_edge_of_the_picture_shows(gallery: Gallery) -> None:
    """A picture with a red rim of 1 % never shows it: the camera keeps away from it."""
    picture = card(2, PICTURE)
    framed = Image.new("RGB", PICTURE, "#ff0000")
    framed.paste(picture.crop((4, 4, 428, 764)), (4, 4))
    request, out = request_of(gallery, framed, bands(), frames=9), empty_planes(SIZE)
    composer = Composer(request, gallery.paths, PlaneCache())
    for frame in range(9):
        composer.draw(frame, out)
        assert out[2][:, :2].max() < 230
        assert out[2][:, -2:].max() < 230


@given(st.floats(0.2, 120), st.integers(2, 400))
def test_the_viewpoint_goes_from_one_side_to_the_other_on_an_arc(duration_s: float, frames: int) -> None:
    assert 0.02 <= parallax_for(duration_s) <= 0.05
    first, last = (viewpoint(frame, frames, STILL) for frame in (0, frames - 1))
    assert first == pytest.approx((-0.5, 0), abs=1e-9)
    assert last == pytest.approx((0.5, 0), abs=1e-9)
    assert viewpoint(frames // 2, frames, STILL)[1] <= 0


def test_sixteen_bits_of_depth_are_kept(tmp_path: Path) -> None:
    steps = np.broadcast_to(np.linspace(20000, 20600, 432).astype(np.uint16), (768, 432))
    path = tmp_path / "depth.png"
    assert cv2.imwrite(str(path), steps)
    depth = load_depth(path, (432, 768), 0.02)
    assert depth.shape == (384, 216)
    assert len(np.unique((depth[100] * 1000).round())) > 100
    assert depth[100, 5] < 0.1 < 0.9 < depth[100, -5]


def test_maps_of_another_shape_and_broken_ones_are_refused(tmp_path: Path) -> None:
    Image.new("L", (100, 100)).save(tmp_path / "square.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(InputError, match="does not have its picture's shape"):
        load_depth(tmp_path / "square.png", (432, 768), 0.02)
    with pytest.raises(RenderError, match="can't be read"):
        load_depth(tmp_path / "broken.png", (432, 768), 0.02)
