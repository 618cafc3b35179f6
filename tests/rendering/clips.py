"""Small real clips for tests: every picture is flat, and its brightness says which one it is."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

FIRST_LUMA, STEP = 30, 3


def numbered_luma(index: int) -> int:
    """Return the brightness (Y, limited range) of a clip's picture."""
    return FIRST_LUMA + STEP * index


def write_clip(
    path: Path,
    frames: int,
    rate: Fraction = Fraction(30),
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (64, 48),
    key_frame_every: int = 12,
    times: Sequence[int] | None = None,
) -> Path:
    """Write numbered pictures; `times` are their times in thousandths of a second, instead of an even rate."""
    with av.open(str(path), "w") as container:
        options = {"crf": "1", "g": str(key_frame_every)} if codec == "libx264" else {"g": str(key_frame_every)}
        stream = container.add_stream(codec, rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for index in range(frames):
            planes = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
            planes[: size[1]] = numbered_luma(index)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts = index if times is None else times[index]
            frame.time_base = 1 / rate if times is None else Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_gif(path: Path, colours: Sequence[str], milliseconds: int = 100, size: tuple[int, int] = (64, 48)) -> Path:
    """Write a GIF of flat pictures."""
    pictures = [Image.new("RGB", size, colour) for colour in colours]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=milliseconds, loop=0)
    return path
