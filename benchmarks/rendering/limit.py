"""The limit: finished frames in a raw file, and stock libx264 alone on them.

Nobody can render faster than an encoder that is given its frames, unless the encoder's settings are better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from benchmarks.measure import Cost, run_measured
from media_factory.rendering.compose import Composer, empty_planes
from media_factory.rendering.film import Film

_COLOURS = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"


@dataclass(frozen=True)
class RawFrames:
    """A film's composed frames as yuv420p, one after the other."""

    path: Path
    size: tuple[int, int]
    rate: str
    frames: int

    @property
    def as_input(self) -> list[str]:
        """Return ffmpeg's arguments that read the frames."""
        size = f"{self.size[0]}x{self.size[1]}"
        return ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", self.rate, "-i", str(self.path)]


def ffmpeg_program() -> str:
    """Return the path of the ffmpeg binary that ships with imageio-ffmpeg."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def write_raw(film: Film, files: Mapping[str, Path], target: Path, every: int = 1) -> RawFrames:
    """Compose a film's frames into a raw file.

    Args:
        film: what to compose.
        files: pictures by digest.
        target: the file.
        every: 1 composes all segments, n each n-th.
    """
    size, frames = (film.width_px, film.height_px), 0
    out = empty_planes(size)
    with target.open("wb") as raw:
        for segment in film.segments[::every]:
            composer = Composer(segment, files)
            for frame in range(segment.frames):
                composer.draw(frame, out)
                for plane in out:
                    raw.write(plane.data)
            frames += segment.frames
    return RawFrames(target, size, str(film.rate), frames)


def encode_stock(raw: RawFrames, preset: str, target: Path, crf: int = 20, extra: str = "") -> Cost:
    """Encode raw frames with libx264 on two threads and return what that cost."""
    command = [ffmpeg_program(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *raw.as_input]
    command += ["-vf", _COLOURS, "-c:v", "libx264", "-preset", preset, "-crf", str(crf), "-threads", "2"]
    command += [*(["-x264-params", extra] if extra else []), "-an", str(target)]
    return run_measured(command)[0]


__all__ = ["RawFrames", "encode_stock", "ffmpeg_program", "write_raw"]
