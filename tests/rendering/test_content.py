from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from media_factory.assets import Asset
from media_factory.rendering.compose import Composer
from media_factory.rendering.content import plain_share
from media_factory.rendering.join import join
from media_factory.rendering.model import ClipPart, SegmentRequest, ShotSpan, Transition
from media_factory.rendering.segments import FILM_ENCODING, encode_segment
from tests.rendering.clips import write_clip
from tests.rendering.films import PUSH, STILL, Gallery, decoded_luma, psnr_db, segment

LARGE = (432, 768)
CLIP = Asset(digest="sha256:" + "c" * 64, media_type="video/mp4", size_bytes=1, width_px=64, height_px=48)
Luma = NDArray[np.float64]


def slope(grain: float = 0.0) -> Luma:
    dice = np.random.default_rng(5)
    down, across = np.mgrid[0 : LARGE[1], 0 : LARGE[0]]
    tones: Luma = 60 + 40 * down / LARGE[1] + 10 * across / LARGE[0] + dice.normal(0, grain, down.shape)
    return tones.clip(0, 255)


def fur() -> Luma:
    rough = np.random.default_rng(6).normal(120, 30, (LARGE[1] // 6, LARGE[0] // 6))
    return np.clip(np.kron(rough, np.ones((6, 6))), 0, 255)


def hung(gallery: Gallery, luma: Luma) -> SegmentRequest:
    return segment((gallery.hang(Image.fromarray(luma.astype(np.uint8))), PUSH, 0, 20), frames=20)


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    (tmp_path / "pictures").mkdir()
    return Gallery(tmp_path / "pictures")


def test_a_slope_is_plain_with_a_cameras_grain_or_without_and_fur_is_not() -> None:
    assert plain_share(slope().astype(np.uint8)) > 0.95
    assert plain_share(slope(grain=1.5).astype(np.uint8)) > 0.8
    assert plain_share(fur().astype(np.uint8)) == 0


def test_the_share_is_that_of_the_plain_blocks() -> None:
    luma = fur().astype(np.uint8)
    luma[: luma.shape[0] * 3 // 4] = 90
    assert plain_share(luma) == pytest.approx(0.75, abs=0.02)
    assert plain_share(luma[:15]) == 0


@given(shade=st.integers(0, 77), seed=st.integers(0, 99), contrast=st.floats(0.1, 1))
def test_neither_brightness_nor_the_order_of_blocks_matters(shade: int, seed: int, contrast: float) -> None:
    dice = np.random.default_rng(seed)
    tiles = [(dice.random((16, 16)) * contrast * dice.integers(1, 100)).astype(np.uint8) for _ in range(12)]
    share = plain_share(np.hstack(tiles))
    assert plain_share(np.hstack([tile + np.uint8(2 * shade) for tile in tiles])) == share  # halves go to even
    assert plain_share(np.vstack([tiles[index] for index in dice.permutation(12)])) == share


def test_a_segment_is_plain_if_all_of_its_pictures_are_and_nothing_in_it_moves_by_itself(
    gallery: Gallery, tmp_path: Path
) -> None:
    plain, rough = hung(gallery, slope()), hung(gallery, fur())
    both = plain.model_copy(update={"shots": plain.shots + rough.shots})
    out_of_black = plain.model_copy(update={"transition": Transition(kind="fade", colour="#000000")})
    shot = ShotSpan(image=CLIP, camera=STILL, first=0, of=20, clip=ClipPart(first=0))
    moving = plain.model_copy(update={"shots": (shot,)})
    clips = {CLIP.digest: write_clip(tmp_path / "clip.mp4", 24)}
    found = [Composer(one, gallery.paths).plain for one in (plain, rough, both, out_of_black)]
    assert found == [True, False, False, True]
    assert not Composer(moving, clips).plain


def test_plain_and_rough_segments_join_into_one_film_that_plays(gallery: Gallery, tmp_path: Path) -> None:
    requests = [hung(gallery, slope()), hung(gallery, fur()), hung(gallery, slope(grain=1))]
    parts = []
    for index, request in enumerate(requests):
        target = tmp_path / f"{index}.mp4"
        parts.append((target, encode_segment(request, gallery.paths, target)))
    headers = []
    for path, _ in parts:
        with av.open(str(path)) as film:
            headers.append(film.streams.video[0].codec_context.extradata)
    assert all(one == other for one, other in pairwise(headers))
    whole = tmp_path / "film.mp4"
    join(parts, None, requests[0].rate, whole)
    joined = decoded_luma(whole)
    apart = [luma for path, _ in parts for luma in decoded_luma(path)]
    assert len(joined) == len(apart) == 60
    assert all(np.array_equal(one, other) for one, other in zip(joined, apart, strict=True))


def test_only_what_is_plain_is_encoded_with_the_settings_for_it(gallery: Gallery, tmp_path: Path) -> None:
    for luma, differs in ((slope(grain=1), True), (fur(), False)):
        request = hung(gallery, luma)
        without = request.model_copy(
            update={"encoding": FILM_ENCODING.model_copy(update={"plain_crf": None, "plain_tuning": ""})}
        )
        files = []
        for index, asked in enumerate((request, without)):
            files.append(tmp_path / f"{index}.mp4")
            encode_segment(asked, gallery.paths, files[-1])
        assert (files[0].read_bytes() != files[1].read_bytes()) == differs
        assert all(psnr_db(*pair) > 38 for pair in zip(*map(decoded_luma, files), strict=True))
