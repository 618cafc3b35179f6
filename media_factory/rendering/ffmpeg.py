"""The one door to the ffmpeg program.

Graphs are built with ffmpeg-python; nothing else in the house starts ffmpeg. Inputs are read from local files only, in
formats that we name; the program has no terminal, no network, limits, and no life beyond ours (`programs`). What it
writes appears under its name when it is whole, or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import ffmpeg
import imageio_ffmpeg

from media_factory.errors import FfmpegFailed
from media_factory.files import whole_file
from media_factory.programs import Finished, Limits, run_program

Stream = Any  # ffmpeg-python has no types

# No playlist and no container that names other files: those are how a file makes ffmpeg read a second one.
INPUT_FORMATS = (
    *("aac", "ac3", "aiff", "avi", "f32le", "flac", "flv", "matroska", "mov", "mp3", "mpeg", "mpegts", "ogg", "s16le"),
    *("apng", "gif", "image2", "jpeg_pipe", "png_pipe", "rawvideo", "w64", "wav", "webp_pipe", "yuv4mpegpipe"),
)
# One thread and no dates: the same inputs give the same bytes.
DETERMINISTIC: dict[str, Any] = {"threads": 1, "fflags": "+bitexact", "map_metadata": -1}
_GLOBAL = ("-nostdin", "-hide_banner", "-nostats", "-y", "-filter_threads", "1", "-filter_complex_threads", "1")
_LAST_LINES = 4


@dataclass(frozen=True)
class Completed:
    """What ffmpeg said (`log`) and wrote on its standard output."""

    log: str
    output: bytes


@cache
def ffmpeg_program() -> str:
    """Return the absolute path of the ffmpeg program that comes with imageio-ffmpeg.

    Raises:
        FfmpegFailed: there is none for this machine.
    """
    try:
        return str(Path(imageio_ffmpeg.get_ffmpeg_exe()).resolve())
    except RuntimeError as exc:
        raise FfmpegFailed("there is no ffmpeg program here; reinstall imageio-ffmpeg") from exc


def _named(path: Path) -> str:
    # The protocol is named because a file may be called `http:x.mp3`.
    return f"file:{path.absolute()}"


def source(path: Path, **options: Any) -> Stream:
    """Return a file as an input of a graph; `options` are ffmpeg's input options."""
    formats = ",".join(INPUT_FORMATS)
    return ffmpeg.input(_named(path), protocol_whitelist="file,pipe", format_whitelist=formats, **options)


def _without_folders(text: str, arguments: Sequence[str]) -> str:
    """Return what ffmpeg said with file names instead of paths: messages travel further than this machine."""
    for argument in sorted(arguments, key=len, reverse=True):
        name = argument.removeprefix("file:")
        if name.startswith("/"):
            text = text.replace(name, Path(name).name)
    text = re.sub(r" @ 0x[0-9a-f]+", "", text)
    return re.sub(r"(?:/[\w.+-]+)+/([\w.+-]+)", r"\1", text)


def _failure(finished: Finished, arguments: Sequence[str]) -> FfmpegFailed:
    lines = [line.strip() for line in finished.errors.splitlines() if line.strip()]
    said = _without_folders("; ".join(lines[-_LAST_LINES:]), arguments)
    how = f"was killed by signal {-finished.code}" if finished.code < 0 else f"ended with code {finished.code}"
    return FfmpegFailed(f"ffmpeg {how}: {said or 'it said nothing'}")


async def run_ffmpeg(
    arguments: Sequence[str], *, data: bytes = b"", folder: Path | None = None, limits: Limits | None = None
) -> Completed:
    """Run ffmpeg with these arguments (without the program's name) to its end.

    Cancelling kills it and waits for its end. Prefer `write_file` and `listen`, which build the arguments.

    Args:
        arguments: ffmpeg's, as `ffmpeg.get_args(graph)` gives them.
        data: what `pipe:0` reads.
        folder: the working folder; ours if none.
        limits: what it may take.

    Raises:
        FfmpegFailed: it ended with an error, ran too long, or can't be started.
    """
    limits = limits or Limits()
    command = [ffmpeg_program(), *_GLOBAL, *arguments]
    try:
        finished = await run_program(
            command, data=data, folder=folder, environment={"AV_LOG_FORCE_NOCOLOR": "1"}, limits=limits
        )
    except TimeoutError as exc:
        raise FfmpegFailed(f"ffmpeg was still running after {limits.timeout_s:g} s and was stopped") from exc
    except OSError as exc:
        raise FfmpegFailed(f"ffmpeg could not run: {exc.strerror}") from exc
    if finished.code:
        raise _failure(finished, arguments)
    return Completed(finished.errors, finished.output)


def _arguments(streams: Stream | Sequence[Stream], target: str, options: dict[str, Any]) -> list[str]:
    inputs = streams if isinstance(streams, list | tuple) else [streams]
    return list(ffmpeg.get_args(ffmpeg.output(*inputs, target, **options)))


async def write_file(
    streams: Stream | Sequence[Stream], target: Path, *, limits: Limits | None = None, **options: Any
) -> Completed:
    """Write streams of a graph to a file that is whole or not there.

    Args:
        streams: ffmpeg-python streams.
        target: where; the suffix chooses the container unless `format` does.
        limits: what ffmpeg may take.
        **options: ffmpeg's output options.

    Raises:
        FfmpegFailed: ffmpeg could not write it; an older file under that name stays as it was.
    """
    with whole_file(target) as temporary:
        return await run_ffmpeg(_arguments(streams, _named(temporary), options), limits=limits)


async def listen(streams: Stream | Sequence[Stream], *, limits: Limits | None = None, **options: Any) -> str:
    """Run streams of a graph through to nowhere and return what ffmpeg's filters said.

    Raises:
        FfmpegFailed: ffmpeg ended with an error.
    """
    return (await run_ffmpeg(_arguments(streams, "-", {"format": "null", **options}), limits=limits)).log


__all__ = [
    "DETERMINISTIC",
    "INPUT_FORMATS",
    "Completed",
    "Stream",
    "ffmpeg_program",
    "listen",
    "run_ffmpeg",
    "source",
    "write_file",
]
