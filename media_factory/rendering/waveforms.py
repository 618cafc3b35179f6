"""Waveforms: sound as samples at 48 kHz, read in pieces, so that an hour of it takes no more memory than a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from threading import Event

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from numpy.typing import NDArray

from media_factory.errors import RenderError
from media_factory.rendering.inspect_record import opened
from media_factory.rendering.model import SAMPLE_RATE_HZ

PIECE = 1 << 16
_FORMAT = "fltp"
_LAYOUTS = {1: "mono", 2: "stereo"}
_BYTES = 4

# Channels, then samples; full scale is 1.
Samples = NDArray[np.float32]
# ffmpeg's filters in order, each with its options.
Filters = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Sound:
    """Sound at 48 kHz; `read(first, count)` gives its samples from `first` on, all of them within its length."""

    channels: int
    samples: int
    read: Callable[[int, int], Samples]

    def pieces(self) -> Iterator[Samples]:
        """Yield all of it in order."""
        for first in range(0, self.samples, PIECE):
            yield self.read(first, min(PIECE, self.samples - first))


class SoundFile:
    """Samples in a file of this machine, silent where nothing was written."""

    def __init__(self, path: Path, channels: int, samples: int, stop: Event | None = None) -> None:
        """Open a file, which is made if it isn't there, and is as long as `samples` from now on.

        Nothing more can be read or written once `stop` is set: that ends the work.
        """
        self.path = path
        self._stop = stop
        self.channels = channels
        self.samples = samples
        path.touch()
        with path.open("rb+") as file:
            file.truncate(samples * channels * _BYTES)

    def read(self, first: int, count: int) -> Samples:
        """Return samples from `first` on.

        Raises:
            RenderError: the work was stopped.
        """
        _go_on(self._stop)
        each = self.channels
        flat = np.fromfile(self.path, "<f4", count * each, offset=first * each * _BYTES)
        return np.asarray(flat.reshape(-1, each).T, np.float32)

    def write(self, first: int, samples: Samples) -> None:
        """Write samples from `first` on.

        Raises:
            RenderError: the work was stopped.
        """
        _go_on(self._stop)
        with self.path.open("rb+") as file:
            file.seek(first * self.channels * _BYTES)
            file.write(np.ascontiguousarray(samples.T, "<f4").data)

    @property
    def sound(self) -> Sound:
        """The whole file as sound."""
        return Sound(self.channels, self.samples, self.read)


def _go_on(stop: Event | None) -> None:
    if stop is not None and stop.is_set():
        raise RenderError("work on the sound was stopped")


def silence(samples: int) -> Sound:
    """Return silence of a length."""
    return Sound(1, samples, lambda _first, count: np.zeros((1, count), np.float32))


class Chain:
    """ffmpeg's filters in this process: samples in, samples out, state kept between pieces."""

    def __init__(self, filters: Filters, channels: int) -> None:
        """Set the filters up for sound at 48 kHz that comes as `Samples` of so many channels."""
        self._layout = _LAYOUTS[channels]
        self._at = 0
        self._graph = _configured(filters, _FORMAT, SAMPLE_RATE_HZ, self._layout)

    def filtered(self, samples: Samples) -> Samples:
        """Return as many filtered samples as were given; for filters that hold nothing back."""
        if not samples.shape[1]:
            return samples
        frame = _framed(samples, self._layout, self._at)
        self._at += samples.shape[1]
        self._graph.push(frame)
        return np.concatenate(list(_pulled(self._graph)), axis=1)


def sound_in(
    path: Path, channels: int | None = None, filters: Filters = (), stop: Event | None = None
) -> Iterator[Samples]:
    """Yield the sound of a file's first sound track in pieces, at 48 kHz.

    The file is one that we made or checked: it is decoded in this process.

    Args:
        path: the file.
        channels: 1 or 2; as many as the file has, but no more than 2, if None.
        filters: what the sound goes through at 48 kHz.
        stop: set it to end the work.

    Raises:
        RenderError: there is no sound in it, it does not decode to its end, or `stop` was set.
    """
    try:
        with opened(path) as container:
            if not container.streams.audio:
                raise RenderError(f"{path.name} has no sound track")
            stream = container.streams.audio[0]
            stream.codec_context.options = {"err_detect": "explode", "threads": "1"}
            layout = _LAYOUTS[channels or min(2, stream.channels)]
            for piece in _pieces(_converted(container.decode(stream), layout, filters)):
                _go_on(stop)
                yield piece
    except (av.error.FFmpegError, OSError) as exc:
        raise RenderError(f"{path.name} does not decode: {exc.strerror}") from exc


def _converted(frames: Iterable[AudioFrame], layout: str, filters: Filters) -> Iterator[Samples]:
    """Yield decoded frames as samples at 48 kHz, through the filters."""
    graph: Graph | None = None
    for frame in frames:
        if not filters and (frame.format.name, frame.sample_rate, frame.layout.name) == (
            _FORMAT,
            SAMPLE_RATE_HZ,
            layout,
        ):
            yield _samples(frame)
            continue
        if graph is None:
            form = ("aformat", f"sample_fmts={_FORMAT}:channel_layouts={layout}")
            chain = (("aresample", str(SAMPLE_RATE_HZ)), form, *filters)
            graph = _configured(chain, frame.format.name, frame.sample_rate, frame.layout.name)
        graph.push(frame)
        yield from _pulled(graph)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph)


def _pieces(arrays: Iterable[Samples]) -> Iterator[Samples]:
    """Yield the same samples in larger pieces."""
    held: list[Samples] = []
    for array in arrays:
        held.append(array)
        if sum(each.shape[1] for each in held) >= PIECE:
            yield np.concatenate(held, axis=1)
            held = []
    if held:
        yield np.concatenate(held, axis=1)


def _configured(filters: Filters, form: str, rate_hz: int, layout: str) -> Graph:
    graph = Graph()
    source = graph.add_abuffer(format=form, sample_rate=rate_hz, layout=layout, time_base=Fraction(1, rate_hz))
    nodes = [source, *(graph.add(name, options) for name, options in filters), graph.add("abuffersink")]
    graph.link_nodes(*nodes).configure()
    return graph


def _framed(samples: Samples, layout: str, at: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), format=_FORMAT, layout=layout)
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE_HZ, at, Fraction(1, SAMPLE_RATE_HZ)
    return frame


def _pulled(graph: Graph) -> Iterator[Samples]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if isinstance(frame, AudioFrame):
            yield _samples(frame)


def _samples(frame: AudioFrame) -> Samples:
    return np.asarray(frame.to_ndarray(), np.float32)


def stereo_frames(
    sound: Sound, gain: Callable[[int, int], NDArray[np.float32] | float], each: int
) -> Iterator[AudioFrame]:
    """Yield sound times a gain as stereo frames of `each` samples, which divides `PIECE`; the last may be shorter."""
    at = 0
    for piece in sound.pieces():
        louder = np.broadcast_to(piece * gain(at, piece.shape[1]), (2, piece.shape[1]))
        for first in range(0, piece.shape[1], each):
            yield _framed(louder[:, first : first + each], _LAYOUTS[2], at + first)
        at += piece.shape[1]


__all__ = [
    "PIECE",
    "Chain",
    "Filters",
    "Samples",
    "Sound",
    "SoundFile",
    "silence",
    "sound_in",
    "stereo_frames",
]
