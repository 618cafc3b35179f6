"""ID3v2 (id3.org, 2.3 and 2.4) as far as XMP needs it: a PRIV frame that belongs to "XMP"."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_OWNER = b"XMP\x00"
_HEADER_BYTES = 10
_NEWEST = 4


class Tag(NamedTuple):
    """The tag at the beginning of a file: its version, its frames (padding left out), and where the sound begins.

    One that is `closed` is written in a way that we don't change (unsynchronised, with an extended header or footer).
    """

    version: int
    frames: bytes
    end: int
    closed: bool = False


def tag_in(data: memoryview) -> Tag:
    """Return a file's tag; an empty one of version 2.4 where there is none."""
    if bytes(data[:3]) != b"ID3":
        return Tag(version=_NEWEST, frames=b"", end=0)
    version, flags, end = data[3], data[5], _HEADER_BYTES + _unsynchsafe(bytes(data[6:10]))
    frames = bytes(data[_HEADER_BYTES:end])
    if version not in (3, _NEWEST) or flags:
        return Tag(version=version, frames=frames, end=end, closed=True)
    used = sum(_HEADER_BYTES + len(content) for _, content in _frames(version, frames))
    return Tag(version=version, frames=frames[:used], end=end)


def xmp_in(tag: Tag) -> bytes | None:
    """Return the tag's XMP, or None."""
    if tag.closed:
        return None
    return next(
        (
            content.removeprefix(_OWNER)
            for name, content in _frames(tag.version, tag.frames)
            if name == b"PRIV" and content.startswith(_OWNER)
        ),
        None,
    )


def with_xmp(tag: Tag, packet: bytes) -> bytes:
    """Return a tag as bytes, with XMP added to its frames."""
    content = _OWNER + packet
    size = _synchsafe(len(content)) if tag.version == _NEWEST else struct.pack(">I", len(content))
    frames = tag.frames + b"PRIV" + size + b"\x00\x00" + content
    return b"ID3" + bytes([tag.version, 0, 0]) + _synchsafe(len(frames)) + frames


def _frames(version: int, frames: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + _HEADER_BYTES <= len(frames) and frames[at]:
        raw = frames[at + 4 : at + 8]
        size = _unsynchsafe(raw) if version == _NEWEST else struct.unpack(">I", raw)[0]
        content = frames[at + _HEADER_BYTES : at + _HEADER_BYTES + size]
        if len(content) < size:
            raise ValueError("an ID3 frame reaches beyond its tag")
        yield frames[at : at + 4], content
        at += _HEADER_BYTES + size


def _synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _unsynchsafe(raw: bytes) -> int:
    number = 0
    for byte in raw:
        number = number << 7 | byte & 0x7F
    return number


__all__ = ["Tag", "tag_in", "with_xmp", "xmp_in"]
