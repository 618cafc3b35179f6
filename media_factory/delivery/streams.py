"""HLS and DASH with CMAF segments: a finished film as a folder of small files that any web server can stream.

Nothing is encoded here. The top variant is the master's own samples, and all variants are cut at the same key frames.
"""

from __future__ import annotations

import asyncio
import bisect
import math
import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from media_factory.delivery.boxes import Track, tracks_of
from media_factory.delivery.codec_names import describe
from media_factory.delivery.dash import MANIFEST_NAME, dash_manifest
from media_factory.delivery.dash import MEDIA_TYPE as DASH_TYPE
from media_factory.delivery.extras_model import Stream, StreamFile, StreamRung
from media_factory.delivery.fragments import Cutter, Piece, init_segment
from media_factory.delivery.ladder import cuts
from media_factory.delivery.playlists import (
    CAPTIONS_NAME,
    I_FRAMES_NAME,
    INIT_NAME,
    MEDIA_TYPE,
    MULTIVARIANT_NAME,
    PLAYLIST_NAME,
    Part,
    Rendition,
    bandwidth,
    captions_playlist,
    codecs_of,
    media_playlist,
    multivariant_playlist,
    stream_captions,
    target_s,
)
from media_factory.errors import RenderError
from media_factory.store.base import AssetStore

_MEDIA_TYPES = {
    ".m3u8": MEDIA_TYPE,
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".mpd": DASH_TYPE,
    ".vtt": "text/vtt",
}
_SOUND, _CAPTIONS = "sound", "captions"


class Packaged:
    """A packaged stream: its variants largest first, and its sound, if it has any."""

    def __init__(self, pictures: Sequence[Rendition], sound: Rendition | None) -> None:
        self.pictures = tuple(pictures)
        self.sound = sound


def package_top_rung(master: Path, folder: Path) -> Packaged:
    """Write a film as a stream of one variant, the film itself; every sample is copied as it is.

    Args:
        master: an MP4 of ours, beginning with a key frame.
        folder: where the stream goes; it is made if it isn't there.

    Raises:
        RenderError: the film can't be streamed as it is.
    """
    return package_stream(master, (), folder)


def package_stream(
    master: Path, below: Sequence[Path], folder: Path, *, language: str = "en", captions: str | None = None
) -> Packaged:
    """Write a film and smaller runs of it as a stream; call it in a thread.

    Args:
        master: the film, with its sound.
        below: the same pictures in smaller sizes, largest first, with key frames at least where segments begin.
        folder: where the stream goes; it is made if it isn't there.
        language: BCP 47 tag of sound and captions.
        captions: WebVTT in seconds of the film.

    Raises:
        RenderError: a file can't be streamed as it is, or a smaller run has other frames than the master.
    """
    with _opened(master) as (data, tracks):
        pictures = _one(tracks, b"vide")
        if pictures is None:
            raise RenderError(f"{master.name} holds no pictures to stream")
        starts, end = _starts(pictures, below), pictures.seconds(len(pictures.sizes))
        times = [pictures.seconds(start) for start in starts]
        renditions = [_write_pictures(data, pictures, starts, folder)]
        heard = _one(tracks, b"soun")
        sound = _write_sound(data, heard, times, folder) if heard else None
    for path in below:
        with _opened(path) as (data, tracks):
            renditions.append(_write_pictures(data, tracks[0], starts, folder))
    _write_playlists(renditions, sound, folder)
    if captions is not None:
        (folder / _CAPTIONS).mkdir(exist_ok=True)
        _write(folder / _CAPTIONS / CAPTIONS_NAME, stream_captions(captions))
        _write(folder / _CAPTIONS / PLAYLIST_NAME, captions_playlist(end))
    shown = _CAPTIONS if captions is not None else None
    _write(folder / MULTIVARIANT_NAME, multivariant_playlist(renditions, sound, language, shown))
    _write(folder / MANIFEST_NAME, dash_manifest(renditions, sound, language, shown))
    return Packaged(renditions, sound)


async def keep_stream(packaged: Packaged, folder: Path, store: AssetStore) -> Stream:
    """Put a packaged stream's files into a store and return the stream; the file that players open comes first.

    Raises:
        StoreError: a file could not be kept.
    """
    files = [
        StreamFile(path=path.relative_to(folder).as_posix(), asset=await store.put(path, _MEDIA_TYPES[path.suffix]))
        for path in await asyncio.to_thread(_files_in, folder)
    ]
    return Stream(files=tuple(files), rungs=tuple(_rung(found, packaged.sound) for found in packaged.pictures))


def _files_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.*"), key=lambda path: (path.name != MULTIVARIANT_NAME, path))


def _rung(pictures: Rendition, sound: Rendition | None) -> StreamRung:
    peak, average = bandwidth(pictures, sound)
    return StreamRung(
        name=pictures.folder,
        width_px=pictures.description.width_px or 0,
        height_px=pictures.description.height_px or 0,
        codecs=codecs_of(pictures, sound),
        peak_bitrate_bps=peak,
        average_bitrate_bps=average,
    )


@contextmanager
def _opened(path: Path) -> Iterator[tuple[memoryview, tuple[Track, ...]]]:
    """Give a film's bytes, mapped rather than read: a long master would not fit into memory."""
    try:
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
            memoryview(mapped) as data,
        ):
            yield data, tracks_of(data)
    except (OSError, ValueError) as exc:
        raise RenderError(f"{path.name} can't be streamed: {exc}") from exc


def _one(tracks: Sequence[Track], kind: bytes) -> Track | None:
    return next((track for track in tracks if track.kind == kind and len(track.sizes)), None)


def _starts(master: Track, below: Sequence[Path]) -> list[int]:
    """Return the samples that segments begin at: key frames that the master and all smaller runs have."""
    keys = set(master.keys.tolist())
    for path in below:
        with _opened(path) as (_, tracks):
            run = _one(tracks, b"vide")
            if run is None or len(run.sizes) != len(master.sizes):
                raise RenderError(f"{path.name} has other frames than the film that it is a smaller run of")
            keys &= set(run.keys.tolist())
    common = sorted(keys)
    chosen = cuts([master.seconds(key) for key in common], master.seconds(len(master.sizes)))
    return [common[index] for index in chosen]


def _write_pictures(data: memoryview, track: Track, starts: Sequence[int], folder: Path) -> Rendition:
    found = describe(track)
    target = folder / f"video-{min(found.width_px or 0, found.height_px or 0)}"
    target.mkdir(parents=True, exist_ok=True)
    _write(target / INIT_NAME, init_segment(track))
    keys, cutter = track.keys.tolist(), Cutter(data, track)
    segments, key_frames = [], []
    for number, (first, end) in enumerate(zip(starts, [*starts[1:], len(track.sizes)], strict=True), start=1):
        inside = keys[bisect.bisect_left(keys, first) : bisect.bisect_left(keys, end)]
        segment, fragments = cutter.segment(_alone(inside, end), end)
        name = f"{number:04d}.m4s"
        segments.append(Part(name, _between(track, first, end), _write_pieces(target / name, segment)))
        ends = dict(zip(inside, [*inside[1:], end], strict=True))
        key_frames += [
            Part(name, _between(track, piece.first, ends[piece.first]), piece.size, piece.offset)
            for piece in fragments
            if piece.first in ends
        ]
    return Rendition(target.name, found, tuple(segments), tuple(key_frames))


def _alone(keys: Sequence[int], end: int) -> list[int]:
    """Return where fragments begin when each key frame has one to itself, which I-frame playlists can name whole."""
    return sorted({*keys, *(key + 1 for key in keys if key + 1 < end)})


def _write_sound(data: memoryview, track: Track, times: Sequence[Fraction], folder: Path) -> Rendition:
    """Write the sound, cut at the packet that is nearest after each cut of the pictures."""
    target = folder / _SOUND
    target.mkdir(parents=True, exist_ok=True)
    _write(target / INIT_NAME, init_segment(track))
    ticks, cutter = track.times[:-1].tolist(), Cutter(data, track)
    starts = sorted({bisect.bisect_left(ticks, math.ceil(time * track.timescale)) for time in times} - {len(ticks)})
    segments = []
    for number, (first, end) in enumerate(zip(starts, [*starts[1:], len(ticks)], strict=True), start=1):
        segment, _ = cutter.segment([first], end)
        name = f"{number:04d}.m4s"
        segments.append(Part(name, _between(track, first, end), _write_pieces(target / name, segment)))
    return Rendition(target.name, describe(track), tuple(segments))


def _between(track: Track, first: int, end: int) -> Fraction:
    return Fraction(int(track.times[end] - track.times[first]), track.timescale)


def _write_playlists(pictures: Sequence[Rendition], sound: Rendition | None, folder: Path) -> None:
    target = target_s([*pictures, sound] if sound else pictures)
    for rendition in pictures:
        _write(folder / rendition.folder / PLAYLIST_NAME, media_playlist(rendition.segments, target))
        longest = max(1, int(max(part.duration_s for part in rendition.key_frames) + Fraction(1, 2)))
        text = media_playlist(rendition.key_frames, longest, i_frames=True)
        _write(folder / rendition.folder / I_FRAMES_NAME, text)
    if sound:
        _write(folder / sound.folder / PLAYLIST_NAME, media_playlist(sound.segments, target))


def _write_pieces(path: Path, pieces: Sequence[Piece]) -> int:
    return path.write_bytes(b"".join(pieces))


def _write(path: Path, data: bytes | str) -> None:
    """Write a file of a stream. A stream is made in a scratch folder and kept file by file, so nothing is synced."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)


__all__ = ["Packaged", "keep_stream", "package_stream", "package_top_rung"]
