"""What people bring: decoded to its end, bounded, kept with what they say about it."""

from __future__ import annotations

import gzip
import io
import os
import struct
import subprocess
import sys
import time
import wave
import zlib
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from media_factory.errors import InputError, StoreError
from media_factory.factory import Factory
from media_factory.library import About, Library, examiner
from media_factory.library.examining import Bounds, examine

ABOUT = About(title="A thing", source="https://example.org/thing", licence="CC-BY-4.0", tags=("logo", "blue"))


def picture(path: Path, kind: str = "PNG", size: tuple[int, int] = (64, 48)) -> Path:
    Image.effect_noise(size, 60).convert("RGB").save(path, format=kind)
    return path


def sound(path: Path, seconds: float = 0.5, rate_hz: int = 8000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(bytes(2 * int(seconds * rate_hz)))
    return path


def film(path: Path, frames: int = 5, rate: int = 10, size: tuple[int, int] = (64, 48)) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast"})
        stream.width, stream.height = size
        for shade in range(frames):
            frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), shade % 256, np.uint8), "rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode())
    return path


def animation(path: Path, frames: int, size: tuple[int, int]) -> Path:
    first, *others = [Image.new("P", size, shade % 256) for shade in range(frames)]
    first.save(path, format="GIF", save_all=True, append_images=others)
    return path


def header_only_png(path: Path, width: int, height: int) -> Path:
    """Write a PNG whose header says a size and whose pixels are a few bytes of zeros."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(10**7))) + chunk(b"IEND", b""))
    return path


@pytest.fixture
def library(factory: Factory) -> Library:
    return Library(factory)


@pytest.mark.parametrize(
    ("make", "media_type", "facts"),
    [
        (lambda path: picture(path), "image/png", {"width_px": 64, "height_px": 48}),
        (lambda path: picture(path, "JPEG"), "image/jpeg", {"width_px": 64}),
        (lambda path: picture(path, "WEBP"), "image/webp", {"height_px": 48}),
        (lambda path: animation(path, 3, (20, 10)), "image/gif", {"width_px": 20}),
        (lambda path: sound(path.with_suffix(".wav")), "audio/wav", {"duration_s": 0.5}),
        (lambda path: film(path.with_suffix(".mp4")), "video/mp4", {"duration_s": 0.5, "width_px": 64}),
        (lambda path: film(path.with_suffix(".mov")), "video/quicktime", {"duration_s": 0.5}),
        (lambda path: film(path.with_suffix(".mkv")), "video/x-matroska", {"duration_s": 0.5}),
    ],
)
async def test_pictures_sounds_and_films_are_kept_with_what_they_are(
    library: Library, factory: Factory, tmp_path: Path, make: Callable[[Path], Path], media_type: str, facts: dict
) -> None:
    path = make(tmp_path / "thing")
    kept = await library.upload(path, ABOUT)
    assert kept.asset.media_type == media_type
    assert {name: getattr(kept.asset, name) for name in facts} == facts
    assert await factory.store.read(kept.asset) == path.read_bytes()
    assert (kept.about, kept.file_name) == (ABOUT, path.name)


async def test_a_picture_in_memory_is_kept_as_png_pixel_for_pixel(library: Library, factory: Factory) -> None:
    drawn = Image.effect_noise((30, 20), 60).convert("RGBA")
    kept = await library.upload(drawn, About(title="Drawn"))
    read = Image.open(io.BytesIO(await factory.store.read(kept.asset)))
    assert read.tobytes() == drawn.tobytes()
    assert kept.file_name is None


async def test_a_second_upload_of_the_same_bytes_gets_the_new_description(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    await library.upload(path, About(title="Old"))
    await library.upload(path, About(title="New", tags=("x",)))
    (entry,) = (await library.list()).entries
    assert (entry.title, entry.tags) == ("New", ("x",))


def truncated(path: Path) -> Path:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    return path


def bombs(folder: Path) -> dict[str, tuple[Path, str]]:
    """Return files that must be refused, and what the refusal says."""
    folder.mkdir()
    playlist = folder / "playlist.mp4"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
    script = folder / "drawing.svg"
    script.write_text('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>')
    squeezed = folder / "squeezed.png"
    squeezed.write_bytes(gzip.compress(bytes(10**8)))
    sparse = folder / "sparse.png"
    picture(sparse)
    os.truncate(sparse, 51_000_000)
    huge = folder / "huge.mp4"
    film(huge)
    os.truncate(huge, 600 << 20)
    return {
        "81 megapixels": (header_only_png(folder / "large.png", 9000, 9000), "too many"),
        "more than Pillow's own limit": (header_only_png(folder / "larger.png", 65_000, 65_000), "too many"),
        "a long side": (header_only_png(folder / "long.png", 9000, 10), "too many"),
        "megapixels of a header alone": (header_only_png(folder / "lie.png", 8000, 8000), "does not decode"),
        "an animation": (animation(folder / "moving.gif", 90, (1800, 1800)), "animation"),
        "51 MB of a picture": (sparse, "50 MB"),
        "600 MiB": (huge, "larger than"),
        "11 minutes": (sound(folder / "long.wav", 660), "10 minutes"),
        "120 pictures a second": (film(folder / "fast.mp4", rate=120), "60 are the most"),
        "cut short": (truncated(picture(folder / "cut.jpg", "JPEG")), "does not decode"),
        "a film cut short": (truncated(film(folder / "cut.mp4")), "neither picture nor sound"),
        "a film whose end is missing": (truncated(film(folder / "cut.mkv", 40)), "cut short or damaged"),
        "a sound cut short": (truncated(sound(folder / "cut.wav", 3)), "cut short"),
        "a playlist": (playlist, "no picture, film or sound"),
        "a drawing": (script, "no picture, film or sound"),
        "squeezed zeros": (squeezed, "no picture, film or sound"),
    }


async def test_what_is_too_large_or_damaged_is_refused_fast_and_nothing_is_kept(
    library: Library, factory: Factory, tmp_path: Path
) -> None:
    for name, (path, message) in bombs(tmp_path / "bombs").items():
        began = time.perf_counter()
        with pytest.raises(InputError, match=message) as refused:
            await library.upload(path, ABOUT)
        print(f"{name}: {time.perf_counter() - began:.2f} s: {refused.value}")
        assert time.perf_counter() - began < 20  # an eighth of a second on an idle machine
        assert str(tmp_path) not in str(refused.value), name
    assert list(factory.store.inventory.holdings()) == []
    assert (await library.list()).entries == ()


def test_looking_into_bombs_takes_little_memory(tmp_path: Path) -> None:
    program = (
        "import re, runpy, sys; from pathlib import Path; runpy.run_path(sys.argv[3], run_name='__main__');"
        "print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text()).group(1))"
    )
    for name, (path, _) in bombs(tmp_path / "bombs").items():
        command = [sys.executable, "-I", "-c", program, str(path), Bounds().model_dump_json(), examiner.__file__]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
        if path.stat().st_size <= Bounds().film_bytes:
            assert '"refused"' in said[0], name
            assert int(said[1]) < 200 * 1024, f"{name}: {said[1]} KiB"


async def test_a_sound_longer_than_its_header_says_is_refused(tmp_path: Path) -> None:
    path = sound(tmp_path / "liar.wav", 3)
    with pytest.raises(InputError, match="longer than"):
        await examine(path, "liar", Bounds(duration_s=0.5))


async def test_a_folder_and_a_pipe_are_no_files(library: Library, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "nowhere"):
        with pytest.raises(InputError, match="no such file"):
            await library.upload(path, ABOUT)


async def test_what_was_taken_down_can_t_be_brought_again(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    kept = await library.upload(path, ABOUT)
    await library.take_down(kept.asset.digest, who="A. Person", why="it is my face")
    with pytest.raises(StoreError, match=f"{kept.asset.digest} was taken down by A. Person"):
        await library.upload(path, ABOUT)
    assert (await library.list()).entries == ()
    await library.lift(kept.asset.digest)
    assert (await library.upload(path, ABOUT)).asset == kept.asset
