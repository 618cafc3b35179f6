"""Small real masters, right and wrong, for the tests of the gate."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

from media_factory.assets import Asset
from media_factory.rendering.inspect_model import InspectionRequest
from media_factory.rendering.join import join
from media_factory.rendering.planes import planes_of_frame

Luma = NDArray[np.uint8]
RATE = Fraction(15)
SIZE = (128, 224)


def still(seed: int = 1, brightness: float = 1.0) -> Luma:
    """Return a dark designed picture with room to pan over: soft light, a few lines, grain."""
    dice = np.random.default_rng(seed)
    y, x = np.mgrid[0 : SIZE[1] * 2, 0 : SIZE[0] * 2] / SIZE[1]
    art = 34 + 14 * np.sin(5 * x + dice.uniform(0, 6)) * np.cos(4 * y) + 60 * (np.abs(np.sin(3 * y + x)) > 0.985)
    return np.asarray((art * brightness + dice.normal(0, 1, art.shape)).clip(16, 235), np.uint8)


def panned(frames: int, px_per_s: float = 6.0, seed: int = 1) -> Iterable[Luma]:
    """Yield frames of a slow pan over a dark still."""
    art = still(seed)
    for index in range(frames):
        at = round(index * px_per_s / float(RATE))
        yield art[at : at + SIZE[1], at : at + SIZE[0]]


def flat(frames: int, code: int) -> Iterable[Luma]:
    """Yield frames of one luma."""
    for _ in range(frames):
        yield np.full((SIZE[1], SIZE[0]), code, np.uint8)


def encoded(target: Path, pictures: Iterable[Luma], times: Iterable[int] | None = None, **settings: Any) -> int:
    """Write pictures as our segments are written and return how many there are.

    Args:
        target: the file.
        pictures: luma; chroma is grey.
        times: each frame's number, where they shall not follow one another.
        **settings: `tags=None` leaves the colours untagged, `tags="601"` tags them wrongly.
    """
    count = 0
    with av.open(str(target), "w", format="mp4") as file:
        options = {"crf": "20", "preset": "veryfast", "x264-params": "bframes=5:b-adapt=0:b-pyramid=normal:scenecut=0"}
        stream = file.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, settings.get("pixels", "yuv420p")
        _tag(stream.codec_context, settings.get("tags", "709"))
        stream.codec_context.thread_count, stream.codec_context.time_base = 1, 1 / RATE
        numbers = iter(times) if times is not None else None
        for picture in pictures:
            frame = VideoFrame(*SIZE, "yuv420p")
            for plane, value in zip(planes_of_frame(frame), (picture, 128, 128), strict=True):
                plane[:] = value
            shown = frame if settings.get("pixels", "yuv420p") == "yuv420p" else frame.reformat(format="yuv444p")
            shown.pts, shown.time_base = next(numbers) if numbers else count, 1 / RATE
            file.mux(stream.encode(shown))
            count += 1
        file.mux(stream.encode())
    return count


def _tag(context: Any, tags: str | None) -> None:
    if tags:
        wrong = tags == "601"
        context.color_range = ColorRange.MPEG
        context.colorspace = Colorspace.ITU601 if wrong else Colorspace.ITU709
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709


def asset_of(path: Path, media_type: str = "video/mp4") -> Asset:
    """Return the asset that a file's bytes are."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Asset(digest=f"sha256:{digest}", media_type=media_type, size_bytes=path.stat().st_size)


def joined(target: Path, *segments: tuple[Path, int], sound: Path | None = None) -> Path:
    """Join segments as a film is joined."""
    join(segments, sound, RATE, target)
    return target


def gate(master: Path, frames: int, **asked: Any) -> InspectionRequest:
    """Return a request for a silent film of `SIZE` at `RATE`; `asked` replaces what it asks."""
    fields = {"master": asset_of(master), "frames": frames, "rate": RATE, "width_px": SIZE[0], "height_px": SIZE[1]}
    return InspectionRequest.model_validate({**fields, **asked})
