"""Likeness: the same picture is known again, another is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from media_factory.delivery.provenance.likeness import SAME_BITS, difference, likeness_of, nearest
from tests.delivery.provenance.files import TYPES, picture

HASHES = st.integers(min_value=0, max_value=2**64 - 1).map(lambda number: f"{number:016x}")


def bits_between(one: Path, other: Path) -> float:
    found = difference(likeness_of(one, "image/png") or "", likeness_of(other, "image/png") or "")
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(8))
def test_sizes_formats_and_qualities_leave_a_picture_alike(seed: int, tmp_path: Path) -> None:
    original = picture(seed, (640, 384))
    original.save(tmp_path / "original.png")
    for name, changed in {
        "small.png": original.resize((120, 72)),
        "poor.jpg": original,
        "poor.webp": original.resize((320, 192)),
        "grey.png": ImageOps.grayscale(original),
        "brighter.png": original.point(lambda value: min(255, value + 12)),
    }.items():
        changed.save(tmp_path / name, **({} if name.endswith("png") else {"quality": 30}))
        assert bits_between(tmp_path / "original.png", tmp_path / name) <= SAME_BITS, name


def test_other_pictures_are_not_alike(tmp_path: Path) -> None:
    for seed in range(24):
        picture(seed, (320, 192)).save(tmp_path / f"{seed}.png")
    paths = sorted(tmp_path.iterdir())
    apart = [bits_between(one, other) for index, one in enumerate(paths) for other in paths[index + 1 :]]
    assert min(apart) > SAME_BITS + 2


def test_pictures_and_films_have_a_likeness_and_sounds_have_none(plain: dict[str, Path]) -> None:
    lengths = {name: len(likeness_of(path, TYPES[name]) or "") for name, path in plain.items()}
    assert {lengths[name] for name in lengths if TYPES[name].startswith("image/")} == {16}
    assert lengths["film.mp4"] == 48
    assert {lengths[name] for name in lengths if TYPES[name].startswith("audio/")} == {0}


@pytest.mark.parametrize("media_type", ["image/png", "video/mp4"])
def test_what_does_not_decode_looks_like_nothing(media_type: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"nothing to see")
    assert likeness_of(tmp_path / "file", media_type) is None


@given(HASHES, HASHES)
def test_a_difference_is_a_distance(one: str, other: str) -> None:
    assert difference(one, one) == 0
    assert difference(one, other) == difference(other, one)
    assert 0 <= (difference(one, other) or 0) <= 64


def test_a_film_and_a_picture_have_no_difference() -> None:
    assert difference("0" * 16, "0" * 48) is None
    assert difference("", "") is None
    assert difference("f" * 16 + "0" * 32, "0" * 48) == pytest.approx(64 / 3)


def test_the_nearest_is_found_only_among_those_that_are_near() -> None:
    near, nearer, far = "00000000000000ff", "000000000000000f", "ffffffffffffffff"
    assert nearest("0" * 16, [("far", far), ("near", near), ("nearer", nearer)]) == ("nearer", 4.0)
    assert nearest("0" * 16, [("far", far), ("film", "0" * 48)]) is None


def test_a_large_picture_is_not_unpacked_whole_where_its_format_allows(tmp_path: Path) -> None:
    Image.new("RGB", (4000, 3000), "navy").save(tmp_path / "large.jpg")
    assert likeness_of(tmp_path / "large.jpg", "image/jpeg") is not None
