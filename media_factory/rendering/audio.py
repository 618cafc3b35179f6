"""The sound of a film: utterances in their places, music that makes room for them, one loudness."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import numpy as np

from media_factory.errors import RenderError
from media_factory.rendering.ducking import Span, ducking_curve, gain_at
from media_factory.rendering.ffmpeg import source, write_file
from media_factory.rendering.mastering import master
from media_factory.rendering.meter import Levels, levels_of
from media_factory.rendering.model import SAMPLE_RATE_HZ, MixRequest
from media_factory.rendering.probe import probe
from media_factory.rendering.stems import PlacedSound, Stem, music_stem, speech_stem
from media_factory.rendering.waveforms import Samples, Sound, SoundFile, silence
from media_factory.threads import run_stoppable
from media_factory.timing import seconds_of

# Between utterances the music comes up by this much, but never nearer to speech than `_NEAREST_LU`.
_RISE_DB, _NEAREST_LU = 12.0, 4.0
_LOUDEST_GAIN_DB = 30.0
# The header of an MP3 counts the padding of its last frames.
_LEEWAY_S = 0.1
_BYTES = 4


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
        placed.append(PlacedSound(path, min(2, facts.audio[0].channels), (start, min(stop, end))))
    return tuple(sorted(placed, key=lambda one: one.span))


async def _decoded(music: Path, samples: int, folder: Path) -> SoundFile:
    """Decode what a user gave as music, in a program of its own.

    Raises:
        RenderError: there is no sound in it.
    """
    target, facts = folder / "music.f32", await asyncio.to_thread(probe, music)
    channels = min(2, facts.audio[0].channels) if facts.audio else 1
    layout = "stereo" if channels > 1 else "mono"
    sound = source(music, threads=1)["a:0"].filter("aresample", SAMPLE_RATE_HZ)
    sound = sound.filter("aformat", sample_fmts="flt", channel_layouts=layout).filter("atrim", end_sample=samples)
    await write_file(sound, target, format="f32le", acodec="pcm_f32le")
    length = target.stat().st_size // (_BYTES * channels)
    if not length:
        raise RenderError("the music has no sound in it")
    return SoundFile(target, channels, length)


def _together(speech: Stem, music: Stem, spans: Sequence[Span], under_lu: float) -> Sound:
    """Return speech with music that lies `under_lu` below it wherever somebody speaks."""
    rise_db = max(0.0, min(_RISE_DB, under_lu - _NEAREST_LU))
    open_db = min(speech.lufs - under_lu - music.lufs + rise_db, _LOUDEST_GAIN_DB)
    curve = open_db + ducking_curve(spans, speech.sound.samples, rise_db)

    def read(first: int, count: int) -> Samples:
        bed = music.sound.read(first, count) * gain_at(curve, first, count)
        return np.asarray(speech.sound.read(first, count) + bed, np.float32)

    return Sound(max(speech.sound.channels, music.sound.channels), speech.sound.samples, read)


def _mix(
    stop: Event, request: MixRequest, placed: Sequence[PlacedSound], decoded: SoundFile | None, folder: Path
) -> Levels:
    """Write `mix.m4a` beside the folder, and `narration.m4a` if that is another, and return the levels of the mix."""
    samples = samples_at(request.frames, request.rate)
    finish = partial(master, loudness_lufs=request.loudness_lufs, true_peak_dbtp=request.true_peak_dbtp, stop=stop)
    spans = [one.span for one in placed]
    nothing = silence(samples)
    speech = speech_stem(placed, samples, folder, stop) if placed else Stem(nothing, levels_of(nothing), 0.0)
    mixed, levels = speech.sound, speech.levels
    if decoded:
        music = SoundFile(decoded.path, decoded.channels, decoded.samples, stop)
        bed = music_stem(music.sound, samples, spans)
        finish(speech.sound, speech.levels, folder.parent / "narration.m4a")
        mixed = _together(speech, bed, spans, request.music_under_speech_lu) if placed else bed.sound
        levels = levels_of(mixed) if placed else bed.levels
    return finish(mixed, levels, folder.parent / "mix.m4a")


async def mix_sound(request: MixRequest, paths: Mapping[str, Path], folder: Path) -> MixedSound:
    """Mix a film's sound into `mix.m4a`, and the narration alone into `narration.m4a` (the same file without music).

    Both last exactly as long as the film's frames. The same inputs give the same bytes on one machine.

    Args:
        request: what sounds where.
        paths: the files of all assets that the request names, by digest.
        folder: where the files are written; it exists.

    Raises:
        SilentAudio: there are utterances, and all are silent.
        RenderError: a file has no sound or does not decode, an utterance outlasts the film, or the loudness can't be
            reached.
    """
    placed = await asyncio.to_thread(_place, request, paths)
    with TemporaryDirectory(dir=folder, prefix=".mixing-") as name:
        room, music = Path(name), None
        if request.music:
            music = await _decoded(paths[request.music.digest], samples_at(request.frames, request.rate), room)
        heard = await run_stoppable(_mix, request, placed, music, room)
    mix, narration = folder / "mix.m4a", folder / "narration.m4a"
    loudness = heard.loudness
    return MixedSound(mix, narration if request.music else mix, loudness.integrated_lufs, loudness.true_peak_dbtp)


__all__ = ["MixedSound", "mix_sound", "samples_at"]
