"""What is in a media file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import ffmpeg
import numpy as np
import pytest

from media_factory.errors import RenderError
from media_factory.rendering.ffmpeg import DETERMINISTIC, write_file
from media_factory.rendering.inspect_model import SILENCE_DBTP, SILENCE_LUFS
from media_factory.rendering.probe import decode_check, measure_loudness, probe
from tests.rendering.sounds import Records, tone


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Return where a film of 50 frames at 25 frames a second will lie."""
    return tmp_path / "film.mp4"


async def write_film(target: Path) -> None:
    picture = ffmpeg.input("testsrc2=size=128x72:rate=25:duration=2", format="lavfi")
    sound = ffmpeg.input("sine=duration=2:sample_rate=48000", format="lavfi")
    tagged = picture.filter("setparams", color_primaries="bt709", color_trc="bt709", colorspace="bt709", range="tv")
    await write_file([tagged, sound], target, vcodec="libx264", pix_fmt="yuv420p", acodec="aac", **DETERMINISTIC)


def damage(film: Path) -> None:
    """Zero a stretch of a film's coded data."""
    data = bytearray(film.read_bytes())
    middle = data.index(b"mdat") + 2000
    data[middle : middle + 3000] = bytes(3000)
    film.write_bytes(data)


async def test_headers_say_size_rate_length_and_colour(film: Path) -> None:
    await write_film(film)
    facts = probe(film)
    video, audio = facts.video[0], facts.audio[0]
    assert (video.codec, video.width_px, video.height_px) == ("h264", 128, 72)
    assert (video.rate, video.frames) == (Fraction(25), 50)
    assert (video.pixel_format, video.duration_s, video.start_s) == ("yuv420p", 2.0, 0.0)
    tags = (video.colour_range, video.colour_primaries, video.colour_transfer, video.colour_space)
    assert tags == ("tv", "bt709", "bt709", "bt709")
    assert (audio.codec, audio.profile, audio.sample_rate_hz, audio.channels) == ("aac", "LC", 48_000, 1)
    assert facts.size_bytes > 10_000
    assert facts.duration_s == pytest.approx(2, abs=0.03)


async def test_a_sound_film_decodes(film: Path) -> None:
    await write_film(film)
    await decode_check(film)


async def test_a_damaged_film_does_not_decode(film: Path) -> None:
    await write_film(film)
    damage(film)
    with pytest.raises(RenderError, match=r"film\.mp4 does not decode"):
        await decode_check(film)


def test_what_is_no_media_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("dear diary")
    with pytest.raises(RenderError, match=r"notes\.mp4 is no media file"):
        probe(tmp_path / "notes.mp4")
    with pytest.raises(RenderError, match=r"gone\.mp4 is no media file"):
        probe(tmp_path / "gone.mp4")


async def test_loudness_is_that_of_the_standard(tmp_path: Path) -> None:
    """EBU Tech 3341 case 1: a stereo 1 kHz sine at -23 dBFS reads -23 LUFS; one channel alone reads 3 LU less."""
    Records(tmp_path).press(tone(20, level=10 ** (-23 / 20)))
    heard = await measure_loudness(tmp_path / "0.wav")
    assert heard.integrated_lufs == pytest.approx(-26, abs=0.1)
    assert heard.true_peak_dbtp == pytest.approx(-23, abs=0.1)


async def test_silence_measures_the_floor(tmp_path: Path) -> None:
    Records(tmp_path).press(np.zeros(48_000))
    heard = await measure_loudness(tmp_path / "0.wav")
    assert (heard.integrated_lufs, heard.true_peak_dbtp) == (SILENCE_LUFS, SILENCE_DBTP)
