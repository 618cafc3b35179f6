"""Join: segments and one sound track become the film, by copying packets; nothing is encoded again.

The film has no edit lists, which upload checks of the large platforms ask for: B-frames are timed by negative
composition offsets, and the encoder's run-in is left out of the sound.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from media_factory.errors import RenderError
from media_factory.files import whole_file
from media_factory.timing import seconds_of

_MP4 = {"movflags": "faststart+negative_cts_offsets", "use_editlist": "0"}


def join(segments: Sequence[tuple[Path, int]], sound: Path | None, rate: Fraction, target: Path) -> int:
    """Write a film from segments in order and a sound track, and return its number of frames.

    Args:
        segments: each segment's file and how many frames it holds.
        sound: AAC in MP4, at least as long as the film less one frame; what is longer is cut off.
        rate: frames per second of all segments.
        target: the file to make; it appears whole or not at all.

    Raises:
        RenderError: a segment has another number of frames, begins with no key frame or was encoded in another way
            than the first; the sound is too short; or a file can't be read or written.
    """
    if not segments:
        raise RenderError("there is nothing to join")
    frames = sum(count for _, count in segments)
    end = seconds_of(frames, rate)
    with whole_file(target) as draft:
        try:
            with av.open(str(draft), "w", format="mp4", options=_MP4) as film:
                _copy(film, segments, sound, rate, end)
        except av.FFmpegError as exc:
            raise RenderError(f"the film could not be joined: {exc}") from exc
    return frames


def _copy(
    film: OutputContainer, segments: Sequence[tuple[Path, int]], sound: Path | None, rate: Fraction, end: Fraction
) -> None:
    with _opened(segments[0][0]) as first:
        # Opaque: packets are copied, so it is no matter which library could encode them.
        video = film.add_stream_from_template(first.streams.video[0], opaque=True)
        video.codec_context.codec_tag = first.streams.video[0].codec_context.codec_tag  # hvc1 would become hev1
        header = first.streams.video[0].codec_context.extradata
    video.time_base = 1 / rate
    runs = [_pictures(segments, header, rate, video)]
    if sound is None:
        _mux(film, runs)
        return
    with _opened(sound) as source:
        if not source.streams.audio:
            raise RenderError(f"{sound.name} holds no sound")
        track = source.streams.audio[0]
        _mux(film, [*runs, _sounds(source, track, film.add_stream_from_template(track), end, end - 1 / rate)])


def _opened(path: Path) -> InputContainer:
    return av.open(str(path), "r", format="mp4", options={"protocol_whitelist": "file"})


def _mux(film: OutputContainer, runs: Sequence[Iterator[tuple[Fraction, Packet[Any]]]]) -> None:
    for _, packet in heapq.merge(*runs, key=lambda timed: timed[0]):
        film.mux(packet)


def _pictures(
    segments: Sequence[tuple[Path, int]], header: bytes | None, rate: Fraction, out: VideoStream
) -> Iterator[tuple[Fraction, Packet[Any]]]:
    """Yield the segments' packets with their decoding times, timed in whole frames of the film."""
    first_frame = 0
    for path, frames in segments:
        with _opened(path) as source:
            stream = source.streams.video[0]
            if stream.codec_context.extradata != header:
                raise RenderError(f"segment {path.name} was encoded in another way than the first")
            delay = stream.codec_context.reorder_depth
            count = 0
            for packet in source.demux(stream):
                if packet.size == 0:
                    continue
                if count == 0 and not packet.is_keyframe:
                    raise RenderError(f"segment {path.name} does not begin with a key frame")
                packet.pts = first_frame + _in_frames(packet.pts, packet.time_base, rate, path)
                # Not the segment's own decoding times: x264 leaves the delay out of runs of one or two frames.
                packet.dts = first_frame + count - delay
                packet.duration, packet.time_base, packet.stream = 1, 1 / rate, out
                yield packet.dts / rate, packet
                count += 1
            if count != frames:
                raise RenderError(f"segment {path.name} has {count} frames instead of {frames}")
        first_frame += frames


def _in_frames(pts: int | None, time_base: Fraction, rate: Fraction, path: Path) -> int:
    frame = None if pts is None else pts * time_base * rate
    if frame is None or frame.denominator != 1:
        raise RenderError(f"segment {path.name} is not at {rate} frames per second")
    return int(frame)


def _sounds(
    source: InputContainer, track: AudioStream, out: AudioStream, end: Fraction, at_least: Fraction
) -> Iterator[tuple[Fraction, Packet[Any]]]:
    """Yield the sound's packets with their decoding times, from its true beginning to the film's end."""
    reached = Fraction(0)
    for packet in source.demux(track):
        # Packets before 0 are the encoder's run-in, which players would need an edit list to skip.
        if packet.pts is None or packet.dts is None or packet.size == 0 or packet.pts < 0:
            continue
        start = packet.pts * packet.time_base
        if start >= end:
            break
        last = min(packet.duration or 0, int((end - start) / packet.time_base))
        packet.duration, packet.stream = last, out
        reached = start + last * packet.time_base
        yield packet.dts * packet.time_base, packet
    if reached < at_least:
        raise RenderError(f"the sound ends at {float(reached):.3f} s, the pictures at {float(end):.3f} s")


__all__ = ["join"]
