"""Encoders: what turns frames into packets, opened so that segments join by stream copy.

Segments of a film are encoded apart and share one sample entry. So every run is closed (nothing refers across its
edges), starts with a key frame, has the parameter sets of all others, and carries no text about itself. One thread
each: a machine runs one encoder per core, and the same frames give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import cv2
from av.codec.codec import UnknownCodecError
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from media_factory.briefs.fields import Codec
from media_factory.errors import InputError, RenderError
from media_factory.rendering.film_encoding import H264_MAX_BLOCKS, H264_MAX_SIDE_PX, frame_problem
from media_factory.rendering.model import Encoding, SegmentRequest
from media_factory.rendering.motion import Size

# As long as the longest run of a film: a second key frame near a run's end would cost as much as a second of pictures
# (measured: 22 % fewer bytes than with one every 2 s).
KEY_FRAME_EVERY_S = 3
_MAX_CRF = 51
# Apple's players take no other (HLS authoring specification, 1.10).
HEVC_TAG = "hvc1"
_AVX_512 = 13  # CPU_AVX_512F of cv::CpuFeatures, which the binding has no name for
# How many frames x265 holds back at most: a B-frame between B-frames waits for two.
_X265_REORDERS = 2

Options = dict[str, str]


class PictureEncoder(Protocol):
    """Takes frames in order and gives packets; without a frame, what it still holds."""

    def encode(self, frame: VideoFrame | None = None) -> Sequence[Packet[Any]]:
        """Return the packets that are ready."""


@dataclass(frozen=True)
class Encoder:
    """An encoder of libavcodec: its name there, what it makes, what it reads, and how it is asked.

    Args:
        name: libavcodec's name.
        codec: what it makes.
        options: its options, given an encoding and the number of frames between key frames.
        pixel_format: the 4:2:0 layout that it takes.
    """

    name: str
    codec: Codec
    options: Callable[[Encoding, int], Options]
    pixel_format: str = "yuv420p"

    def open(self, container: OutputContainer, encoding: Encoding, size: Size, rate: Fraction) -> PictureEncoder:
        """Add its stream to a container.

        Raises:
            RenderError: our libavcodec has no such encoder.
            FFmpegError: libavcodec can't open it.
        """
        options = self.options(encoding, round(KEY_FRAME_EVERY_S * rate))
        try:
            stream = container.add_stream(self.name, rate=rate, options=options)
        except UnknownCodecError as exc:
            raise RenderError(f"there is no encoder {self.name} here") from exc
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = self.pixel_format
        _describe(stream, rate, self.codec)
        return _Timed(stream) if self.codec == "hevc" else stream


class _Timed:
    """An encoder whose packets get their decoding times here: one after the other, early enough for the reordering.

    x265 takes them from memory that it never set where a run is shorter than its delay (seen with PyAV 18.1: some runs
    of two frames can't be written at all).
    """

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._packets = 0

    def encode(self, frame: VideoFrame | None = None) -> Sequence[Packet[Any]]:
        """Return the packets that are ready."""
        packets = self._stream.encode(frame)
        for packet in packets:
            packet.dts = self._packets - _X265_REORDERS
            self._packets += 1
        return packets


def open_encoder(container: OutputContainer, request: SegmentRequest, *, plain: bool = False) -> PictureEncoder:
    """Add the stream of the encoder that a segment asks for.

    Args:
        container: where the stream goes.
        request: the segment.
        plain: its pictures are mostly plain (`content`).

    Raises:
        InputError: its codec does not go with its size or its CRF.
        RenderError: it names hardware that we don't know.
        FFmpegError: libavcodec can't open the encoder.
    """
    encoding = request.encoding.for_plain() if plain else request.encoding
    if problem := frame_problem(encoding.codec, request.width_px, request.height_px):
        raise InputError(problem)
    if encoding.codec != "av1" and encoding.crf > _MAX_CRF:
        raise InputError(f"crf: {encoding.crf} with {encoding.codec}; 0 to {_MAX_CRF} is allowed")
    if encoding.hardware is None:
        found: Encoder | None = SOFTWARE[encoding.codec]
    else:
        found = HARDWARE.get(encoding.hardware)
    if found is None or found.codec != encoding.codec:
        raise RenderError(f"no hardware encoder {encoding.hardware} makes {encoding.codec}")
    return found.open(container, encoding, (request.width_px, request.height_px), request.rate)


def _describe(stream: VideoStream, rate: Fraction, codec: Codec) -> None:
    stream.sample_aspect_ratio = Fraction(1)
    context = stream.codec_context
    context.thread_count = 1
    context.time_base = 1 / rate
    context.color_range = ColorRange.MPEG
    context.colorspace = Colorspace.ITU709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    if codec == "hevc":
        context.codec_tag = HEVC_TAG


def _joined(*parts: str) -> str:
    return ":".join(part for part in parts if part)


def _x264(encoding: Encoding, keyint: int) -> Options:
    # Stitchable: without it the parameter sets hold the CRF, and segments that differ in it could not be joined.
    fixed = f"keyint={keyint}:scenecut=0:open-gop=0:stitchable=1"
    if cv2.checkHardwareSupport(_AVX_512):
        # x264's macroblock tree reads memory that nobody wrote when it runs in AVX-512: up to 29 different films in 40
        # encodings of 6 frames, against one with AVX2, in the same time.
        fixed += ":asm=avx2"
    return {
        "preset": encoding.preset,
        "crf": str(encoding.crf),
        "profile": "high",
        "x264-params": _joined(encoding.tuning, fixed),
    }


def _x265(encoding: Encoding, keyint: int) -> Options:
    # x265 has threads of its own, which libavcodec's number of threads does not reach.
    alone = "pools=none:frame-threads=1:wpp=0:lookahead-slices=0"
    fixed = f"keyint={keyint}:min-keyint={keyint}:scenecut=0:open-gop=0:info=0:log-level=error"
    return {
        "preset": encoding.preset,
        "crf": str(encoding.crf),
        "profile": "main",
        "x265-params": _joined(encoding.tuning, alone, fixed),
    }


def _svt_av1(encoding: Encoding, keyint: int) -> Options:
    # SVT-AV1 writes its settings to standard error, past libavcodec's log; 1 leaves its errors.
    os.environ.setdefault("SVT_LOG", "1")
    fixed = f"lp=1:keyint={keyint}:irefresh-type=2:scd=0"  # 2: key frames, not forward references
    return {
        "preset": encoding.preset,
        "crf": str(encoding.crf),
        "svtav1-params": _joined(encoding.tuning, fixed),
    }


def _nvenc(encoding: Encoding, keyint: int) -> Options:
    return {
        "preset": "p5",
        "rc": "vbr",
        "cq": str(_hardware_quality(encoding)),
        "b": "0",
        "bf": "0",
        "g": str(keyint),
        "forced-idr": "1",
        "no-scenecut": "1",
    }


def _qsv(encoding: Encoding, keyint: int) -> Options:
    return {"preset": "medium", "global_quality": str(_hardware_quality(encoding)), "bf": "0", "g": str(keyint)}


def _videotoolbox(encoding: Encoding, keyint: int) -> Options:
    # Its scale goes the other way, from 1 to 100.
    quality = max(1, min(100, 110 - 2 * _hardware_quality(encoding)))
    return {"global_quality": str(quality * 118), "flags": "+qscale", "bf": "0", "g": str(keyint), "realtime": "0"}


def _hardware_quality(encoding: Encoding) -> int:
    """Return the constant quality on H.264's scale of 0 to 51 that an encoding's CRF stands for."""
    return round(encoding.crf * 51 / 63) if encoding.codec == "av1" else encoding.crf


SOFTWARE: Mapping[Codec, Encoder] = {
    "h264": Encoder("libx264", "h264", _x264),
    "hevc": Encoder("libx265", "hevc", _x265),
    "av1": Encoder("libsvtav1", "av1", _svt_av1),
}
# In the order in which they are tried. No B-frames: not all of them say how far they reorder, which a join must know.
HARDWARE: dict[str, Encoder] = {
    encoder.name: encoder
    for encoder in (
        Encoder("h264_nvenc", "h264", _nvenc),
        Encoder("hevc_nvenc", "hevc", _nvenc),
        Encoder("av1_nvenc", "av1", _nvenc),
        Encoder("h264_qsv", "h264", _qsv, "nv12"),
        Encoder("hevc_qsv", "hevc", _qsv, "nv12"),
        Encoder("av1_qsv", "av1", _qsv, "nv12"),
        Encoder("h264_videotoolbox", "h264", _videotoolbox),
        Encoder("hevc_videotoolbox", "hevc", _videotoolbox),
    )
}

__all__ = [
    "H264_MAX_BLOCKS",
    "H264_MAX_SIDE_PX",
    "HARDWARE",
    "HEVC_TAG",
    "KEY_FRAME_EVERY_S",
    "SOFTWARE",
    "Encoder",
    "PictureEncoder",
    "frame_problem",
    "open_encoder",
]
