"""Codec names that players decide by (RFC 6381), read from a track's own description."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Literal

from media_factory.delivery.boxes import Box, Track, boxes_in, optional_child
from media_factory.errors import RenderError
from media_factory.model import Model

VideoRange = Literal["SDR", "PQ", "HLG"]

# What stands before the boxes inside a sample entry (ISO/IEC 14496-12, 12.1.3 and 12.2.3).
_VISUAL_FIELDS, _SOUND_FIELDS = 78, 28
_TRANSFERS: dict[int, VideoRange] = {16: "PQ", 18: "HLG"}
_DECODER_CONFIG, _DECODER_INFO = 0x04, 0x05


class Description(Model):
    """What a track holds: its codec's name, and size, rate and range of pictures or channels of sound."""

    codec: str
    width_px: int | None = None
    height_px: int | None = None
    rate: Fraction | None = None
    video_range: VideoRange = "SDR"
    channels: int | None = None


def describe(track: Track) -> Description:
    """Return what a track holds.

    Raises:
        RenderError: its codec is none that we deliver.
    """
    data = memoryview(track.headers[b"stsd"])
    entry = next(boxes_in(data, 16))
    if track.kind == b"soun":
        (channels,) = struct.unpack_from(">H", data, entry.content + 16)
        return Description(codec=_sound_codec(data, entry), channels=channels)
    width, height = struct.unpack_from(">HH", data, entry.content + 24)
    return Description(
        codec=_picture_codec(data, entry),
        width_px=width,
        height_px=height,
        rate=Fraction(track.timescale * len(track.durations), int(track.times[-1])),
        video_range=_video_range(data, entry),
    )


def _inside(data: memoryview, entry: Box, fields: int, name: bytes) -> bytes:
    parent = Box(entry.name, entry.start, entry.content + fields, entry.end)
    found = optional_child(data, parent, name)
    return b"" if found is None else bytes(data[found.content : found.end])


def _picture_codec(data: memoryview, entry: Box) -> str:
    name = entry.name.decode("latin-1")
    if name in ("avc1", "avc3"):
        return f"{name}.{_inside(data, entry, _VISUAL_FIELDS, b'avcC')[1:4].hex()}"
    if name in ("hvc1", "hev1"):
        return f"{name}.{_hevc(_inside(data, entry, _VISUAL_FIELDS, b'hvcC'))}"
    if name == "av01":
        return f"{name}.{_av1(_inside(data, entry, _VISUAL_FIELDS, b'av1C'))}"
    raise RenderError(f"a stream can't carry {name!r} pictures; give H.264, HEVC or AV1")


def _hevc(record: bytes) -> str:
    """Return profile, compatibility, tier with level, and constraints (ISO/IEC 14496-15, annex E)."""
    space = ("", "A", "B", "C")[record[1] >> 6]
    tier = "H" if record[1] & 0x20 else "L"
    compatibility = int(f"{int.from_bytes(record[2:6]):032b}"[::-1], 2)
    constraints = [f"{byte:X}" for byte in record[6:12].rstrip(b"\0")]
    return ".".join([f"{space}{record[1] & 0x1F}", f"{compatibility:X}", f"{tier}{record[12]}", *constraints])


def _av1(record: bytes) -> str:
    """Return profile, level with tier, and bits per sample (AV1 in ISO BMFF, section 5)."""
    tier = "H" if record[2] & 0x80 else "M"
    bits = (8, 10, 12)[bool(record[2] & 0x40) + bool(record[2] & 0x20)]
    return f"{record[1] >> 5}.{record[1] & 0x1F:02d}{tier}.{bits:02d}"


def _video_range(data: memoryview, entry: Box) -> VideoRange:
    colour = _inside(data, entry, _VISUAL_FIELDS, b"colr")
    return _TRANSFERS.get(int.from_bytes(colour[6:8]), "SDR") if colour[:4] == b"nclx" else "SDR"


def _sound_codec(data: memoryview, entry: Box) -> str:
    if entry.name != b"mp4a":
        raise RenderError(f"a stream can't carry {entry.name.decode('latin-1')!r} sound; give AAC")
    descriptors = _inside(data, entry, _SOUND_FIELDS, b"esds")[4:]
    info = _descriptor(descriptors, _DECODER_INFO)
    if not info:
        raise RenderError("an AAC track says nothing of its kind")
    return f"mp4a.40.{info[0] >> 3}"


def _descriptor(data: bytes, wanted: int) -> bytes:
    """Return the content of a descriptor (ISO/IEC 14496-1, 7.2.6), searched in those that hold others."""
    at = 0
    while at < len(data):
        tag, size, at = data[at], 0, at + 1
        while at < len(data):
            byte, at = data[at], at + 1
            size = size << 7 | byte & 0x7F
            if not byte & 0x80:
                break
        if tag == wanted:
            return data[at : at + size]
        # An ES descriptor's own fields take 3 bytes and a decoder's 13; others are passed over.
        at += 3 if tag == 0x03 else 13 if tag == _DECODER_CONFIG else size
    return b""


__all__ = ["Description", "VideoRange", "describe"]
