"""What is wrong with a file's packing: sizes, rates, colour tags, the order of its parts, pictures against sound."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from media_factory.rendering.inspect_model import Finding, InspectionRequest, Verdict
from media_factory.rendering.inspect_record import Record, opened, packets_of
from media_factory.rendering.probe import MediaFacts, VideoFacts

_TAGS = {
    "bt709": ("tv", "bt709", "bt709", "bt709"),
    "hdr10": ("tv", "bt2020", "smpte2084", "bt2020nc"),
}
_PIXELS = {"bt709": "yuv420p", "hdr10": "yuv420p10le"}
_HEADER_BYTES = 16
_INSIDE = {b"moov", b"trak", b"edts"}


@dataclass(frozen=True)
class Packing:
    """What the packets of a film say: how many pictures, whether their times are even, when each stream ends.

    `matches` says whether they are, one by one, the pictures of the records that were given.
    """

    frames: int
    uneven_at: int | None
    rate: Fraction | None
    video_end_s: Fraction
    audio_end_s: Fraction | None
    matches: bool


def packing_of(path: Path, rate: Fraction, records: Sequence[Record]) -> Packing:
    """Read a film's packets; nothing is decoded."""
    times: list[Fraction] = []
    digests = [hashlib.sha256()]
    ends = _ends_of(records)
    with opened(path) as film:
        for packet in packets_of(film):
            if len(times) in ends:
                digests.append(hashlib.sha256())
            digests[-1].update(bytes(packet))
            times.append(Fraction(packet.pts or 0) * packet.time_base)
        average = film.streams.video[0].average_rate
    times.sort()
    uneven = next((index for index, time in enumerate(times) if abs(time * rate - index) > Fraction(1, 50)), None)
    end = (times[-1] if times else Fraction(0)) + 1 / rate
    matches = bool(records) and [digest.digest() for digest in digests] == [record.packets for record in records]
    return Packing(len(times), uneven, average, end, _audio_end_s(path), matches)


def _ends_of(records: Iterable[Record]) -> set[int]:
    """Return the film's frames at which a record ends and the next one begins."""
    ends, at = [], 0
    for record in records:
        at += record.frames
        ends.append(at)
    return set(ends[:-1])


def _audio_end_s(path: Path) -> Fraction | None:
    with opened(path) as film:
        if not film.streams.audio:
            return None
        end = Fraction(0)
        for packet in film.demux(film.streams.audio[0]):
            if packet.size and packet.pts is not None:
                end = max(end, (packet.pts + (packet.duration or 0)) * packet.time_base)
        return end


def boxes_of(path: Path) -> tuple[bytes, ...]:
    """Return the names of an MP4's parts in order: those at its top, and those that lead to its edit lists.

    A file that ends inside a part's header ends the list.
    """
    with path.open("rb") as file:
        return tuple(_boxes(file.read, file.seek, 0, path.stat().st_size))


def _boxes(read: Callable[[int], bytes], seek: Callable[[int], int], at: int, end: int) -> Iterator[bytes]:
    while at + 8 <= end:
        seek(at)
        header = read(_HEADER_BYTES)
        size, name, head = int.from_bytes(header[:4], "big"), header[4:8], 8
        if size == 1:
            size, head = int.from_bytes(header[8:16], "big"), 16
        elif size == 0:
            size = end - at
        if size < head:
            return
        yield name
        if name in _INSIDE:
            yield from _boxes(read, seek, at + head, min(at + size, end))
        at += size


def container_findings(
    request: InspectionRequest, facts: MediaFacts, packing: Packing, boxes: Sequence[bytes]
) -> tuple[Finding, ...]:
    """Return what is wrong with a film's packing; a check that finds nothing says so."""
    video = facts.video[0]
    return (
        _frames(request, packing),
        _rate(request, packing),
        _size(request, video),
        _pixels(request, video),
        _tags(request, video),
        *_ends(request, facts, packing),
        _layout(boxes),
    )


def _frames(request: InspectionRequest, packing: Packing) -> Finding:
    fits = packing.frames == request.frames
    message = f"the film has {packing.frames} frames" + ("" if fits else f"; its timeline has {request.frames}")
    return _say("frame-count", fits or "failed", message)


def _rate(request: InspectionRequest, packing: Packing) -> Finding:
    if packing.uneven_at is not None:
        at = float(packing.uneven_at / request.rate)
        message = f"frames do not follow one another at {request.rate} a second: the first one off is at {at:.2f} s"
        return Finding(check="frame-rate", verdict="failed", message=message, at_s=at)
    return _say("frame-rate", True, f"every frame is shown for 1/{request.rate} s")


def _size(request: InspectionRequest, video: VideoFacts) -> Finding:
    size, asked = (video.width_px, video.height_px), (request.width_px, request.height_px)
    even = size[0] % 2 == 0 and size[1] % 2 == 0
    message = f"the picture is {size[0]}x{size[1]} px"
    if size != asked:
        message += f"; {asked[0]}x{asked[1]} was asked for"
    elif not even:
        message += "; players want even numbers"
    return _say("frame-size", (size == asked and even) or "failed", message)


def _pixels(request: InspectionRequest, video: VideoFacts) -> Finding:
    wanted = _PIXELS[request.colour]
    fits = video.pixel_format == wanted
    message = f"pixels are {video.pixel_format}" + ("" if fits else f"; players want {wanted}")
    return _say("pixel-format", fits or "failed", message)


def _tags(request: InspectionRequest, video: VideoFacts) -> Finding:
    wanted = _TAGS[request.colour]
    found = (video.colour_range, video.colour_primaries, video.colour_transfer, video.colour_space)
    shown = "/".join(tag or "untagged" for tag in found)
    if found == wanted:
        return _say("colour-tags", True, f"colours are tagged {shown}")
    # What is not said, players guess; what is said wrongly, they believe.
    contradicts = any(tag is not None and tag != want for tag, want in zip(found, wanted, strict=True))
    message = f"colours are tagged {shown} instead of {'/'.join(wanted)}: players may show other colours"
    return _say("colour-tags", "failed" if contradicts else "doubtful", message)


def _ends(request: InspectionRequest, facts: MediaFacts, packing: Packing) -> tuple[Finding, ...]:
    if packing.audio_end_s is None:
        if request.loudness_lufs is None:
            return (_say("sound", True, "the film has no sound, as asked"),)
        return (_say("sound", "failed", "the film has no sound track"),)
    apart = packing.audio_end_s - packing.video_end_s
    starts = abs(facts.audio[0].start_s - facts.video[0].start_s)
    if abs(apart) <= 1 / request.rate and starts <= 1 / request.rate:
        return (_say("av-end", True, f"sound and pictures end {abs(float(apart)) * 1000:.0f} ms apart"),)
    message = (
        f"sound ends {abs(float(apart)):.3f} s {'after' if apart > 0 else 'before'} the pictures and starts "
        f"{float(starts):.3f} s off; one frame is allowed"
    )
    return (_say("av-end", "failed" if abs(apart) > 1 else "doubtful", message),)


def _layout(boxes: Sequence[bytes]) -> Finding:
    if b"moov" not in boxes or b"mdat" not in boxes or boxes.index(b"moov") > boxes.index(b"mdat"):
        return _say("fast-start", "doubtful", "the film can't be played while it loads: its index is not at the front")
    if b"elst" in boxes:
        return _say("fast-start", "doubtful", "the film has edit lists, which some platforms refuse")
    return _say("fast-start", True, "the film plays while it loads, and has no edit lists")


def _say(check: str, verdict: Verdict | Literal[True], message: str) -> Finding:
    return Finding(check=check, verdict="passed" if verdict is True else verdict, message=message)


__all__ = ["Packing", "boxes_of", "container_findings", "packing_of"]
