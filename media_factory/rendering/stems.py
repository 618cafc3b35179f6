"""Stems: speech and music at 48 kHz, as long as the film, before they meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import numpy as np

from media_factory.errors import SilentAudio
from media_factory.rendering.ducking import Span, speaking_spans
from media_factory.rendering.meter import BLOCK, Levels, Meter, brief_lufs, levels_of
from media_factory.rendering.model import SAMPLE_RATE_HZ
from media_factory.rendering.waveforms import Samples, Sound, SoundFile, sound_in

# Where utterances meet before mastering: low enough that nothing clips.
SPEECH_LUFS = -20.0
_EDGE_SAMPLES = round(0.008 * SAMPLE_RATE_HZ)
_NO_RUMBLE = (("highpass", "f=80"),)
_INAUDIBLE_LUFS = -60.0
_MUSIC_IN_S, _MUSIC_OUT_S = 0.6, 2.0
_LOOP_FADE_S = 1.5
# Music that happens to be quiet under speech is lifted by no more than this: it would roar in the gaps.
_SWING_LU = 6.0


@dataclass(frozen=True)
class PlacedSound:
    """An utterance's file, its channels, and its span of samples in the film."""

    path: Path
    channels: int
    span: Span


@dataclass(frozen=True, eq=False)
class Stem:
    """Sound before mastering, and its levels; `lufs` is how loud it counts when stems meet."""

    sound: Sound
    levels: Levels
    lufs: float


def _cleaned(one: PlacedSound, channels: int, target: SoundFile, stop: Event | None) -> float:
    """Write an utterance without rumble, its edges faded so that none clicks, and return its loudness."""
    meter, at = Meter(channels, 2), 0
    for piece in sound_in(one.path, channels, _NO_RUMBLE, stop):
        kept = piece[:, : target.samples - at]
        target.write(at, kept)
        at += kept.shape[1]
        if kept.shape[1] < piece.shape[1]:
            break
    edge = min(_EDGE_SAMPLES, at)
    rising = np.arange(edge, dtype=np.float32) / _EDGE_SAMPLES
    target.write(0, np.multiply(target.read(0, edge), rising, dtype=np.float32))
    target.write(at - edge, np.multiply(target.read(at - edge, edge), rising[::-1], dtype=np.float32))
    for piece in replace(target.sound, samples=at).pieces():
        meter.hear(piece)
    return brief_lufs(meter.levels().energy)


def speech_stem(placed: Sequence[PlacedSound], samples: int, folder: Path, stop: Event | None = None) -> Stem:
    """Write the utterances in their places, all equally loud.

    Raises:
        SilentAudio: nothing can be heard in any of them.
        RenderError: one does not decode, or `stop` was set.
    """
    channels = max(one.channels for one in placed)
    speech = SoundFile(folder / "speech.f32", channels, samples, stop)
    heard = False
    for one in placed:
        start, end = one.span
        utterance = SoundFile(folder / "utterance.f32", channels, end - start, stop)
        lufs = _cleaned(one, channels, utterance, stop)
        if lufs > _INAUDIBLE_LUFS:
            heard = True
            _add(utterance.sound, speech, start, 10 ** ((SPEECH_LUFS - lufs) / 20))
        utterance.path.unlink()
    if not heard:
        raise SilentAudio("every utterance is silent: there is no narration to mix")
    levels = levels_of(speech.sound)
    return Stem(speech.sound, levels, levels.lufs())


def _add(sound: Sound, target: SoundFile, start: int, factor: float) -> None:
    """Add sound to what a file has from `start` on: utterances may overlap."""
    for piece in sound.pieces():
        there = target.read(start, piece.shape[1])
        target.write(start, there + piece * np.float32(factor))
        start += piece.shape[1]


def music_stem(music: Sound, samples: int, spans: Sequence[Span]) -> Stem:
    """Return music that goes on for a film's length, with its fades, as loud as it is while somebody speaks."""
    bed = _faded(_looped(music, samples))
    levels = levels_of(bed)
    whole_lufs = levels.lufs()
    if not spans:
        return Stem(bed, levels, whole_lufs)
    times = np.arange(len(levels.energy)) * BLOCK
    spoken = np.zeros(len(times), np.float32)
    for start, end in speaking_spans(spans):
        spoken[(times >= start) & (times < end)] = 1.0
    return Stem(bed, levels, max(levels.lufs(spoken), whole_lufs - _SWING_LU))


def _looped(music: Sound, wanted: int) -> Sound:
    """Return music that goes on for as long as is wanted, its end cross-faded into its beginning."""
    if music.samples >= wanted:
        return replace(music, samples=wanted)
    fade = min(int(_LOOP_FADE_S * SAMPLE_RATE_HZ), music.samples // 4)
    body = music.samples - fade
    rising = np.sin(np.arange(fade) / max(1, fade) * np.pi / 2).astype(np.float32)

    def turn(first: int, count: int) -> Samples:
        found = music.read(first, count)
        if (fading := min(count, fade - first)) > 0:
            found[:, :fading] *= rising[first : first + fading]
            found[:, :fading] += music.read(body + first, fading) * rising[::-1][first : first + fading]
        return found

    def read(first: int, count: int) -> Samples:
        parts = []
        while count:
            lap, at = divmod(first, body)
            part = min(count, body - at)
            parts.append(turn(at, part) if lap else music.read(at, part))
            first, count = first + part, count - part
        return np.concatenate(parts, axis=1)

    return Sound(music.channels, wanted, read)


def _faded(music: Sound) -> Sound:
    """Return music that comes up at its beginning and goes at its end."""
    rise = min(int(_MUSIC_IN_S * SAMPLE_RATE_HZ), music.samples // 4)
    fall = min(int(_MUSIC_OUT_S * SAMPLE_RATE_HZ), music.samples // 3)

    def read(first: int, count: int) -> Samples:
        found = music.read(first, count)
        at = np.arange(first, first + count)
        if first < rise:
            found *= np.sin(np.minimum(1.0, at / rise) * np.pi / 2).astype(np.float32)
        if first + count > music.samples - fall:
            found *= np.sin(np.minimum(1.0, (music.samples - at) / fall) * np.pi / 2).astype(np.float32)
        return found

    return replace(music, read=read)


__all__ = ["SPEECH_LUFS", "PlacedSound", "Stem", "music_stem", "speech_stem"]
