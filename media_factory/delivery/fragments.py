"""CMAF (ISO/IEC 23000-19): a track as an initialization segment and runs of fragments, media bytes as they are."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from media_factory.delivery.boxes import Track

Piece = bytes | memoryview

_INIT_BRANDS = (b"cmfc", b"iso6", b"mp41")
_SEGMENT_BRANDS = (b"cmfs", b"iso6")
_TRACK_ID = 1
_KEY_FLAGS, _OTHER_FLAGS = 0x02000000, 0x01010000
_BASE_IS_MOOF, _DEFAULT_DURATION, _DEFAULT_FLAGS = 0x020000, 0x08, 0x20
_OFFSET, _FIRST_FLAGS, _DURATION, _SIZE, _COMPOSITION = 0x1, 0x4, 0x100, 0x200, 0x800
# Headers of `moof`, `traf` and `trun`, and what stands in a `trun` before its rows.
_FIXED_HEAD_BYTES = 8 + 8 + 8 + 12
# Where dates and lengths stand in the headers of movie, track and medium, by the box's version.
_DURATION_AT = {b"mvhd": (16, 24), b"mdhd": (16, 24), b"tkhd": (20, 28)}


@dataclass(frozen=True)
class Fragment:
    """Where a fragment lies in its segment, and which sample it begins with."""

    offset: int
    size: int
    first: int


def box(name: bytes, *parts: Piece) -> bytes:
    """Return a box around its content."""
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), name) + content


def init_segment(track: Track) -> bytes:
    """Return what a player needs before a track's first segment."""
    headers = track.headers
    empty = struct.pack(">II", 0, 0)
    tables = (box(b"stts", empty), box(b"stsc", empty), box(b"stsz", empty, bytes(4)), box(b"stco", empty))
    kinds = (headers[name] for name in (b"vmhd", b"smhd") if name in headers)
    information = box(b"minf", *kinds, headers[b"dinf"], box(b"stbl", headers[b"stsd"], *tables))
    media = box(b"mdia", _open_ended(headers, b"mdhd"), headers[b"hdlr"], information)
    extends = box(b"mvex", box(b"trex", struct.pack(">6I", 0, _TRACK_ID, 1, 0, 0, 0)))
    described = box(b"trak", _open_ended(headers, b"tkhd"), _edit(track.delay), media)
    movie = box(b"moov", _open_ended(headers, b"mvhd"), described, extends)
    return _brands(b"ftyp", _INIT_BRANDS) + movie


class Cutter:
    """Cuts a track of an MP4 into segments; what all of them need is worked out once."""

    def __init__(self, data: memoryview, track: Track) -> None:
        self._data = data
        self._spans = list(zip(track.offsets.tolist(), (track.offsets + track.sizes).tolist(), strict=True))
        self._bytes_before = [0, *np.cumsum(track.sizes).tolist()]
        self._times = track.times.tolist()
        self._keys = frozenset(track.keys.tolist())
        self._all_keys = len(self._keys) == len(track.sizes)
        even = bool((track.durations == track.durations[0]).all())
        self._duration = int(track.durations[0]) if even else None
        columns = [track.sizes] if even else [track.durations, track.sizes]
        self._run_flags = _OFFSET | _SIZE | (0 if even else _DURATION)
        if track.composition.any():
            columns.append(track.composition + track.delay)
            self._run_flags |= _COMPOSITION
        self._rows = np.stack(columns, axis=1).astype(">i4")

    def segment(self, starts: Sequence[int], end: int) -> tuple[list[Piece], list[Fragment]]:
        """Return a segment's bytes in pieces, and the fragments in it.

        Args:
            starts: the first sample of each fragment, rising.
            end: one past the segment's last sample.
        """
        pieces: list[Piece] = [_brands(b"styp", _SEGMENT_BRANDS)]
        fragments: list[Fragment] = []
        at = len(pieces[0])
        for first, last in zip(starts, [*starts[1:], end], strict=True):
            head = self._head(first, last)
            size = len(head) + self._bytes_before[last] - self._bytes_before[first]
            pieces.append(head)
            pieces += [self._data[begin:until] for begin, until in self._spans[first:last]]
            fragments.append(Fragment(at, size, first))
            at += size
        return pieces, fragments

    def _head(self, first: int, last: int) -> bytes:
        """Return a fragment up to its media: the index of its samples, and the header of the media."""
        flags = _BASE_IS_MOOF | _DEFAULT_FLAGS | (0 if self._duration is None else _DEFAULT_DURATION)
        track_head = box(
            b"tfhd",
            struct.pack(">II", flags, _TRACK_ID),
            b"" if self._duration is None else struct.pack(">I", self._duration),
            struct.pack(">I", _KEY_FLAGS if self._all_keys else _OTHER_FLAGS),
        )
        time = box(b"tfdt", struct.pack(">IQ", 1 << 24, self._times[first]))
        sequence = box(b"mfhd", struct.pack(">II", 0, first + 1))
        key = struct.pack(">I", _KEY_FLAGS) if first in self._keys and not self._all_keys else b""
        run_flags = self._run_flags | (_FIRST_FLAGS if key else 0)
        rows = self._rows[first:last].tobytes()
        length = sum(map(len, (sequence, track_head, time, key, rows))) + _FIXED_HEAD_BYTES
        run = box(b"trun", struct.pack(">IIi", run_flags, last - first, length + 8), key, rows)
        size = self._bytes_before[last] - self._bytes_before[first]
        return box(b"moof", sequence, box(b"traf", track_head, time, run)) + struct.pack(">I4s", 8 + size, b"mdat")


def _brands(name: bytes, brands: Sequence[bytes]) -> bytes:
    return box(name, brands[0], bytes(4), *brands)


def _edit(delay: int) -> bytes:
    """Return an edit list that takes the delay back, or nothing.

    Our films have composition offsets below zero and no edit list; libav, and with it many players, reads such
    fragments late by the delay. Offsets from zero on and one edit are read alike by all.
    """
    return box(b"edts", box(b"elst", struct.pack(">IIIiHH", 0, 1, 0, delay, 1, 0))) if delay else b""


def _open_ended(headers: dict[bytes, bytes], name: bytes) -> bytes:
    """Return a header without its length, which is the fragments' matter, and for a track with our number."""
    header = bytearray(headers[name])
    version = header[8]
    at = 8 + _DURATION_AT[name][version]
    width = 8 if version else 4
    header[at : at + width] = bytes(width)
    if name == b"tkhd":
        struct.pack_into(">I", header, 8 + (20 if version else 12), _TRACK_ID)
    return bytes(header)


__all__ = ["Cutter", "Fragment", "Piece", "box", "init_segment"]
