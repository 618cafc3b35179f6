from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from media_factory.errors import InputError, RenderError
from media_factory.rendering.clips import ClipFrames, inspect_clip
from tests.rendering.clips import FIRST_LUMA, STEP, numbered_luma, write_clip, write_gif
from tests.rendering.films import run_ffmpeg

SIZE = (64, 48)


def opened(path: Path, size: tuple[int, int] = SIZE) -> ClipFrames:
    return ClipFrames(path, size, 1.0, 1.0)


def number_at(clip: ClipFrames, at: Fraction) -> int:
    """Return which picture of a numbered clip is seen at a time."""
    return round((float(clip.planes_at(at)[0].mean()) - FIRST_LUMA) / STEP)


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "numbered.mp4", 60, Fraction(30))


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mov", "libx264"), ("a.mkv", "libx264"),
                                             ("a.webm", "libvpx-vp9")])  # fmt: skip
def test_every_picture_of_a_clip_is_found_at_its_time(tmp_path: Path, name: str, codec: str) -> None:
    clip = opened(write_clip(tmp_path / name, 40, Fraction(30000, 1001), codec=codec))
    found = [number_at(clip, Fraction(2 * index + 1, 2) * Fraction(1001, 30000)) for index in range(40)]
    assert found == list(range(40))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 59), min_size=1, max_size=12))
def test_pictures_may_be_asked_for_in_any_order(numbered: Path, order: list[int]) -> None:
    clip = opened(numbered)
    assert [number_at(clip, Fraction(2 * index + 1, 60)) for index in order] == order


def test_a_film_at_another_rate_shows_the_picture_of_each_moment(numbered: Path) -> None:
    clip = opened(numbered)
    assert [number_at(clip, Fraction(2 * index + 1, 120)) for index in range(20)] == [index // 2 for index in range(20)]
    assert [number_at(clip, Fraction(2 * index + 1, 24)) for index in range(8)] == [1, 3, 6, 8, 11, 13, 16, 18]


def test_pictures_without_an_even_rate_keep_their_times(tmp_path: Path) -> None:
    clip = opened(write_clip(tmp_path / "uneven.mkv", 5, Fraction(25), times=(0, 40, 500, 520, 900)))
    at = {0.02: 0, 0.3: 1, 0.51: 2, 0.7: 3, 0.95: 4, 60: 4}
    assert {seconds: number_at(clip, Fraction(seconds)) for seconds in at} == at


def test_a_clip_is_as_long_as_its_pictures_are_shown(numbered: Path, tmp_path: Path) -> None:
    facts = inspect_clip(numbered)
    assert (facts.width_px, facts.height_px, facts.media_type, facts.loops) == (64, 48, "video/mp4", False)
    assert facts.duration_s == 2
    gif = inspect_clip(write_gif(tmp_path / "a.gif", ["red", "lime", "blue"], 150))
    assert (gif.duration_s, gif.media_type, gif.loops) == (pytest.approx(0.45), "image/gif", True)


def test_colours_of_every_matrix_and_range_become_bt709_limited(tmp_path: Path) -> None:
    red = ("-f", "lavfi", "-i", "color=c=red:s=64x48:r=10:d=0.5")
    kinds = {
        "601.mp4": ("-vf", "scale=out_color_matrix=bt601,format=yuv420p", "-colorspace", "smpte170m"),
        "unsaid.mp4": ("-vf", "scale=out_color_matrix=bt601,format=yuv420p"),
        "709.mp4": ("-vf", "scale=out_color_matrix=bt709,format=yuv420p", "-colorspace", "bt709"),
        "full.mp4": ("-vf", "scale=out_color_matrix=bt709:out_range=full,format=yuv420p", "-colorspace", "bt709",
                     "-color_range", "pc"),
        "rgb.mkv": ("-vf", "format=gbrp", "-c:v", "ffv1"),
    }  # fmt: skip
    for name, options in kinds.items():
        assert run_ffmpeg(*red, *options, str(tmp_path / name)).returncode == 0
        y, u, v = opened(tmp_path / name).planes_at(Fraction(1, 10))
        assert (int(y[20, 20]), int(u[10, 10]), int(v[10, 10])) == pytest.approx((63, 102, 240), abs=2), name


@pytest.mark.parametrize(("degrees", "corner"), [(90, "bottom left"), (180, "bottom right"), (270, "top right")])
def test_a_clip_from_a_turned_phone_stands_upright(tmp_path: Path, degrees: int, corner: str) -> None:
    picture = Image.new("RGB", (96, 64), "black")
    picture.paste("white", (0, 0, 20, 20))
    picture.save(tmp_path / "p.png")
    run_ffmpeg("-loop", "1", "-i", str(tmp_path / "p.png"), "-t", "0.4", "-r", "10", "-pix_fmt", "yuv420p",
               str(tmp_path / "flat.mp4"))  # fmt: skip
    turned = run_ffmpeg("-display_rotation", str(degrees), "-i", str(tmp_path / "flat.mp4"), "-c", "copy",
                        str(tmp_path / "turned.mp4"))  # fmt: skip
    assert turned.returncode == 0
    facts = inspect_clip(tmp_path / "turned.mp4")
    assert (facts.width_px, facts.height_px) == ((64, 96) if degrees != 180 else (96, 64))
    y = opened(tmp_path / "turned.mp4", (facts.width_px, facts.height_px)).planes_at(Fraction(0))[0]
    rows, columns = np.nonzero(y > 150)
    found = f"{'top' if rows.mean() < y.shape[0] / 2 else 'bottom'} "
    assert found + ("left" if columns.mean() < y.shape[1] / 2 else "right") == corner


def test_pixels_that_are_not_square_are_stretched(tmp_path: Path) -> None:
    made = run_ffmpeg("-f", "lavfi", "-i", "color=c=red:s=72x58:r=10:d=0.3", "-vf", "setsar=16/9", "-pix_fmt",
                      "yuv420p", str(tmp_path / "wide.mp4"))  # fmt: skip
    assert made.returncode == 0
    facts = inspect_clip(tmp_path / "wide.mp4")
    assert (facts.width_px, facts.height_px) == (128, 58)


def test_a_gif_shows_white_where_it_is_transparent(tmp_path: Path) -> None:
    pictures = [Image.new("RGBA", (64, 48), (0, 0, 0, 0)) for _ in range(2)]
    for index, picture in enumerate(pictures):
        picture.paste((255, 0, 0, 255), (32, 0, 60 - index, 48))
    pictures[0].save(tmp_path / "a.gif", save_all=True, append_images=pictures[1:], duration=100, disposal=2)
    y, _, v = opened(tmp_path / "a.gif").planes_at(Fraction(0))
    assert y[20, 10] == 235
    assert v[10, 24] == pytest.approx(240, abs=2)


def test_a_clip_is_scaled_to_cover_the_frame(numbered: Path) -> None:
    assert [plane.shape for plane in opened(numbered, (96, 200)).planes_at(Fraction(0))] == [
        (200, 266), (100, 133), (100, 133),
    ]  # fmt: skip


def test_what_is_too_large_too_long_or_hdr_is_refused(tmp_path: Path) -> None:
    def made(name: str, source: str, *options: str) -> Path:
        path = tmp_path / name
        assert run_ffmpeg("-f", "lavfi", "-i", source, *options, str(path)).returncode == 0
        return path

    wide = made("wide.mp4", "color=s=4200x64:r=1:d=1", "-pix_fmt", "yuv420p")
    long = made("long.mp4", "color=s=64x64:r=1:d=620", "-pix_fmt", "yuv420p")
    tags = "setparams=color_trc=arib-std-b67:color_primaries=bt2020:colorspace=bt2020nc"
    hdr = made("hdr.mp4", "color=s=64x64:r=5:d=1", "-vf", tags, "-pix_fmt", "yuv420p10le")
    for path, problem in (
        (wide, "4200x64 px large; at most 4096"),
        (long, "620 s; at most 600"),
        (hdr, r"HDR \(HLG\)"),
    ):
        with pytest.raises(InputError, match=problem):
            inspect_clip(path)


def test_files_that_are_no_clips_or_name_others_are_refused(tmp_path: Path, numbered: Path) -> None:
    playlists = {
        "list.m3u8": f"#EXTM3U\n#EXTINF:2,\n{numbered}\n#EXT-X-ENDLIST\n",
        "list.ffconcat": f"ffconcat version 1.0\nfile {numbered}\n",
        "words.mp4": "no clip at all",
    }
    for name, text in playlists.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(RenderError, match="no clip that we read"):
            inspect_clip(tmp_path / name)
    sound = tmp_path / "sound.m4a"
    assert run_ffmpeg("-f", "lavfi", "-i", "sine=d=0.5", str(sound)).returncode == 0
    with pytest.raises(RenderError, match="no moving pictures"):
        inspect_clip(sound)


def test_a_clip_that_ends_in_the_middle_says_so_or_holds_what_it_has(tmp_path: Path, numbered: Path) -> None:
    (tmp_path / "cut.mp4").write_bytes(numbered.read_bytes()[:400])
    with pytest.raises(RenderError):
        inspect_clip(tmp_path / "cut.mp4")


def test_the_last_picture_is_held(numbered: Path) -> None:
    assert opened(numbered).planes_at(Fraction(500))[0].mean() == pytest.approx(numbered_luma(59), abs=2.5)
