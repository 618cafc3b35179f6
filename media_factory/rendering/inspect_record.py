"""The record of a run of pictures: how bright which part of each was, taken by decoding the file that holds them.

A segment is looked at once, when it is made; a film made of segments that were looked at is not decoded again. What
ties the two together is a digest of the coded pictures, which a stream copy doesn't change.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any
from zipfile import BadZipFile

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import ColorTrc
from numpy.typing import NDArray

from media_factory.errors import RenderError
from media_factory.rendering.ffmpeg import INPUT_FORMATS
from media_factory.rendering.pq import sdr_codes

# The longer side of a frame has this many parts.
PARTS = 32
# Of a frame, only every so many-eth sample of a row and a column is read: about 136 along the shorter side.
_SAMPLES = 136
# Blocks without their last smoothing differ from the shown ones by less than the checks can tell; a tenth is saved.
_QUICKLY = {"skip_loop_filter": "all", "flags2": "fast", "err_detect": "explode", "threads": "1"}
# A picture that was passed over may hold something new if it cost more bytes than the looked-at ones usually do.
# Measured: at most 0.75 of that in our films, whatever moves; at least 1.5 where light flashes by 15 code values.
_TELLING = 1.0

Luma = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Record:
    """What was seen.

    `luma` is the mean code value (8 bits) of each part of each frame: frames, rows, columns. `packets` is the sha256 of
    the coded pictures in the order of decoding.
    """

    luma: Luma
    packets: bytes

    @property
    def frames(self) -> int:
        """How many pictures there are."""
        return int(self.luma.shape[0])

    def as_bytes(self) -> bytes:
        """Return the record as a file: the same record gives the same bytes."""
        file = io.BytesIO()
        # Each part's values in a row over time pack to a tenth of what pictures in a row do.
        parts = np.ascontiguousarray(np.moveaxis(self.luma, 0, -1))
        np.savez_compressed(file, parts=parts, packets=np.frombuffer(self.packets, np.uint8))
        return file.getvalue()

    @classmethod
    def read(cls, path: Path) -> Record:
        """Read a record that `as_bytes` wrote.

        Raises:
            RenderError: it is none.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                luma = np.ascontiguousarray(np.moveaxis(file["parts"], -1, 0))
                return cls(luma, file["packets"].tobytes())
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as exc:
            raise RenderError(f"{path.name} is no record of pictures: {exc}") from exc


def look_at(path: Path, *, thoroughly: bool = False, stop: Event | None = None) -> Record:
    """Decode a file's pictures and return what was seen; call it in a thread.

    Pictures that no other needs are passed over, and seen as the one before, unless one of them was costly to code (so
    there is something new in it) or `thoroughly` is asked: then every picture is decoded.

    Args:
        path: a file with one video stream.
        thoroughly: decode every picture.
        stop: set it to end the work after the picture in hand.

    Raises:
        RenderError: something does not decode, the pictures' times do not follow one another, or `stop` was set.
    """
    try:
        found = None if thoroughly else _decoded(path, every=False, stop=stop)
        return found or _checked(_decoded(path, every=True, stop=stop), path)
    except (av.FFmpegError, EOFError) as exc:
        raise RenderError(f"{path.name} does not decode: {exc}") from exc


def packets_of(container: InputContainer) -> Iterator[Packet[Any]]:
    """Yield the packets of a file's first video stream that hold something."""
    for packet in container.demux(container.streams.video[0]):
        if packet.size:
            yield packet


def opened(path: Path) -> InputContainer:
    """Open a media file to read from: a local one, of a format that names no other file."""
    limits = {"protocol_whitelist": "file", "format_whitelist": ",".join(INPUT_FORMATS)}
    return av.open(f"file:{path.absolute()}", "r", options=limits)


def _checked(record: Record | None, path: Path) -> Record:
    if record is None:
        raise RenderError(f"{path.name} does not decode to the end: pictures are missing")
    return record


def _decoded(path: Path, *, every: bool, stop: Event | None) -> Record | None:
    """Return what was seen; None if pictures that were passed over should be seen, or pictures are missing."""
    digest = hashlib.sha256()
    sizes: dict[int, int] = {}
    seen: dict[int, Luma] = {}
    with opened(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.options = dict(_QUICKLY)
        stream.codec_context.skip_frame = "DEFAULT" if every else "NONREF"
        for packet in packets_of(container):
            if stop is not None and stop.is_set():
                raise RenderError("looking at pictures was stopped")
            digest.update(bytes(packet))
            sizes[packet.pts if packet.pts is not None else -1] = packet.size
            seen.update(_lumas(stream.decode(packet)))
        seen.update(_lumas(stream.decode(None)))
    times = sorted(sizes)
    if not times or times[0] not in seen or (every and len(seen) != len(times)):
        return None
    if not every and _telling(sizes, seen.keys()):
        return None
    luma, latest = [], seen[times[0]]
    for time in times:
        latest = seen.get(time, latest)
        luma.append(latest)
    return Record(np.stack(luma), digest.digest())


def _telling(sizes: Mapping[int, int], seen: AbstractSet[int]) -> bool:
    """Say whether a picture that was passed over may hold something new; `sizes` are bytes by time."""
    most = max((size for time, size in sizes.items() if time not in seen), default=0)
    return most > _TELLING * float(np.median([sizes[time] for time in seen]))


def _lumas(frames: list[VideoFrame]) -> Iterator[tuple[int, Luma]]:
    for frame in frames:
        yield frame.pts if frame.pts is not None else -1, luma_parts(frame)


def luma_parts(frame: VideoFrame) -> Luma:
    """Return the mean luma of each part of a frame, as 8-bit code values; those of HDR are of SDR's equal light."""
    plane: Any = frame.planes[0]
    bits = frame.format.components[0].bits
    kind = np.dtype(np.uint8 if bits == 8 else "<u2")
    whole = np.frombuffer(plane, kind).reshape(-1, plane.line_size // kind.itemsize)
    step = max(1, min(frame.width, frame.height) // _SAMPLES)
    samples = whole[step // 2 : plane.height : step, step // 2 : plane.width : step]
    if bits == 10 and int(frame.color_trc) == ColorTrc.SMPTE2084:
        samples = sdr_codes()[samples.astype(np.uint16) & 1023]
    else:
        samples = np.right_shift(samples.astype(np.uint16), bits - 8)
    longer = max(frame.width, frame.height)
    size = (max(1, round(PARTS * frame.width / longer)), max(1, round(PARTS * frame.height / longer)))
    parts = cv2.resize(samples.astype(np.uint8), size, interpolation=cv2.INTER_AREA)
    return np.asarray(parts, np.uint8)


__all__ = ["PARTS", "Luma", "Record", "look_at", "luma_parts", "opened", "packets_of"]
