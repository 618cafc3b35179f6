from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from media_factory.errors import RenderError
from media_factory.rendering.hdr import hdr_facts, make_hdr10
from media_factory.rendering.join import join
from media_factory.rendering.light import light_levels
from media_factory.rendering.probe import decode_check, probe
from media_factory.rendering.segments import encode_segment
from tests.rendering.films import PUSH, Gallery, run_ffmpeg, segment

RATE = Fraction(30000, 1001)


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    (tmp_path / "pictures").mkdir()
    return Gallery(tmp_path / "pictures")


def film_of(gallery: Gallery, asset: object, folder: Path, sound: Path | None = None) -> Path:
    parts = []
    for index, frames in enumerate((7, 5)):
        part = folder / f"{index}.mp4"
        encode_segment(segment((asset, PUSH, 0, 30), frames=frames, rate=RATE), gallery.paths, part)  # type: ignore[arg-type]
        parts.append((part, frames))
    join(parts, sound, RATE, folder / "master.mp4")
    return folder / "master.mp4"


def luma_10_bit(path: Path) -> Iterator[NDArray[np.uint16]]:
    with av.open(str(path)) as film:
        for frame in film.decode(video=0):
            plane = frame.planes[0]
            rows = np.frombuffer(plane, np.uint16).reshape(-1, plane.line_size // 2)  # type: ignore[call-overload]
            yield rows[: plane.height, : plane.width]


def pq_code(light_cdm2: float) -> float:
    """Return the 10-bit limited-range code of grey by SMPTE ST 2084."""
    y = (light_cdm2 / 10_000) ** 0.1593017578125
    signal = ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375
    return 64 + 876 * float(signal)


async def test_a_rendition_is_hdr10_and_says_so(gallery: Gallery, tmp_path: Path) -> None:
    master = film_of(gallery, gallery.card(1), tmp_path)
    light = await make_hdr10(master, tmp_path / "hdr.mp4", quality="draft")
    (facts,) = probe(tmp_path / "hdr.mp4").video
    assert (facts.codec, facts.profile, facts.pixel_format) == ("hevc", "Main 10", "yuv420p10le")
    assert (facts.colour_primaries, facts.colour_transfer) == ("bt2020", "smpte2084")
    assert (facts.colour_space, facts.colour_range) == ("bt2020nc", "tv")
    assert (facts.frames, facts.rate, facts.start_s) == (12, RATE, 0)
    said = hdr_facts(tmp_path / "hdr.mp4")
    assert (said.display_max_cdm2, said.display_min_cdm2, said.light) == (1000, 0.0001, light)
    assert 0 < light.max_fall < light.max_cll <= 203
    data = (tmp_path / "hdr.mp4").read_bytes()
    assert b"hvc1" in data
    assert b"edts" not in data
    await decode_check(tmp_path / "hdr.mp4")


@pytest.mark.parametrize(("colour", "shown_cdm2"), [("#ffffff", 203.0), ("#808080", 203 * (128 / 255) ** 2.4)])
async def test_white_comes_at_203_candelas_and_grey_as_a_reference_display_shows_it(
    colour: str, shown_cdm2: float, gallery: Gallery, tmp_path: Path
) -> None:
    master = film_of(gallery, gallery.flat(colour), tmp_path)
    light = await make_hdr10(master, tmp_path / "hdr.mp4", quality="high")
    for luma in luma_10_bit(tmp_path / "hdr.mp4"):
        assert float(np.median(luma)) == pytest.approx(pq_code(shown_cdm2), abs=3)
    assert light.max_cll == light.max_fall == pytest.approx(shown_cdm2, abs=2)


def test_colours_are_dimmer_in_bt2020_than_white(gallery: Gallery, tmp_path: Path) -> None:
    master = film_of(gallery, gallery.flat("#0000ff"), tmp_path)
    assert light_levels(master).max_cll == pytest.approx(203 * 0.8956, abs=3)


async def test_sound_and_frame_times_are_the_master_s(gallery: Gallery, tmp_path: Path) -> None:
    sound = tmp_path / "sound.m4a"
    said = run_ffmpeg("-f", "lavfi", "-i", "sine=440:r=48000:d=1", "-ac", "2", "-c:a", "aac", str(sound))
    assert said.returncode == 0, said.stderr
    master = film_of(gallery, gallery.card(1), tmp_path, sound)
    await make_hdr10(master, tmp_path / "hdr.mp4", quality="draft")

    def packets(path: Path, kind: str) -> list[tuple[Fraction, bytes]]:
        with av.open(str(path)) as film:
            stream = film.streams.get(**{kind: 0})[0]
            return sorted(
                (packet.pts * packet.time_base, bytes(packet) if kind == "audio" else b"")
                for packet in film.demux(stream)
                if packet.size
            )

    for kind in ("audio", "video"):
        assert packets(tmp_path / "hdr.mp4", kind) == packets(master, kind)


async def test_the_number_of_threads_does_not_change_the_bytes(gallery: Gallery, tmp_path: Path) -> None:
    master = film_of(gallery, gallery.card(1), tmp_path)
    for threads in (1, 2):
        await make_hdr10(master, tmp_path / f"{threads}.mp4", quality="draft", threads=threads)
    assert (tmp_path / "1.mp4").read_bytes() == (tmp_path / "2.mp4").read_bytes()


async def test_only_films_in_bt709_become_hdr10_and_nothing_is_left_of_others(gallery: Gallery, tmp_path: Path) -> None:
    untagged, hdr = tmp_path / "untagged.mp4", tmp_path / "hdr.mp4"
    said = run_ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64:d=0.2", "-pix_fmt", "yuv420p", str(untagged))
    assert said.returncode == 0, said.stderr
    await make_hdr10(film_of(gallery, gallery.card(1), tmp_path), hdr, quality="draft")
    for master in (untagged, hdr):
        with pytest.raises(RenderError, match=r"BT\.709"):
            await make_hdr10(master, tmp_path / "out" / "again.mp4")
    assert not (tmp_path / "out").exists()
    with pytest.raises(RenderError, match="mastering display"):
        hdr_facts(untagged)


def test_a_film_that_ends_too_soon_is_not_measured(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\x00\x00\x00\x18ftypisom")
    with pytest.raises(RenderError):
        light_levels(broken)
