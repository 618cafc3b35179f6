"""What vendors send, checked: base64, what kind of file it is, and sound brought to WAV.

No vendor's SDK checks the body of a good answer, so providers do, with these.
"""

from __future__ import annotations

import base64
import binascii
import io
import wave
from collections.abc import Collection

from media_factory import media_types
from media_factory.errors import BadReply

_RIFF_HEAD_BYTES = 12
_CHUNK_HEAD_BYTES = 8
# Writers that stream don't know the length yet and write 0, or the largest number of 31 or 32 bits, or near it.
_UNKNOWN_LENGTH = 0x7FFF_0000
_PCM, _EXTENSIBLE = 1, 0xFFFE


def decoded_base64(text: object, vendor: str, what: str) -> bytes:
    """Return the bytes of a base64 text; line breaks and a `data:` prefix are allowed.

    Args:
        text: what the vendor sent.
        vendor: who sent it.
        what: what it should be, such as "a picture".

    Raises:
        BadReply: it is no text, no base64, or empty.
    """
    if not isinstance(text, str) or not text.strip():
        raise BadReply(f"{vendor} sent no {what.removeprefix('a ')}")
    body = text.partition(",")[2] if text.startswith("data:") else text
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise BadReply(f"{vendor} sent {len(text)} characters for {what} that are no base64") from problem


def media_type_of(data: bytes) -> str | None:
    """Return the media type that the first bytes of a file show, or None for none that is known.

    Everything that begins as MP4 does is video/mp4 here, whatever its brand: vendors label sound in it in many ways.
    """
    return "video/mp4" if data[4:8] == b"ftyp" else media_types.media_type_of(data)


def checked_media_type(data: bytes, allowed: Collection[str], vendor: str) -> str:
    """Return the media type of a file, which must be one of those allowed.

    Raises:
        BadReply: it is something else.
    """
    found = media_type_of(data)
    if found is None or found not in allowed:
        wanted = " or ".join(sorted(allowed))
        raise BadReply(f"{vendor} sent {len(data)} bytes of {found or 'nothing we know'}; {wanted} was asked for")
    return found


def wav_from_pcm(pcm: bytes, rate_hz: int, vendor: str, channels: int = 1) -> bytes:
    """Return samples (signed, 16 bit, little-endian, interleaved) as a WAV file.

    Raises:
        BadReply: there are none, or half of one.
    """
    if not pcm or len(pcm) % (2 * channels):
        raise BadReply(f"{vendor} sent {len(pcm)} bytes of sound, which is no whole number of samples")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(pcm)
    return buffer.getvalue()


def wav_from_sound(data: bytes, vendor: str) -> bytes:
    """Return any sound that we know (WAV, MP3, MP4, Ogg, FLAC) as WAV of 16 bit, rate and channels kept.

    A WAV of 16 bit keeps its samples; the lengths in its head are put right, which vendors that stream leave unknown.

    Raises:
        BadReply: it does not decode to the end, or has no length.
    """
    kind = checked_media_type(data, ("audio/wav", "audio/mpeg", "audio/ogg", "audio/flac", "video/mp4"), vendor)
    if kind == "audio/wav":
        chunks = _chunks(data, vendor)
        form = chunks.get(b"fmt ", b"")
        if len(form) >= 16 and _number(form, 0) in (_PCM, _EXTENSIBLE) and _number(form, 14) == 16:
            channels, rate_hz = _number(form, 2), int.from_bytes(form[4:8], "little")
            if not 1 <= channels <= 8 or not 1000 <= rate_hz <= 384_000:
                raise BadReply(f"{vendor} sent a WAV of {channels} channels at {rate_hz} Hz")
            return wav_from_pcm(chunks.get(b"data", b""), rate_hz, vendor, channels)
    return _transcoded(data, vendor)


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _chunks(data: bytes, vendor: str) -> dict[bytes, bytes]:
    """Return the chunks of a WAV by name; a `data` chunk of unknown length goes to the end."""
    found: dict[bytes, bytes] = {}
    at = _RIFF_HEAD_BYTES
    while at + _CHUNK_HEAD_BYTES <= len(data) and b"data" not in found:
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        at += _CHUNK_HEAD_BYTES
        rest = len(data) - at
        if name == b"data" and (length == 0 or length >= _UNKNOWN_LENGTH):
            length = rest
        if length > rest:
            raise BadReply(f"{vendor} sent a WAV that ends {length - rest} bytes early")
        found[name] = data[at : at + length]
        at += length + length % 2
    return found


def _transcoded(data: bytes, vendor: str) -> bytes:
    import av

    pcm, rate_hz, channels = bytearray(), 0, 0
    try:
        with av.open(io.BytesIO(data), "r") as container:
            stream = container.streams.audio[0]
            resampler = av.AudioResampler(format="s16")
            for frame in container.decode(stream):
                for piece in resampler.resample(frame):
                    rate_hz, channels = piece.sample_rate, piece.layout.nb_channels
                    pcm += bytes(piece.planes[0])[: piece.samples * 2 * channels]
    except (av.FFmpegError, IndexError, ValueError) as problem:
        raise BadReply(f"{vendor} sent {len(data)} bytes that are no sound") from problem
    return wav_from_pcm(bytes(pcm), rate_hz, vendor, channels or 1)


__all__ = ["checked_media_type", "decoded_base64", "media_type_of", "wav_from_pcm", "wav_from_sound"]
