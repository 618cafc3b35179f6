"""A fake hardware encoder with dials: real pictures from a software encoder, and failures where they are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from av.container import OutputContainer
from av.error import ExternalError
from av.packet import Packet
from av.video.frame import VideoFrame

from media_factory.briefs.fields import Codec
from media_factory.rendering.encoders import SOFTWARE, Encoder, PictureEncoder
from media_factory.rendering.model import Encoding
from media_factory.rendering.motion import Size


@dataclass(eq=False)
class HardwareDials:
    """What a fake hardware encoder does besides encoding, and how many frames it was given.

    Args:
        opens: whether it can be opened.
        fails_at: the frame at which it fails, counted from 0 over all that it is ever given; None if it never does.
        frames: how many frames it took.
    """

    opens: bool = True
    fails_at: int | None = None
    frames: int = 0


@dataclass(frozen=True)
class FakeHardware(Encoder):
    """A hardware encoder that exists everywhere; `fake_hardware` makes one."""

    dials: HardwareDials = field(default_factory=HardwareDials)

    def open(self, container: OutputContainer, encoding: Encoding, size: Size, rate: Fraction) -> PictureEncoder:
        """Open it.

        Raises:
            FFmpegError: its dial says that it does not open.
        """
        if not self.dials.opens:
            raise ExternalError(1, "no device")
        return _Failing(super().open(container, encoding, size, rate), self.dials)


class _Failing:
    """An encoder that fails when its dial says so."""

    def __init__(self, encoder: PictureEncoder, dials: HardwareDials) -> None:
        self._encoder = encoder
        self._dials = dials

    def encode(self, frame: VideoFrame | None = None) -> Sequence[Packet[Any]]:
        """Return the packets that are ready."""
        if frame is not None:
            if self._dials.fails_at == self._dials.frames:
                raise ExternalError(1, "device lost")
            self._dials.frames += 1
        return self._encoder.encode(frame)


def fake_hardware(codec: Codec = "h264", *, opens: bool = True, fails_at: int | None = None) -> FakeHardware:
    """Return a fake that makes what the software encoder of a codec makes, from NV12 where that takes it."""
    software = SOFTWARE[codec]
    pixel_format = "nv12" if codec == "h264" else software.pixel_format
    return FakeHardware(software.name, codec, software.options, pixel_format, HardwareDials(opens, fails_at))


__all__ = ["FakeHardware", "HardwareDials", "fake_hardware"]
