"""The one door to ffmpeg."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import time
from itertools import pairwise
from pathlib import Path

import ffmpeg
import pytest

from media_factory.errors import FfmpegFailed
from media_factory.programs import Limits
from media_factory.rendering.ffmpeg import DETERMINISTIC, ffmpeg_program, listen, run_ffmpeg, source, write_file
from media_factory.rendering.probe import probe
from tests.rendering.sounds import Records, tone
from tests.test_programs import wait_until_gone

ENDLESS = ["-re", "-f", "lavfi", "-i", "sine", "-f", "null", "-"]


def ffmpegs_of(mark: str) -> list[int]:
    """Return the ffmpeg processes whose command line carries a mark."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0] == ffmpeg_program().encode() and any(mark.encode() in word for word in words):
                found.append(int(entry.name))
    return found


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def read_bytes(path: Path) -> bytes:
    return path.read_bytes()


def write_bytes(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def endless(folder: Path) -> list[str]:
    return [*ENDLESS[:-3], "-metadata", f"title={folder}", *ENDLESS[-3:]]


def test_inputs_are_local_files_of_named_formats_only(tmp_path: Path) -> None:
    arguments = ffmpeg.get_args(ffmpeg.output(source(tmp_path / "http:x.wav"), "-", format="null"))
    given = dict(pairwise(arguments))
    assert given["-i"] == f"file:{tmp_path}/http:x.wav"
    assert given["-protocol_whitelist"] == "file,pipe"
    assert not {"hls", "concat", "dash", "lavfi"} & set(given["-format_whitelist"].split(","))


async def test_a_file_is_written_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    sound = Records(tmp_path)
    sound.press(tone(0.5))
    await write_file(source(tmp_path / "0.wav"), tmp_path / "out.flac", **DETERMINISTIC)
    assert probe(tmp_path / "out.flac").duration_s == 0.5
    assert names_in(tmp_path) == ["0.wav", "out.flac"]


async def test_a_failure_leaves_the_older_file_and_speaks_without_folders(tmp_path: Path) -> None:
    target = tmp_path / "out.flac"
    write_bytes(target, b"older")
    with pytest.raises(FfmpegFailed, match="No such file") as caught:
        await write_file(source(tmp_path / "not here.wav"), target)
    assert "not here.wav" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert names_in(tmp_path) == ["out.flac"]
    assert read_bytes(target) == b"older"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.ffconcat", "ffconcat version 1.0\nfile '{other}'\n"),
        ("list.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:{other}\n#EXT-X-ENDLIST\n"),
    ],
)
async def test_a_file_that_names_other_files_is_refused(tmp_path: Path, name: str, text: str) -> None:
    records = Records(tmp_path)
    records.press(tone(0.5))
    hostile = tmp_path / name
    write_bytes(hostile, text.format(other=tmp_path / "0.wav").encode())
    with pytest.raises(FfmpegFailed, match=r"ot on whitelist|Invalid data"):
        await listen(source(hostile))


async def test_running_too_long_is_an_error_and_leaves_no_ffmpeg(tmp_path: Path) -> None:
    with pytest.raises(FfmpegFailed, match=r"still running after 0\.5 s"):
        await run_ffmpeg(endless(tmp_path), limits=Limits(timeout_s=0.5))
    assert not ffmpegs_of(str(tmp_path))


async def test_cancelling_leaves_no_ffmpeg_and_no_file(tmp_path: Path) -> None:
    slow = ffmpeg.input("sine", format="lavfi", re=None)
    writing = asyncio.create_task(write_file(slow, tmp_path / "out.wav", metadata=f"title={tmp_path}"))
    async with asyncio.timeout(20):
        while not ffmpegs_of(str(tmp_path)):  # another process starts
            await asyncio.sleep(0.01)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert not ffmpegs_of(str(tmp_path))
    assert not names_in(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_kill_9_of_our_process_leaves_no_ffmpeg(tmp_path: Path) -> None:
    code = f"""
        import asyncio
        from media_factory.rendering.ffmpeg import run_ffmpeg
        asyncio.run(run_ffmpeg({endless(tmp_path)!r}))
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], cwd=Path(__file__).parents[2]) as parent:
        until = time.monotonic() + 20
        while not ffmpegs_of(str(tmp_path)) and time.monotonic() < until:
            time.sleep(0.02)
        started = ffmpegs_of(str(tmp_path))
        parent.kill()
    assert started
    assert all(wait_until_gone(pid) for pid in started)
