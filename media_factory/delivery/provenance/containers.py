"""Where XMP lies in files (ISO 16684-1, Adobe XMP part 3), and putting it there without touching a coded byte.

A file is looked through once and described as pieces: ranges of it that stay, in order, and new bytes between them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from media_factory.delivery.boxes import boxes_in
from media_factory.delivery.provenance import id3
from media_factory.errors import RenderError

Piece = tuple[int, int] | bytes
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEYWORD = b"XML:com.adobe.xmp"
_JPEG_HEADER = b"http://ns.adobe.com/xap/1.0/\x00"
_JPEG_MOST_BYTES = 65_533 - len(_JPEG_HEADER)
_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_VP8X, _HAS_XMP, _HAS_ALPHA = b"VP8X", 0x04, 0x10
_CHUNK_BYTES = 1 << 20


class Place(NamedTuple):
    """Where a file's XMP is, if it has some (`packet`), and `put`, which returns the file's pieces with another.

    `put` is None where what is there can't be changed without moving coded bytes.
    """

    packet: bytes | None
    put: Callable[[bytes], list[Piece]] | None


def place_in(data: memoryview, media_type: str) -> Place | None:
    """Return where XMP lies in a file, or None for a type whose files we don't look into.

    Raises:
        RenderError: the file is damaged, or is not of that type.
    """
    look = _FORMATS.get(media_type)
    if look is None:
        return None
    try:
        return look(data)
    except (struct.error, IndexError, ValueError) as problem:
        raise RenderError(f"a file is no {media_type} that we can mark: {problem}") from problem


def write_pieces(pieces: list[Piece], data: memoryview, target: Path) -> None:
    """Write a file's pieces."""
    with target.open("wb") as file:
        for piece in pieces:
            if isinstance(piece, bytes):
                file.write(piece)
            else:
                for start in range(piece[0], piece[1], _CHUNK_BYTES):
                    file.write(data[start : min(piece[1], start + _CHUNK_BYTES)])


def _png(data: memoryview) -> Place:
    if bytes(data[:8]) != _PNG:
        raise ValueError("no PNG signature")
    at, found, without = 8, None, (0, 0)
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        content = bytes(data[at + 8 : at + 8 + length]) if name == b"iTXt" else b""
        if content.startswith(_PNG_KEYWORD + b"\x00\x00"):  # not compressed, as the specification asks
            found, without = content.split(b"\x00", 5)[5], (at, at + 12 + length)
        at += 12 + length
    header_end = 8 + 12 + 13

    def put(packet: bytes) -> list[Piece]:
        body = b"iTXt" + _PNG_KEYWORD + b"\x00\x00\x00\x00\x00" + packet
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        return [(0, header_end), chunk, *_kept(header_end, len(data), without)]

    return Place(found, put)


def _jpeg(data: memoryview) -> Place:
    if bytes(data[:2]) != b"\xff\xd8":
        raise ValueError("no JPEG signature")
    at, insert_at, found, without = 2, 2, None, (0, 0)
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        kind, end = data[at + 1], at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if kind == 0xE1 and bytes(data[at + 4 : at + 4 + len(_JPEG_HEADER)]) == _JPEG_HEADER:
            found, without = bytes(data[at + 4 + len(_JPEG_HEADER) : end]), (at, end)
        elif kind == 0xE0 or (kind == 0xE1 and bytes(data[at + 4 : at + 8]) == b"Exif"):
            insert_at = end
        at = end

    def put(packet: bytes) -> list[Piece]:
        if len(packet) > _JPEG_MOST_BYTES:
            raise RenderError("XMP of more than 64 KiB does not fit into a JPEG")
        body = _JPEG_HEADER + packet
        segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
        return [*_kept(0, insert_at, without), segment, *_kept(insert_at, len(data), without)]

    return Place(found, put)


def _kept(start: int, end: int, without: tuple[int, int]) -> list[Piece]:
    """Return what of a range is kept where another, if it lies inside, is left out."""
    if not start <= without[0] < without[1] <= end:
        return [(start, end)]
    return [(start, without[0]), (without[1], end)]


def _riff_chunks(data: memoryview, form: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield each chunk's name, where it begins, and where the next one does."""
    if bytes(data[:4]) != b"RIFF" or bytes(data[8:12]) != form:
        raise ValueError(f"no RIFF file of form {form.decode()}")
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        end = min(len(data), at + 8 + size + size % 2)
        yield name, at, end
        at = end


def _riff(form: bytes, pieces: list[Piece]) -> list[Piece]:
    size = sum(len(piece) if isinstance(piece, bytes) else piece[1] - piece[0] for piece in pieces)
    return [b"RIFF" + struct.pack("<I", size + 4) + form, *pieces]


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)


def _riff_body(data: memoryview, at: int) -> bytes:
    return bytes(data[at + 8 : at + 8 + struct.unpack_from("<I", data, at + 4)[0]])


def _wav(data: memoryview) -> Place:
    chunks = list(_riff_chunks(data, b"WAVE"))
    found = next((_riff_body(data, at) for name, at, _ in chunks if name == b"_PMX"), None)

    def put(packet: bytes) -> list[Piece]:
        kept: list[Piece] = [(at, end) for name, at, end in chunks if name != b"_PMX"]
        return _riff(b"WAVE", [*kept, _chunk(b"_PMX", packet)])

    return Place(found, put)


def _webp(data: memoryview) -> Place:
    chunks = list(_riff_chunks(data, b"WEBP"))
    found = next((_riff_body(data, at) for name, at, _ in chunks if name == b"XMP "), None)
    header = bytearray(_extended_header(data, chunks[0]))
    header[0] |= _HAS_XMP

    def put(packet: bytes) -> list[Piece]:
        kept: list[Piece] = [(at, end) for name, at, end in chunks if name not in (_VP8X, b"XMP ")]
        return _riff(b"WEBP", [_chunk(_VP8X, bytes(header)), *kept, _chunk(b"XMP ", packet)])

    return Place(found, put)


def _extended_header(data: memoryview, first: tuple[bytes, int, int]) -> bytes:
    """Return the content of a WebP's VP8X chunk, made up for a file in the simple format (RFC 9649, 2.5 to 2.7)."""
    name, at, _ = first
    body = at + 8
    if name == _VP8X:
        return _riff_body(data, at)
    if name == b"VP8 ":
        width, height = (size & 0x3FFF for size in struct.unpack_from("<HH", data, body + 6))
        flags = 0
    elif name == b"VP8L":
        bits = struct.unpack_from("<I", data, body + 1)[0]
        width, height, flags = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, _HAS_ALPHA * (bits >> 28 & 1)
    else:
        raise ValueError(f"a WebP that begins with {name!r}")
    sizes = (side.to_bytes(3, "little") for side in (width - 1, height - 1))
    return bytes([flags, 0, 0, 0]) + b"".join(sizes)


def _mp4(data: memoryview) -> Place:
    found, closed = None, True
    for box in boxes_in(data):
        closed = struct.unpack_from(">I", data, box.start)[0] != 0  # 0: up to the end of the file, whatever comes
        if box.name == b"uuid" and bytes(data[box.content : box.content + 16]) == _UUID:
            found = bytes(data[box.content + 16 : box.end])
    if found is not None or not closed:
        return Place(found, None)

    def put(packet: bytes) -> list[Piece]:
        # Last, so that no sample moves and the index stays where it is.
        return [(0, len(data)), struct.pack(">I4s", 24 + len(packet), b"uuid") + _UUID + packet]

    return Place(None, put)


def _mp3(data: memoryview) -> Place:
    tag = id3.tag_in(data)
    found = id3.xmp_in(tag)
    if found is not None or tag.closed:
        return Place(found, None)
    return Place(None, lambda packet: [id3.with_xmp(tag, packet), (tag.end, len(data))])


_FORMATS: dict[str, Callable[[memoryview], Place]] = {
    "audio/mp4": _mp4,
    "audio/mpeg": _mp3,
    "audio/wav": _wav,
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "video/mp4": _mp4,
}

__all__ = ["Piece", "Place", "place_in", "write_pieces"]
