from __future__ import annotations

import io
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from media_factory.assets import pending_asset
from media_factory.delivery.extras_model import Storyboard
from media_factory.delivery.previews import draw_storyboard, make_preview
from media_factory.delivery.storyboards import storyboard_vtt
from media_factory.errors import InputError, RenderError
from tests.delivery.films import SmallFilm
from tests.rendering.films import run_ffmpeg


def counting_film(folder: Path, seconds: int, size: str = "288x512") -> Path:
    """Write a film whose luma rises by eight with every second, and begins anew every 24."""
    path = folder / "counting.mp4"
    levels = "format=yuv420p,geq=lum='16+8*mod(floor(T),24)':cb=128:cr=128"
    source = f"color=black:size={size}:rate=10:duration={seconds},{levels}"
    made = run_ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-crf", "4", "-g", "20", str(path))
    assert made.returncode == 0, made.stderr
    return path


def luma_at(second: int) -> int:
    return 16 + 8 * (second % 24)


def shown_luma(picture: Image.Image) -> float:
    return 16 + float(np.asarray(picture.convert("L"), np.float64).mean()) * 219 / 255


def test_tiles_show_the_seconds_that_they_stand_for(tmp_path: Path) -> None:
    sheet = draw_storyboard(counting_film(tmp_path, 23), Fraction(23))
    assert (sheet.tiles, sheet.columns, sheet.step_s, sheet.tile) == (23, 10, 1, (90, 160))
    assert sheet.image.size == (900, 480)
    for index in range(23):
        left, top = index % 10 * 90, index // 10 * 160
        tile = sheet.image.crop((left + 4, top + 4, left + 86, top + 156))
        assert shown_luma(tile) == pytest.approx(luma_at(index), abs=2)
    with Image.open(io.BytesIO(sheet.jpeg())) as read:
        assert (read.format, read.size) == ("JPEG", (900, 480))


def test_a_long_film_has_sixty_tiles_and_a_wide_one_lies(tmp_path: Path) -> None:
    sheet = draw_storyboard(counting_film(tmp_path, 90, "160x90"), Fraction(90))
    assert (sheet.tiles, sheet.step_s, sheet.tile) == (60, Fraction(3, 2), (160, 90))
    for index in (0, 31, 59):
        left, top = index % 10 * 160, index // 10 * 90
        tile = sheet.image.crop((left + 4, top + 4, left + 156, top + 86))
        assert shown_luma(tile) == pytest.approx(luma_at(int(1.5 * index + 0.75)), abs=2)


def test_a_film_of_half_a_second_has_one_tile(tmp_path: Path) -> None:
    film = tmp_path / "short.mp4"
    assert run_ffmpeg("-f", "lavfi", "-i", "color=red:size=96x96:rate=10:duration=0.5", str(film)).returncode == 0
    assert draw_storyboard(film, Fraction(1, 2)).image.size == (160, 160)


@given(milliseconds=st.integers(100, 900_000))
def test_the_cues_follow_one_another_to_the_end_and_name_tiles_on_the_sheet(milliseconds: int) -> None:
    duration_s = Fraction(milliseconds, 1000)
    step_s = max(Fraction(1), duration_s / 60)
    tiles = max(1, -(-duration_s // step_s))
    board = Storyboard(
        sheet=pending_asset("key", "image/jpeg"),
        tile_width_px=90,
        tile_height_px=160,
        columns=min(10, tiles),
        tiles=tiles,
        step_s=step_s,
        duration_s=duration_s,
    )
    text = storyboard_vtt(board, "storyboard.jpg")
    times = re.findall(
        r"(\d+):(\d+):(\d+)\.(\d+) --> (\d+):(\d+):(\d+)\.(\d+)\nstoryboard\.jpg#xywh=(\d+),(\d+),", text
    )
    assert len(times) == tiles <= 60
    assert text.startswith("WEBVTT\n\n")
    at = 0
    for *clock, x, y in (map(int, row) for row in times):
        start, end = ((h * 3600 + m * 60 + s) * 1000 + ms for h, m, s, ms in (clock[:4], clock[4:]))
        assert start == at < end
        assert x + 90 <= 900
        assert y + 160 <= 160 * 6
        at = end
    assert at == milliseconds


def test_a_preview_moves_is_of_the_asked_width_and_fits(film: SmallFilm) -> None:
    data, size = make_preview(film.master, 320, 500_000)
    with Image.open(io.BytesIO(data)) as preview:
        assert (preview.format, preview.size, preview.n_frames) == ("WEBP", (320, 569), 30)
        assert preview.info["loop"] == 0
        preview.load()
        assert preview.info["duration"] == 100
    assert size == (320, 569)
    assert len(data) <= 500_000
    tight, size = make_preview(film.master, 320, 120_000)
    assert len(tight) <= 120_000
    assert size[0] <= 320


def test_a_preview_is_no_wider_than_the_film_and_short_films_are_shown_whole(tmp_path: Path) -> None:
    film = tmp_path / "small.mp4"
    made = run_ffmpeg("-f", "lavfi", "-i", "testsrc2=size=128x72:rate=10:duration=2", "-pix_fmt", "yuv420p", str(film))
    assert made.returncode == 0
    data, size = make_preview(film, 320, 500_000)
    assert size == (128, 72)
    with Image.open(io.BytesIO(data)) as preview:
        assert preview.n_frames == 20


def test_what_cannot_be_shown_is_refused(film: SmallFilm, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="allow more"):
        make_preview(film.master, 320, 500)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film")
    with pytest.raises(RenderError, match=r"broken\.mp4"):
        draw_storyboard(broken, Fraction(1))
