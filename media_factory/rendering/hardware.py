"""Hardware encoders: found by encoding with them, used only where that is allowed, replaced by software when they fail.

Their pictures differ from machine to machine, so they are off unless `MEDIA_FACTORY_HARDWARE=1` says otherwise, and the
encoder's name is part of what a segment is asked for. Encoders are loaded where one is needed: plans come here too.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from media_factory.briefs.fields import Codec
from media_factory.errors import RenderError
from media_factory.rendering.model import Encoding, Segment, SegmentRequest

if TYPE_CHECKING:
    from media_factory.rendering.encoders import Encoder

HARDWARE_VARIABLE = "MEDIA_FACTORY_HARDWARE"
_PROBE_FRAMES, _PROBE_SIZE = 8, (640, 360)


def hardware_encoder(codec: Codec) -> str | None:
    """Return the hardware encoder of this machine for a codec; None where it has none, or none is allowed.

    Each is tried once in the life of a process.
    """
    if os.environ.get(HARDWARE_VARIABLE) != "1":
        return None
    from media_factory.rendering.encoders import HARDWARE

    return next((name for name, encoder in HARDWARE.items() if encoder.codec == codec and _works(encoder)), None)


def on_hardware(encoding: Encoding) -> tuple[Encoding, tuple[str, ...]]:
    """Return an encoding on this machine's hardware where that is allowed, and why not if none works."""
    if os.environ.get(HARDWARE_VARIABLE) != "1":
        return encoding, ()
    name = hardware_encoder(encoding.codec)
    if name is None:
        return encoding, (f"no hardware encoder for {encoding.codec} works here; pictures were encoded in software",)
    return encoding.model_copy(update={"hardware": name}), ()


def in_software(request: SegmentRequest) -> SegmentRequest:
    """Return the same segment, asked of the software encoder."""
    return request.model_copy(update={"encoding": request.encoding.model_copy(update={"hardware": None})})


def encode_anyhow(
    request: SegmentRequest, images: Mapping[str, Path], target: Path, *, stop: Event | None = None
) -> tuple[str, ...]:
    """Encode a segment like `encode_segment`, in software if its hardware fails, and return the reasons for that.

    Raises:
        InputError: as `encode_segment`.
        RenderError: as `encode_segment`, from the software encoder.
    """
    from media_factory.rendering.segments import encode_segment

    name = request.encoding.hardware
    if name is None:
        encode_segment(request, images, target, stop=stop)
        return ()
    try:
        encode_segment(request, images, target, stop=stop)
    except RenderError as exc:
        if stop is not None and stop.is_set():
            raise
        encode_segment(in_software(request), images, target, stop=stop)
        return (f"{name} failed ({exc}); pictures were encoded in software",)
    return ()


def to_encode_again(requests: Sequence[SegmentRequest], segments: Sequence[Segment]) -> tuple[SegmentRequest, ...]:
    """Return what to ask again, in software, of a film that hardware made in part; nothing if it was made in one way.

    Pictures of two encoders can't share a track, so where the hardware failed for one segment the film is asked for
    in software as a whole: all requests of the film come back, in order.
    """
    fell_back = [bool(segment.reasons) for segment in segments]
    if all(fell_back) or not any(fell_back):
        return ()
    return tuple(map(in_software, requests))


@cache
def _works(encoder: Encoder) -> bool:
    """Return whether an encoder makes a film of a few frames that decodes."""
    import av

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "probe.mp4"
        try:
            _encode_probe(encoder, target)
            with av.open(str(target)) as film:
                return sum(1 for _ in film.decode(video=0)) == _PROBE_FRAMES
        except (av.FFmpegError, RenderError):
            return False


def _encode_probe(encoder: Encoder, target: Path) -> None:
    import av
    import numpy as np
    from av.video.frame import VideoFrame

    width, height = _PROBE_SIZE
    rate = Fraction(30)
    with av.open(str(target), "w", format="mp4") as container:
        session = encoder.open(container, Encoding(codec=encoder.codec), _PROBE_SIZE, rate)
        for index in range(_PROBE_FRAMES):
            shade = np.full((height * 3 // 2, width), 40 + 20 * index, np.uint8)
            frame = VideoFrame.from_ndarray(shade, "yuv420p")
            frame.pts, frame.time_base = index, 1 / rate
            container.mux(session.encode(frame))
        container.mux(session.encode())


__all__ = [
    "HARDWARE_VARIABLE",
    "encode_anyhow",
    "hardware_encoder",
    "in_software",
    "on_hardware",
    "to_encode_again",
]
