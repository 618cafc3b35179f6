"""What the simulated vendors make: small, decodable, and the same bytes for the same request."""

from __future__ import annotations

import hashlib
import io
import struct
import wave
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from PIL import Image

from media_factory.captions.words import split_words

PictureFormat = Literal["png", "jpeg", "webp"]
_SPEECH_WPM = 160
_TONE_SHARE = 0.8
_KEPT = 64


@dataclass(frozen=True)
class SpokenWord:
    """A word that was spoken; seconds from the start of the sound."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Speech:
    """Samples (signed, 16 bit, little-endian, mono) and when each word sounds."""

    pcm: bytes
    rate_hz: int
    words: tuple[SpokenWord, ...]

    @property
    def duration_s(self) -> float:
        """How long it lasts, in seconds."""
        return len(self.pcm) / 2 / self.rate_hz


@lru_cache(maxsize=_KEPT)
def picture(request: str | bytes, width_px: int, height_px: int, kind: PictureFormat = "png") -> bytes:
    """Return a picture of a size whose colours follow the request."""
    corners = np.frombuffer(_digest(request)[:12], np.uint8).reshape(2, 2, 3)
    made = Image.fromarray(corners, "RGB").resize((width_px, height_px), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    made.save(buffer, kind, **({"compress_level": 1} if kind == "png" else {"quality": 80}))
    return buffer.getvalue()


@lru_cache(maxsize=_KEPT)
def speech(text: str, rate_hz: int = 24_000, wpm: float = _SPEECH_WPM, language: str = "en") -> Speech:
    """Return a text spoken as one tone per word; a text without words gives a fifth of a second of silence."""
    texts = split_words(text, language)
    letters = sum(len(word) + 1 for word in texts)
    sound, words, at = [], [], 0
    for word in texts:
        span = round(len(texts) * 60 / wpm * (len(word) + 1) / letters * rate_hz)
        spoken = max(1, round(span * _TONE_SHARE))
        sound.append(_tone(200 + _digest(word)[0], spoken, span, rate_hz))
        words.append(SpokenWord(word, at / rate_hz, (at + spoken) / rate_hz))
        at += span
    samples = np.concatenate(sound) if sound else np.zeros(rate_hz // 5, np.int16)
    return Speech(samples.astype("<i2").tobytes(), rate_hz, tuple(words))


def tone(request: str | bytes, duration_s: float, rate_hz: int = 44_100) -> bytes:
    """Return samples (signed, 16 bit, little-endian, mono) of a tone whose pitch follows the request."""
    samples = round(duration_s * rate_hz)
    return _tone(150 + _digest(request)[0], samples, samples, rate_hz).astype("<i2").tobytes()


def wav(pcm: bytes, rate_hz: int, *, streamed: bool = False) -> bytes:
    """Return mono samples as WAV; `streamed` leaves the lengths in its head unknown, as vendors that stream do."""
    if streamed:
        form = struct.pack("<HHIIHH", 1, 1, rate_hz, 2 * rate_hz, 2, 16)
        unknown = b"\xff\xff\xff\xff"
        return b"RIFF" + unknown + b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + unknown + pcm
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(pcm)
    return buffer.getvalue()


@lru_cache(maxsize=_KEPT)
def mp3(pcm: bytes, rate_hz: int, bitrate_bps: int = 64_000) -> bytes:
    """Return mono samples as MP3; its length is theirs, rounded up to whole frames."""
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=rate_hz)
        stream.bit_rate, stream.layout = bitrate_bps, "mono"
        samples = np.frombuffer(pcm, "<i2").reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="s16p", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


@lru_cache(maxsize=_KEPT)
def clip(request: str | bytes, width_px: int, height_px: int, duration_s: float, rate: int = 24) -> bytes:
    """Return a silent MP4 (H.264) whose colours follow the request and move a little; sides must be even."""
    import av

    corners = np.frombuffer(_digest(request)[:12], np.uint8).reshape(2, 2, 3)
    still = np.asarray(Image.fromarray(corners, "RGB").resize((width_px, height_px), Image.Resampling.BILINEAR))
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        # One thread: with more, x264 gives other bytes on other machines.
        stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = width_px, height_px, "yuv420p"
        for index in range(max(1, round(duration_s * rate))):
            moved = np.ascontiguousarray(np.roll(still, index, axis=1))
            frame = av.VideoFrame.from_ndarray(moved, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def _digest(request: str | bytes) -> bytes:
    return hashlib.sha256(request.encode() if isinstance(request, str) else request).digest()


def _tone(pitch_hz: int, spoken: int, span: int, rate_hz: int) -> np.ndarray[Any, np.dtype[np.int16]]:
    sound = np.zeros(span, np.int16)
    sound[:spoken] = 6000 * np.sin(2 * np.pi * pitch_hz * np.arange(spoken) / rate_hz)
    return sound


__all__ = ["PictureFormat", "Speech", "SpokenWord", "clip", "mp3", "picture", "speech", "tone", "wav"]
