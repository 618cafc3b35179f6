from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from media_factory.errors import InputError
from media_factory.factory import Factory
from media_factory.rendering.footage import take_in_footage
from tests.rendering.clips import write_clip, write_gif


@dataclass
class Pointed:
    image: str
    depth: str | None = None


def picture(path: Path, size: tuple[int, int] = (60, 40), **options: object) -> str:
    Image.new("RGB", size, "#204060").save(path, **options)  # type: ignore[arg-type]
    return str(path)


async def problem_of(factory: Factory, *shots: Pointed) -> str:
    with pytest.raises(InputError) as refused:
        await take_in_footage(shots, factory.store)
    return str(refused.value)


async def test_pictures_and_clips_are_told_apart_by_what_they_hold(factory: Factory, tmp_path: Path) -> None:
    still = Path(picture(tmp_path / "a.png")).rename(tmp_path / "a.mp4")
    clip = write_clip(tmp_path / "b.mp4", 15).rename(tmp_path / "b.jpg")
    one_picture = write_gif(tmp_path / "c.gif", ["red"])
    moving = write_gif(tmp_path / "d.gif", ["red", "lime"])
    found = await take_in_footage([Pointed(str(path)) for path in (still, clip, one_picture, moving)], factory.store)
    assert [footage.clip is not None for footage in found] == [False, True, False, True]
    assert [footage.image.media_type for footage in found] == ["image/png", "video/mp4", "image/gif", "image/gif"]
    assert [footage.size for footage in found] == [(60, 40), (64, 48), (64, 48), (64, 48)]
    assert found[1].image.duration_s == pytest.approx(0.5)


async def test_a_turned_photograph_has_its_upright_size(factory: Factory, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (found,) = await take_in_footage([Pointed(picture(tmp_path / "a.jpg", exif=exif))], factory.store)
    assert found.size == (40, 60)


async def test_a_depth_map_belongs_to_its_shot_only(factory: Factory, tmp_path: Path) -> None:
    image, depth = picture(tmp_path / "a.png"), picture(tmp_path / "d.png", (30, 20))
    plain, deep = await take_in_footage([Pointed(image), Pointed(image, depth)], factory.store)
    assert plain.depth is None
    assert deep.depth is not None
    assert plain.image == deep.image


def bomb(side: int) -> bytes:
    """Return a PNG that says it is `side` pixels wide and high, and holds nothing."""
    chunks = (b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0), b"IDAT" + zlib.compress(b""))
    written = (struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


async def test_each_bad_file_is_refused_in_one_line_that_names_its_field(factory: Factory, tmp_path: Path) -> None:
    good = picture(tmp_path / "good.png", (400, 300))
    cut = tmp_path / "cut.png"
    Image.effect_noise((400, 300), 90).save(cut)
    cut.write_bytes(cut.read_bytes()[:20_000])
    files = {
        "words.png": (b"no picture", "is no picture .* or clip"),
        "list.mp4": (b"#EXTM3U\nfile:///etc/passwd\n", "is no picture .* or clip"),
        "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no picture .* or clip"),
        "large.png": (bomb(9000), "64 megapixels"),
        "huge.png": (bomb(60_000), "64 megapixels"),
        "none.png": (b"", "is empty"),
        "cut.png": (cut.read_bytes(), "is no picture .* or clip"),
    }
    for name, (data, problem) in files.items():
        (tmp_path / name).write_bytes(data)
        said = await problem_of(factory, Pointed(good), Pointed(str(tmp_path / name)))
        assert said.startswith("shots[1].image: "), name
        assert re.search(problem, said), said
        assert "\n" not in said
        assert "store" not in said


async def test_depth_maps_that_don_t_fit_are_refused_by_field(factory: Factory, tmp_path: Path) -> None:
    image, square = picture(tmp_path / "a.png"), picture(tmp_path / "s.png", (40, 40))
    clip = str(write_clip(tmp_path / "c.mp4", 5))
    assert await problem_of(factory, Pointed(image, square)) == (
        "shots[0].depth: the map is 40x40, the picture 60x40; give one of the same shape"
    )
    assert (await problem_of(factory, Pointed(clip, image))).startswith("shots[0].depth: a clip takes no depth map")
    assert (await problem_of(factory, Pointed(image, clip))).startswith("shots[0].depth: the file is a clip")
    assert (await problem_of(factory, Pointed(image, "/nowhere.png"))).startswith("shots[0].depth: ")
