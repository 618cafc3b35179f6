"""Small real sounds, and ears for what was mixed."""

from __future__ import annotations

import hashlib
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from media_factory.assets import Asset
from media_factory.rendering.model import MixRequest, PlacedUtterance

Sound = NDArray[np.float64]


def tone(seconds: float, hertz: float = 1000, level: float = 0.3, rate_hz: int = 48_000) -> Sound:
    """Return a sine."""
    return np.asarray(level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate_hz)) / rate_hz))


def chatter(seconds: float, seed: int = 1, rate_hz: int = 22_050) -> Sound:
    """Return noise in syllables of 0.15 s: as dense and as peaky as speech."""
    random = np.random.default_rng(seed)
    count = round(seconds * rate_hz)
    syllables = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(count) / (0.15 * rate_hz))
    return np.asarray(np.clip(0.2 * random.standard_normal(count) * syllables, -1, 1))


class Records:
    """Sounds on disk, by digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: dict[str, Path] = {}

    def press(self, sound: Sound, rate_hz: int = 48_000) -> Asset:
        """Save a sound as 16-bit mono WAV and return its asset."""
        path = self.folder / f"{len(self.paths)}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate_hz)
            file.writeframes(np.round(sound * 32767).astype("<i2").tobytes())
        digest = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
        self.paths[digest] = path
        return Asset(digest=digest, media_type="audio/wav", size_bytes=path.stat().st_size)


def mix_request(frames: int, *placed: tuple[Asset, int], rate: str = "30", **settings: object) -> MixRequest:
    """Return a request for utterances at frames."""
    utterances = tuple(PlacedUtterance(sound=sound, first_frame=first) for sound, first in placed)
    return MixRequest.model_validate({"utterances": utterances, "frames": frames, "rate": Fraction(rate), **settings})


def hear(path: Path) -> Sound:
    """Decode a file's left channel at 48 kHz."""
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)]).astype(np.float64)


def level_db(sound: Sound, hertz: float, start_s: float, end_s: float) -> float:
    """Return the level of one tone in a stretch of sound at 48 kHz, in dB of full scale."""
    part = sound[round(start_s * 48_000) : round(end_s * 48_000)]
    window = np.hanning(len(part))
    turning = np.exp(-2j * np.pi * hertz * np.arange(len(part)) / 48_000)
    return float(20 * np.log10(2 * abs(np.sum(part * window * turning)) / np.sum(window) + 1e-12))
