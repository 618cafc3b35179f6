from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from media_factory.delivery.boxes import tracks_of
from media_factory.delivery.codec_names import describe
from media_factory.errors import RenderError
from tests.rendering.films import run_ffmpeg

# Main at level 3.0; Main 10 at level 1, main tier, progressive frames; AV1 Main at level 2.0, main tier, 10 bits.
NAMES = {"h264": "avc1.4d401e", "hevc": "hvc1.2.4.L30.90", "av1": "av01.0.00M.10"}
SOURCE = ("-f", "lavfi", "-i", "testsrc2=size=192x108:rate=25:duration=0.4", "-f", "lavfi", "-i", "sine=duration=0.4")
RATES = ("-b:v", "99k", "-c:a", "aac", "-b:a", "64k")
CODECS = {
    "h264": ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-profile:v", "main", "-level", "3.0"),
    "hevc": ("-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", "-x265-params", "log-level=none"),
    "av1": ("-c:v", "libsvtav1", "-pix_fmt", "yuv420p10le", "-preset", "12"),
}


def encoded(folder: Path, *options: str) -> Path:
    path = folder / "film.mp4"
    made = run_ffmpeg(*SOURCE, *options, *RATES, str(path))
    assert made.returncode == 0, made.stderr
    return path


@pytest.mark.parametrize("codec", CODECS)
def test_codecs_are_named_as_players_expect(codec: str, tmp_path: Path) -> None:
    film = encoded(tmp_path, *CODECS[codec])
    pictures, sound = (describe(track) for track in tracks_of(memoryview(film.read_bytes())))
    assert (pictures.codec, sound.codec) == (NAMES[codec], "mp4a.40.2")
    assert (pictures.width_px, pictures.height_px, pictures.rate) == (192, 108, Fraction(25))
    assert (pictures.video_range, sound.channels) == ("SDR", 1)


def test_hdr_is_named(tmp_path: Path) -> None:
    tags = "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc"
    film = encoded(tmp_path, *CODECS["hevc"], "-vf", tags)
    assert describe(tracks_of(memoryview(film.read_bytes()))[0]).video_range == "PQ"


def test_codecs_that_streams_do_not_carry_are_refused(tmp_path: Path) -> None:
    film = encoded(tmp_path, "-c:v", "mpeg4")
    with pytest.raises(RenderError, match="can't carry 'mp4v'"):
        describe(tracks_of(memoryview(film.read_bytes()))[0])
