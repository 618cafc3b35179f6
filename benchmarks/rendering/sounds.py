"""Sounds to mix: something that is loud and soft like speech, and chords that go on like music."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from media_factory.timing import Word

RATE_HZ = 24_000
_GAP_SHARE = 0.12
_CHORDS_HZ = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6), (196.0, 246.9, 329.6))


def spoken_words(texts: Sequence[str], duration_s: float) -> tuple[Word, ...]:
    """Return words that share a time by their letters, with a short gap after each."""
    letters = [len(text) + 2 for text in texts]
    ends = np.cumsum(letters) / sum(letters) * duration_s
    starts = [0.0, *ends[:-1]]
    return tuple(
        Word(text=text, start_s=round(float(a), 6), end_s=round(float(a + (b - a) * (1 - _GAP_SHARE)), 6))
        for text, a, b in zip(texts, starts, ends, strict=True)
    )


def voice(words: Sequence[Word], duration_s: float) -> NDArray[np.int16]:
    """Return a humming voice: harmonics under a syllable-like envelope for each word."""
    times = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    sound = np.zeros(len(times))
    for index, word in enumerate(words):
        inside = (times >= word.start_s) & (times < word.end_s)
        local = (times[inside] - word.start_s) / (word.end_s - word.start_s)
        pitch_hz = 110 + 9 * (index * 7 % 5)
        tone = sum(np.sin(2 * np.pi * pitch_hz * n * times[inside]) / n for n in range(1, 16))
        sound[inside] = tone * np.sin(np.pi * local) ** 0.5 * (0.75 + 0.25 * np.sin(6 * np.pi * local))
    breath = np.random.default_rng(3).normal(0, 0.004, len(times))
    return np.asarray(np.clip(sound * 0.22 + breath, -1, 1) * 32767, np.int16)


def music(duration_s: float) -> NDArray[np.int16]:
    """Return slow chords."""
    times = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    sound = np.zeros(len(times))
    for index, chord in enumerate(_CHORDS_HZ * (int(duration_s / 8) + 1)):
        local = times - 2 * index
        shape = np.where((local > 0) & (local < 3), np.minimum(local / 0.05, 1) * np.exp(-local), 0)
        sound += shape * sum(np.sin(2 * np.pi * pitch_hz * times) for pitch_hz in chord)
    return np.asarray(np.clip(sound * 0.12, -1, 1) * 32767, np.int16)


def write_wave(sound: NDArray[np.int16], target: Path) -> Path:
    """Write mono sound as WAV and return its path."""
    with wave.open(str(target), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(sound.tobytes())
    return target


__all__ = ["RATE_HZ", "music", "spoken_words", "voice", "write_wave"]
