"""Pictures that users bring come out in the colours that their makers saw, whatever their kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from media_factory.errors import InputError
from media_factory.factory import Factory
from media_factory.rendering.footage import take_in_footage
from media_factory.rendering.planes import load_planes, planes_of_rgb
from media_factory.rendering.stills import rgb_of
from tests.rendering.test_footage import Pointed

COLOUR, OTHER, SIZE = (200, 100, 50), (10, 20, 240), (48, 48)
PLAIN = Image.new("RGB", SIZE, COLOUR)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def codes(rgb: tuple[int, int, int]) -> tuple[float, ...]:
    return tuple(float(plane.mean()) for plane in planes_of_rgb(np.full((4, 4, 3), rgb, np.uint8)))


def sixteen_bits(path: Path, *channels: int) -> None:
    assert cv2.imwrite(str(path), np.full((*SIZE, len(channels)), [257 * value for value in channels], np.uint16))


def animated(path: Path, **options: object) -> None:
    PLAIN.save(path, save_all=True, append_images=[Image.new("RGB", SIZE, OTHER)], **options)  # type: ignore[arg-type]


KINDS: dict[str, Callable[[Path], object]] = {
    "photograph.avif": lambda path: PLAIN.save(path, quality=95),
    "moving.avif": lambda path: animated(path, quality=95),
    "moving.webp": lambda path: animated(path, lossless=True),
    "moving.png": animated,
    "printed.jpg": lambda path: PLAIN.convert("CMYK").save(path, quality=95),
    "printed.tif": lambda path: PLAIN.convert("CMYK").save(path),
    "deep.png": lambda path: sixteen_bits(path, *COLOUR[::-1]),
    "deep.tif": lambda path: sixteen_bits(path, *COLOUR[::-1]),
    "deep-with-alpha.png": lambda path: sixteen_bits(path, *COLOUR[::-1], 255),
    "few.png": lambda path: PLAIN.quantize(2).save(path),
    "profiled.png": lambda path: PLAIN.save(path, icc_profile=SRGB),
}


@pytest.mark.parametrize("name", KINDS)
async def test_every_kind_of_picture_is_taken_in_and_shows_its_colour(
    name: str, factory: Factory, tmp_path: Path
) -> None:
    path = tmp_path / name
    KINDS[name](path)
    (found,) = await take_in_footage([Pointed(str(path))], factory.store)
    assert (found.clip, found.size) == (None, SIZE)
    made = load_planes(await factory.store.fetch(found.image), SIZE, 1.0)
    assert [float(plane.mean()) for plane in made] == pytest.approx(codes(COLOUR), abs=2)


@pytest.mark.parametrize(
    ("mode", "value", "seen"),
    [
        ("RGBA", (0, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (*COLOUR, 255), COLOUR),
        ("RGBA", (0, 0, 0, 128), (127, 127, 127)),
        ("LA", (100, 255), (100, 100, 100)),
        ("I;16", 120 * 257, (120, 120, 120)),
        ("I", 120 * 257, (120, 120, 120)),
        ("1", 1, (255, 255, 255)),
    ],
)
def test_what_is_transparent_shows_white_and_grey_of_any_depth_stays_grey(
    mode: str, value: object, seen: tuple[int, int, int]
) -> None:
    made = rgb_of(Image.new(mode, (4, 4), value))  # type: ignore[arg-type]
    assert made.mode == "RGB"
    assert np.abs(np.asarray(made).astype(int) - seen).max() <= 1


def swapped() -> bytes:
    """Return a profile in which red stands for green and green for red."""
    return SRGB.replace(b"rXYZ", b"~~~~").replace(b"gXYZ", b"rXYZ").replace(b"~~~~", b"gXYZ")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_profile_says_what_the_colours_mean(mode: str) -> None:
    picture = Image.new("RGB", (4, 4), (255, 0, 0)).convert(mode)
    picture.info["icc_profile"] = swapped()
    red, green, blue = np.asarray(rgb_of(picture))[0, 0].tolist()
    assert green > 250
    assert max(red, blue) < 5


def test_a_profile_that_is_srgb_or_broken_changes_no_pixel() -> None:
    for profile in (SRGB, b"", b"not a profile", SRGB[:200], SRGB[:-40] + bytes(40)):
        noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (32, 32, 3), dtype=np.uint8))
        before = np.asarray(noise).copy()
        noise.info["icc_profile"] = profile
        assert np.array_equal(np.asarray(rgb_of(noise)), before)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "avif", "tif"])
def test_a_turned_picture_is_turned_back(suffix: str, orientation: int, tmp_path: Path) -> None:
    upright = np.zeros((64, 96, 3), np.uint8)
    upright[:32, :48] = COLOUR
    stored = {
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1],
        5: upright.transpose(1, 0, 2), 6: np.rot90(upright), 7: np.rot90(upright, 2).transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned.{suffix}"
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif, quality=95)
    luma, *_ = load_planes(path, (96, 64), 1.0)
    rows, columns = luma.shape
    assert (rows < columns, rows // 2 * 2, columns // 2 * 2) == (True, rows, columns)
    top, left = rows // 4, columns // 4
    corners = [int(luma[y, x]) for y in (top, -top) for x in (left, -left)]
    assert corners == pytest.approx([codes(COLOUR)[0], 16, 16, 16], abs=3)


async def test_a_picture_of_floating_point_numbers_is_a_depth_map_and_no_picture(
    factory: Factory, tmp_path: Path
) -> None:
    depth, picture = tmp_path / "depth.tif", tmp_path / "picture.png"
    Image.fromarray(np.linspace(0, 1, 48 * 48, dtype=np.float32).reshape(48, 48)).save(depth)
    PLAIN.save(picture)
    with pytest.raises(InputError, match=r"shots\[0\]\.image: the picture holds floating-point numbers"):
        await take_in_footage([Pointed(str(depth))], factory.store)
    (found,) = await take_in_footage([Pointed(str(picture), str(depth))], factory.store)
    assert found.depth is not None
    with pytest.raises(InputError, match="floating-point"):
        rgb_of(Image.open(depth))


async def test_an_avif_beyond_the_limit_is_refused_before_it_is_decoded(factory: Factory, tmp_path: Path) -> None:
    path = tmp_path / "large.avif"
    Image.new("L", (9000, 7200)).convert("RGB").save(path, quality=30, speed=10)
    held = len(path.read_bytes())
    assert held < 1 << 20
    with pytest.raises(InputError, match=r"shots\[0\]\.image: the picture has 9000x7200 pixels; 64 megapixels"):
        await take_in_footage([Pointed(str(path))], factory.store)


async def test_a_broken_avif_is_refused_by_field(factory: Factory, tmp_path: Path) -> None:
    path = tmp_path / "broken.avif"
    Image.effect_noise((200, 200), 90).convert("RGB").save(path, quality=90)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"^shots\[0\]\.image: the file is no picture \(PNG, JPEG, WebP, AVIF"):
        await take_in_footage([Pointed(str(path))], factory.store)
