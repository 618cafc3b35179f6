"""The sound of a film: utterances in their places, music that makes room for them, one loudness."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import ffmpeg

from media_factory.errors import RenderError
from media_factory.rendering.ducking import SAMPLE_RATE_HZ, Span, ducking_curve, write_gain
from media_factory.rendering.ffmpeg import source, write_file
from media_factory.rendering.mastering import exact_length, master
from media_factory.rendering.model import MixRequest
from media_factory.rendering.probe import loudness_in, loudness_meter, probe
from media_factory.rendering.stems import (
    FLOAT_WAV,
    PlacedSound,
    Stem,
    multiplied,
    music_stem,
    silence_stem,
    speech_stem,
)
from media_factory.timing import seconds_of

# Between utterances the music comes up by this much, but never nearer to speech than `_NEAREST_LU`.
_RISE_DB, _NEAREST_LU = 12.0, 4.0
_LOUDEST_GAIN_DB = 30.0
# The header of an MP3 counts the padding of its last frames.
_LEEWAY_S = 0.1


@dataclass(frozen=True)
class MixedSound:
    """The mix and the narration alone, as files, and what the encoded mix measures."""

    mix: Path
    narration: Path
    loudness_lufs: float
    true_peak_dbtp: float


def samples_at(frame: int, rate: Fraction) -> int:
    """Return the sample at 48 kHz that is nearest to a frame's start."""
    return round(seconds_of(frame, rate) * SAMPLE_RATE_HZ)


def _place(request: MixRequest, paths: Mapping[str, Path]) -> tuple[PlacedSound, ...]:
    """Return where each utterance sounds.

    Raises:
        RenderError: one has no sound, or would be cut by the film's end.
    """
    end = samples_at(request.frames, request.rate)
    placed = []
    for utterance in request.utterances:
        path = paths[utterance.sound.digest]
        facts = probe(path)
        if not facts.audio or not facts.duration_s:
            raise RenderError(f"utterance {utterance.sound.digest} has no sound track")
        start = samples_at(utterance.first_frame, request.rate)
        stop = start + max(1, round(facts.duration_s * SAMPLE_RATE_HZ))
        if stop > end + _LEEWAY_S * SAMPLE_RATE_HZ:
            raise RenderError(
                f"the utterance at frame {utterance.first_frame} ends after the film's {request.frames} frames"
            )
        placed.append(PlacedSound(path, (start, min(stop, end))))
    return tuple(sorted(placed, key=lambda one: one.span))


async def _together(
    speech: Stem, music: Stem, spans: Sequence[Span], samples: int, under_lu: float, folder: Path
) -> Stem:
    """Write speech with music that lies `under_lu` below it wherever somebody speaks."""
    rise_db = max(0.0, min(_RISE_DB, under_lu - _NEAREST_LU))
    open_db = min(speech.lufs - under_lu - music.lufs + rise_db, _LOUDEST_GAIN_DB)
    curve, target = folder / "curve.f32", folder / "mix.wav"
    await asyncio.to_thread(lambda: write_gain(open_db + ducking_curve(spans, samples, rise_db), samples, curve))
    bed = multiplied(source(music.path), curve)
    mixed = exact_length(ffmpeg.filter([source(speech.path), bed], "amix", inputs=2, normalize=0), samples)
    said = await write_file(loudness_meter(mixed), target, **FLOAT_WAV)
    return Stem(target, loudness_in(said.log).integrated_lufs)


async def mix_sound(request: MixRequest, paths: Mapping[str, Path], folder: Path) -> MixedSound:
    """Mix a film's sound into `mix.m4a`, and the narration alone into `narration.m4a` (the same file without music).

    Both last exactly as long as the film's frames. The same inputs give the same bytes on one machine.

    Args:
        request: what sounds where.
        paths: the files of all assets that the request names, by digest.
        folder: where the files are written; it exists.

    Raises:
        SilentAudio: there are utterances, and all are silent.
        RenderError: a file has no sound, an utterance outlasts the film, or the loudness can't be reached.
        FfmpegFailed: a file does not decode.
    """
    samples = samples_at(request.frames, request.rate)
    levels = {"loudness_lufs": request.loudness_lufs, "true_peak_dbtp": request.true_peak_dbtp}
    placed = await asyncio.to_thread(_place, request, paths)
    spans = [one.span for one in placed]
    with TemporaryDirectory(dir=folder, prefix=".mixing-") as name:
        room = Path(name)
        speech = await speech_stem(placed, samples, room) if placed else await silence_stem(samples, room)
        mix_path, narration_path = folder / "mix.m4a", folder / "narration.m4a"
        mixed = speech
        if request.music:
            music = await music_stem(paths[request.music.digest], samples, spans, room)
            mixed = (
                await _together(speech, music, spans, samples, request.music_under_speech_lu, room) if placed else music
            )
            await master(speech.path, speech.lufs, samples, narration_path, **levels)
        heard = await master(mixed.path, mixed.lufs, samples, mix_path, **levels)
    narration = narration_path if request.music else mix_path
    return MixedSound(mix_path, narration, heard.integrated_lufs, heard.true_peak_dbtp)


__all__ = ["MixedSound", "mix_sound", "samples_at"]
