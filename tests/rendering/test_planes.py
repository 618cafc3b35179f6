from __future__ import annotations

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from media_factory.errors import InputError, RenderError
from media_factory.rendering import planes
from media_factory.rendering.planes import (
    BT709,
    MAX_PIXELS,
    PlaneCache,
    Planes,
    load_planes,
    planes_of_rgb,
    working_size,
)

FRAME = (64, 64)
SIDES = st.integers(min_value=1, max_value=9000)
FRAMES = st.tuples(st.integers(min_value=64, max_value=8192), st.integers(min_value=64, max_value=8192))


def means(made: Planes) -> tuple[float, ...]:
    return tuple(float(plane.mean()) for plane in made)


def saved(picture: Image.Image, folder: Path, name: str = "picture.png", **options: object) -> Path:
    path = folder / name
    picture.save(path, **options)
    return path


# Codes of BT.709 at 8 bits, limited range, as ITU-R BT.709-6 gives them.
@pytest.mark.parametrize(
    ("rgb", "yuv"),
    [
        ((255, 255, 255), (235, 128, 128)),
        ((0, 0, 0), (16, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 255, 0), (173, 42, 26)),
        ((0, 0, 255), (32, 240, 118)),
        ((128, 128, 128), (126, 128, 128)),
    ],
)
def test_colours_become_their_bt709_codes(rgb: tuple[int, int, int], yuv: tuple[int, int, int]) -> None:
    assert means(planes_of_rgb(np.full((4, 4, 3), rgb, np.uint8))) == yuv


def test_a_chroma_sample_is_the_mean_of_its_four_pixels() -> None:
    checks = np.zeros((2, 2, 3), np.uint8)
    checks[0, 0] = checks[1, 1] = (255, 0, 0)
    _, u, v = planes_of_rgb(checks)
    assert u.shape == v.shape == (1, 1)
    assert (int(u[0, 0]), int(v[0, 0])) == ((102 + 128) // 2, (240 + 128) // 2)


@given(st.tuples(SIDES, SIDES), FRAMES, st.floats(1, 4))
def test_the_working_size_is_even_bounded_and_as_large_as_the_closest_window_needs(
    image: tuple[int, int], frame: tuple[int, int], zoom: float
) -> None:
    width, height = working_size(image, frame, zoom)
    assert width % 2 == height % 2 == 0
    assert min(width, height) >= 2
    scale = max(width / image[0], height / image[1])
    # Below that, as large as is allowed, less the few pixels that keep a picture's shape.
    if width * height < 0.9 * MAX_PIXELS and min(width, height) > 200:
        assert min(width / frame[0], height / frame[1]) >= zoom * 1.2
    if min(width, height) > 200:
        assert scale == pytest.approx(min(width / image[0], height / image[1]), rel=0.02)
        assert width * height <= MAX_PIXELS * 1.02


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "RGB", "RGBA", "LA", "I;16"])
def test_white_is_white_in_every_kind_of_picture(mode: str, tmp_path: Path) -> None:
    if mode == "I;16":
        picture = Image.fromarray(np.full((8, 8), 65535, np.uint16))
    else:
        picture = Image.new("RGB", (8, 8), "white").convert(mode)
    path = saved(picture, tmp_path, "white.tif" if mode == "CMYK" else "white.png")
    assert means(load_planes(path, FRAME, 1)) == (235, 128, 128)


def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path: Path) -> None:
    path = saved(Image.fromarray(np.full((8, 8), 32768, np.uint16)), tmp_path)
    assert means(load_planes(path, FRAME, 1))[0] == 126


def test_what_is_transparent_shows_white(tmp_path: Path) -> None:
    path = saved(Image.new("RGBA", (8, 8), (255, 0, 0, 0)), tmp_path)
    assert means(load_planes(path, FRAME, 1)) == (235, 128, 128)


@pytest.mark.parametrize("name", ["photo.png", "photo.jpg"])
def test_a_photograph_taken_sideways_stands_upright(name: str, tmp_path: Path) -> None:
    lying = Image.new("RGB", (128, 64), "black")
    lying.paste("white", (0, 0, 64, 64))
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: the top of the picture is at the right
    y, *_ = load_planes(saved(lying, tmp_path, name, exif=exif.tobytes()), (64, 128), 1)
    assert y.shape[0] == 2 * y.shape[1]
    assert y[: y.shape[0] // 3].mean() > 230
    assert y[-y.shape[0] // 3 :].mean() < 20


def test_a_picture_of_too_many_pixels_is_refused_by_its_header(tmp_path: Path) -> None:
    for width, height in ((9000, 9000), (30000, 30000)):
        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        chunk = b"IHDR" + header
        path = tmp_path / "bomb.png"
        path.write_bytes(
            b"\x89PNG\r\n\x1a\n"
            + struct.pack(">I", len(header))
            + chunk
            + struct.pack(">I", zlib.crc32(chunk))
            + struct.pack(">I", 0)
            + b"IDAT"
            + struct.pack(">I", zlib.crc32(b"IDAT"))
        )
        with pytest.raises(InputError, match="too large"):
            load_planes(path, FRAME, 1)


@pytest.mark.parametrize(
    "data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"%!PS-Adobe-3.0 EPSF-3.0\n"]
)
def test_bytes_that_are_no_picture_are_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    with pytest.raises(RenderError, match=r"picture\.png"):
        load_planes(path, FRAME, 1)


@pytest.mark.parametrize("name", ["picture.png", "picture.jpg"])
def test_a_picture_cut_short_is_refused(name: str, tmp_path: Path) -> None:
    path = saved(Image.effect_noise((64, 64), 50).convert("RGB"), tmp_path, name)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(RenderError, match=name):
        load_planes(path, FRAME, 1)


def scene(size: tuple[int, int]) -> Image.Image:
    """Return a picture of waves and grain in colour."""
    width, height = size
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [128 + 70 * np.sin(across / (5 + index)) * np.cos(down / (9 - index)) for index in range(3)]
    grain = np.random.default_rng(3).normal(0, 3, (height, width, 1))
    return Image.fromarray(np.clip(np.stack(waves, axis=-1) + grain, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("size", [(301, 530), (64, 90), (1000, 200)])
def test_a_scaled_picture_is_close_to_scaling_in_floating_point(size: tuple[int, int], tmp_path: Path) -> None:
    picture = scene(size)
    found = load_planes(saved(picture, tmp_path), (128, 192), 1)
    exact = cv2.split(cv2.transform(np.asarray(picture).astype(np.float32), BT709))
    for plane, ideal in zip(found, exact, strict=True):
        wanted = Image.fromarray(np.asarray(ideal)).resize((plane.shape[1], plane.shape[0]), Image.Resampling.LANCZOS)
        assert np.sqrt(np.mean((plane - np.asarray(wanted)) ** 2)) < 0.75  # of a code value; rounding alone is 0.29


def test_a_jpeg_shows_what_a_picture_of_its_pixels_shows(tmp_path: Path) -> None:
    photo = saved(scene((301, 530)), tmp_path, "photo.jpg", quality=85)
    with Image.open(photo) as picture:
        pixels = saved(picture.convert("RGB"), tmp_path, "pixels.png")
    for one, other in zip(load_planes(photo, FRAME, 1), load_planes(pixels, FRAME, 1), strict=True):
        assert np.array_equal(one, other)


def test_the_cache_keeps_at_most_its_bytes_and_forgets_the_oldest(tmp_path: Path) -> None:
    path = saved(Image.new("RGB", (64, 64)), tmp_path)
    one = sum(plane.nbytes for plane in load_planes(path, FRAME, 1))
    cache = PlaneCache(max_bytes=3 * one)
    kept = {name: cache.planes(name, path, FRAME, 1) for name in "abcde"}
    assert cache.size_bytes == 3 * one
    assert cache.planes("e", path, FRAME, 1) is kept["e"]
    assert cache.planes("a", path, FRAME, 1) is not kept["a"]
    assert cache.size_bytes == 3 * one


def test_a_picture_larger_than_the_cache_still_serves(tmp_path: Path) -> None:
    path = saved(Image.new("RGB", (64, 64)), tmp_path)
    cache = PlaneCache(max_bytes=1)
    assert cache.planes("a", path, FRAME, 1) is cache.planes("a", path, FRAME, 1)
    cache.planes("b", path, FRAME, 1)
    assert cache.size_bytes == sum(plane.nbytes for plane in load_planes(path, FRAME, 1))


def test_threads_that_need_the_same_picture_load_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, calls, start = saved(Image.new("RGB", (400, 400)), tmp_path), [], Barrier(4)

    def counting(*arguments: object) -> Planes:
        calls.append(arguments)
        return load_planes(*arguments)

    def ask(_: int) -> Planes:
        start.wait()
        return cache.planes("a", path, FRAME, 1)

    monkeypatch.setattr(planes, "load_planes", counting)
    cache = PlaneCache()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert len(calls) == 1
    assert all(each is found[0] for each in found)


def test_a_failure_is_not_remembered(tmp_path: Path) -> None:
    cache, path = PlaneCache(), tmp_path / "late.png"
    with pytest.raises(RenderError):
        cache.planes("a", path, FRAME, 1)
    saved(Image.new("RGB", (8, 8)), tmp_path, "late.png")
    assert means(cache.planes("a", path, FRAME, 1))[0] == 16
