"""MP4 boxes (ISO/IEC 14496-12): the samples of a finished file, found in its index without reading the media.

Packaging copies every sample once, so what it costs is what finding them costs: through libav it took 11 times as long
as copying the file, through the index it takes about twice as long.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from media_factory.errors import RenderError

Numbers = NDArray[np.int64]

_HEADER_BYTES = 8
_LARGE_HEADER_BYTES = 16


class Box(NamedTuple):
    """A box's four letters, and where it and its content lie in the data."""

    name: bytes
    start: int
    content: int
    end: int


@dataclass(frozen=True)
class Track:
    """A track of an MP4: its samples in decoding order, and the boxes that describe it.

    Times are in ticks of `timescale` per second; `composition` is presentation less decoding time.
    """

    kind: bytes
    timescale: int
    headers: dict[bytes, bytes]
    offsets: Numbers
    sizes: Numbers
    durations: Numbers
    composition: Numbers
    keys: Numbers

    @cached_property
    def times(self) -> Numbers:
        """Decoding time of every sample and, last, the track's end."""
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(self.durations)])

    @cached_property
    def delay(self) -> int:
        """How much earlier than its sample's own decoding a picture is shown at most, in ticks; at least 0."""
        return max(0, -int(self.composition.min(initial=0)))

    def seconds(self, sample: int) -> Fraction:
        """Return when a sample (or, one past the last, the track's end) is decoded."""
        return Fraction(int(self.times[sample]), self.timescale)


def boxes_in(data: memoryview, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the boxes that lie side by side in a part of the data.

    Raises:
        RenderError: a box reaches beyond that part.
    """
    at, end = start, len(data) if end is None else end
    while at + _HEADER_BYTES <= end:
        size, name = struct.unpack_from(">I4s", data, at)
        content = at + _HEADER_BYTES
        if size == 1 and at + _LARGE_HEADER_BYTES <= end:
            size, content = struct.unpack_from(">Q", data, content)[0], at + _LARGE_HEADER_BYTES
        elif size == 0:
            size = end - at
        if at + size > end or size < content - at:
            raise RenderError("an MP4 box reaches beyond its file")
        yield Box(name, at, content, at + size)
        at += size


def child(data: memoryview, parent: Box, name: bytes) -> Box:
    """Return the first box of a name inside another.

    Raises:
        RenderError: there is none.
    """
    found = optional_child(data, parent, name)
    if found is None:
        raise RenderError(f"an MP4 has no {name.decode()} box where one must be")
    return found


def optional_child(data: memoryview, parent: Box, name: bytes) -> Box | None:
    """Return the first box of a name inside another, or None."""
    return next((box for box in boxes_in(data, parent.content, parent.end) if box.name == name), None)


def movie_box(data: memoryview) -> Box:
    """Return an MP4's index.

    Raises:
        RenderError: it has none.
    """
    for box in boxes_in(data):
        if box.name == b"moov":
            return box
    raise RenderError("an MP4 has no index")


def tracks_of(data: memoryview) -> tuple[Track, ...]:
    """Return the tracks of an MP4.

    Raises:
        RenderError: it is none, or its index is damaged.
    """
    try:
        movie = movie_box(data)
        movie_header = child(data, movie, b"mvhd")
        found = [box for box in boxes_in(data, movie.content, movie.end) if box.name == b"trak"]
        return tuple(_track(data, box, bytes(data[movie_header.start : movie_header.end])) for box in found)
    except (struct.error, ValueError, IndexError) as exc:
        raise RenderError(f"an MP4's index is damaged: {exc}") from exc


def _track(data: memoryview, track: Box, movie_header: bytes) -> Track:
    media = child(data, track, b"mdia")
    information = child(data, media, b"minf")
    samples = child(data, information, b"stbl")
    parts = {
        b"tkhd": child(data, track, b"tkhd"),
        b"mdhd": child(data, media, b"mdhd"),
        b"hdlr": child(data, media, b"hdlr"),
        b"dinf": child(data, information, b"dinf"),
        b"stsd": child(data, samples, b"stsd"),
    }
    for name in (b"vmhd", b"smhd"):
        if box := optional_child(data, information, name):
            parts[name] = box
    sizes = _sizes(data, child(data, samples, b"stsz"))
    headers = {name: bytes(data[box.start : box.end]) for name, box in parts.items()}
    return Track(
        kind=bytes(data[parts[b"hdlr"].content + 8 : parts[b"hdlr"].content + 12]),
        timescale=_timescale(data, parts[b"mdhd"]),
        headers={**headers, b"mvhd": movie_header},
        offsets=_offsets(data, samples, sizes),
        sizes=sizes,
        durations=_runs(data, child(data, samples, b"stts"), len(sizes)),
        composition=_composition(data, samples, len(sizes)),
        keys=_keys(data, samples, len(sizes)),
    )


def _timescale(data: memoryview, header: Box) -> int:
    after_dates = 20 if data[header.content] == 1 else 12
    return int(struct.unpack_from(">I", data, header.content + after_dates)[0])


def _table(data: memoryview, box: Box, columns: int, kind: str = ">u4", before: int = 4) -> Numbers:
    """Return a table's rows; its count stands after the version and flags (and `before` - 4 bytes more)."""
    (rows,) = struct.unpack_from(">I", data, box.content + before)
    numbers = np.frombuffer(data[: box.end], kind, rows * columns, box.content + before + 4)
    return numbers.reshape(rows, columns).astype(np.int64)


def _runs(data: memoryview, box: Box, samples: int, kind: str = ">u4") -> Numbers:
    counts = _table(data, box, 2)[:, 0]
    if counts.sum() != samples:  # asked first: a damaged count would ask for all the memory there is
        raise RenderError("an MP4's index counts its samples in two ways")
    values: Numbers = np.repeat(_table(data, box, 2, kind)[:, 1], counts)
    return values


def _composition(data: memoryview, samples: Box, count: int) -> Numbers:
    box = optional_child(data, samples, b"ctts")
    # Version 1 is signed; encoders wrote negative numbers into version 0 as well, and no offset takes 2^31 ticks.
    return np.zeros(count, np.int64) if box is None else _runs(data, box, count, ">i4")


def _keys(data: memoryview, samples: Box, count: int) -> Numbers:
    box = optional_child(data, samples, b"stss")
    return np.arange(count) if box is None else _table(data, box, 1)[:, 0] - 1


def _sizes(data: memoryview, box: Box) -> Numbers:
    every, count = struct.unpack_from(">II", data, box.content + 4)
    if every * count > len(data):
        raise RenderError("an MP4's index names more bytes than the file has")
    return np.full(count, every, np.int64) if every else _table(data, box, 1, before=8)[:, 0]


def _offsets(data: memoryview, samples: Box, sizes: Numbers) -> Numbers:
    """Return where samples lie: chunks have an offset each, samples follow one another inside a chunk."""
    if short := optional_child(data, samples, b"stco"):
        chunks = _table(data, short, 1)[:, 0]
    else:
        chunks = _table(data, child(data, samples, b"co64"), 1, ">u8")[:, 0]
    rows = _table(data, child(data, samples, b"stsc"), 3)
    if not len(chunks) or not len(rows):
        return np.zeros(0, np.int64)
    spans = np.diff(np.append(rows[:, 0] - 1, len(chunks)))
    counts = np.repeat(rows[:, 1], spans)
    if counts.sum() != len(sizes):
        raise RenderError("an MP4's index counts its samples in two ways")
    before = np.cumsum(sizes) - sizes
    firsts = np.cumsum(counts) - counts
    offsets: Numbers = np.repeat(chunks - before[firsts], counts) + before
    return offsets


__all__ = ["Box", "Numbers", "Track", "boxes_in", "child", "movie_box", "optional_child", "tracks_of"]
