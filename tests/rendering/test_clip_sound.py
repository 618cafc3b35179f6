"""A clip's own sound is what its shot shows of it, to the sample."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from media_factory.assets import Asset
from media_factory.errors import MediaFactoryError, RenderError
from media_factory.rendering.clip_sound import take_sound
from media_factory.rendering.clips import inspect_clip
from media_factory.rendering.model import ClipSoundRequest
from tests.rendering.clips import write_clip
from tests.rendering.films import run_ffmpeg

RATE = Fraction(30)
ASSET = Asset(digest=f"sha256:{1:064x}", media_type="video/mp4", size_bytes=9)


def sounding(folder: Path, expression: str, *options: str, seconds: int = 3, name: str = "clip.mp4") -> Path:
    """Write a clip whose sound follows ffmpeg's expression in `t`."""
    silent = write_clip(folder / "silent.mp4", seconds * 20, Fraction(20))
    tone = f"aevalsrc='{expression}':s=44100:d={seconds}"
    sound = "pcm_s16le" if name.endswith("mkv") else "aac"
    run = run_ffmpeg(
        *("-i", str(silent), *options, "-f", "lavfi", "-i", tone, "-map", "0:v", "-map", "1:a"),
        *("-c:v", "copy", "-c:a", sound, "-y", str(folder / name)),
    )
    assert run.returncode == 0, run.stderr
    return folder / name


def asked(first: int, frames: int, **fades: int) -> ClipSoundRequest:
    return ClipSoundRequest(clip=ASSET, first=first, frames=frames, rate=RATE, **fades)


def samples(path: Path) -> NDArray[np.float32]:
    with av.open(str(path)) as opened:
        assert opened.streams.audio[0].rate == 48_000
        parts = [frame.to_ndarray().reshape(-1, frame.layout.nb_channels) for frame in opened.decode(audio=0)]
    return np.asarray(np.concatenate(parts)[:, 0] / 32768, np.float32)


def level(part: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(part.astype(np.float64) ** 2)))


async def test_what_is_heard_is_what_is_seen(tmp_path: Path) -> None:
    # Loud from 1 s to 2 s, quiet around it.
    clip = sounding(tmp_path, "sin(880*PI*t)*(0.02+0.4*between(t,1,2))", name="clip.mkv")
    assert inspect_clip(clip).sounds
    assert await take_sound(asked(15, 60), clip, tmp_path / "a.flac")
    heard = samples(tmp_path / "a.flac")
    assert len(heard) == 96_000
    loud = [level(heard[at : at + 2400]) > 0.1 for at in range(0, 96_000, 2400)]
    assert loud == [10 <= at < 30 for at in range(40)]


async def test_it_is_as_long_as_its_shot_where_the_clip_s_sound_ends_before(tmp_path: Path) -> None:
    clip = sounding(tmp_path, "0.4*sin(880*PI*t)", name="clip.mkv")
    assert await take_sound(asked(75, 45), clip, tmp_path / "a.flac")
    heard = samples(tmp_path / "a.flac")
    assert len(heard) == 72_000
    assert level(heard[:20_000]) > 0.1
    assert level(heard[26_000:]) == 0


async def test_sound_that_begins_after_the_pictures_keeps_its_place(tmp_path: Path) -> None:
    clip = sounding(tmp_path, "0.4*sin(880*PI*t)", "-itsoffset", "1", name="clip.mkv")
    assert await take_sound(asked(0, 60), clip, tmp_path / "a.flac")
    heard = samples(tmp_path / "a.flac")
    assert level(heard[:47_000]) < 0.001
    assert level(heard[49_000:90_000]) > 0.1


async def test_it_comes_and_goes_as_its_pictures_do(tmp_path: Path) -> None:
    clip = sounding(tmp_path, "0.4*sin(880*PI*t)")
    assert await take_sound(asked(0, 90, fade_in_frames=30, fade_out_frames=15), clip, tmp_path / "a.flac")
    heard = samples(tmp_path / "a.flac")
    whole = level(heard[60_000:100_000])
    assert level(heard[23_000:25_000]) == pytest.approx(whole * np.sin(np.pi / 4), rel=0.05)
    assert level(heard[131_000:133_000]) == pytest.approx(whole * np.sin(np.pi / 4), rel=0.06)
    assert abs(float(heard[0])) < 1e-3
    assert level(heard[-24:]) < 0.02


@pytest.mark.parametrize(
    ("expression", "heard"), [("0", False), ("0.001*sin(880*PI*t)", False), ("0.05*sin(880*PI*t)", True)]
)
async def test_a_clip_in_which_nothing_can_be_heard_is_silent(expression: str, heard: bool, tmp_path: Path) -> None:
    clip = sounding(tmp_path, expression)
    assert await take_sound(asked(0, 60), clip, tmp_path / "a.flac") is heard


async def test_the_same_clip_gives_the_same_bytes(tmp_path: Path) -> None:
    clip = sounding(tmp_path, "0.4*sin(880*PI*t)")
    for name in ("one", "two"):
        await take_sound(asked(10, 40), clip, tmp_path / f"{name}.flac")
    assert (tmp_path / "one.flac").read_bytes() == (tmp_path / "two.flac").read_bytes()


async def test_a_clip_without_sound_or_that_is_none_is_refused(tmp_path: Path) -> None:
    silent = write_clip(tmp_path / "silent.mp4", 30)
    assert not inspect_clip(silent).sounds
    with pytest.raises(RenderError, match="no sound track"):
        await take_sound(asked(0, 30), silent, tmp_path / "a.flac")
    playlist = tmp_path / "list.mp4"
    playlist.write_text("#EXTM3U\nfile:///etc/passwd\n")
    with pytest.raises(MediaFactoryError):
        await take_sound(asked(0, 30), playlist, tmp_path / "a.flac")
    assert not (tmp_path / "a.flac").exists()
