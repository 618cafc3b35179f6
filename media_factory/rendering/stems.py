"""Stems: speech and music at 48 kHz stereo, as long as the film, before they meet."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from media_factory.errors import RenderError, SilentAudio
from media_factory.rendering.ducking import SAMPLE_RATE_HZ, Span, speaking_mask, write_gain
from media_factory.rendering.ffmpeg import DETERMINISTIC, Stream, listen, source, write_file
from media_factory.rendering.mastering import exact_length
from media_factory.rendering.probe import SILENCE_LUFS, loudness_in, loudness_meter, probe

# Where utterances meet before mastering: low enough that nothing clips.
SPEECH_LUFS = -20.0
FLOAT_WAV: dict[str, Any] = {"acodec": "pcm_f32le", **DETERMINISTIC}
_EDGE_S = 0.008
_HIGH_PASS_HZ = 80
_INAUDIBLE_LUFS = -60.0
# A meter and an utterance that is turned round take 11 MB: a long film's are not all measured by one program.
_AT_ONCE = 8
# The meter hears blocks of 400 ms.
_METER_SAMPLES = SAMPLE_RATE_HZ // 2
_MUSIC_IN_S, _MUSIC_OUT_S = 0.6, 2.0
_LOOP_FADE_S = 1.5
# Music that happens to be quiet under speech is lifted by no more than this: it would roar in the gaps.
_SWING_LU = 6.0


@dataclass(frozen=True)
class PlacedSound:
    """An utterance's file and its span of samples in the film."""

    path: Path
    span: Span


@dataclass(frozen=True)
class Stem:
    """Sound before mastering: 48 kHz stereo floats, and its loudness."""

    path: Path
    lufs: float


def multiplied(stream: Stream, gain: Path) -> Stream:
    """Return a stream times a file of factors (see `write_gain`)."""
    factors = source(gain, format="f32le", ar=SAMPLE_RATE_HZ, ac=1)
    # amultiply takes equal layouts, and turning mono into stereo by the default matrix would take 3 dB off.
    return ffmpeg.filter([stream, factors.filter("channelmap", map="0|0", channel_layout="stereo")], "amultiply")


def _cleaned(one: PlacedSound, index: int) -> Stream:
    """Return an utterance as 48 kHz stereo, without rumble, its edges faded so that none clicks."""
    # The label keeps two utterances of one file apart: ffmpeg-python takes nodes with equal options for one.
    sound = source(one.path, threads=1)["a:0"].filter("ametadata", mode="add", key="utterance", value=index)
    sound = sound.filter("aresample", SAMPLE_RATE_HZ)
    sound = sound.filter("aformat", sample_fmts="fltp", channel_layouts="stereo").filter("highpass", f=_HIGH_PASS_HZ)
    for _ in range(2):  # the end is faded backwards: its time need not be known
        sound = sound.filter("afade", type="in", duration=_EDGE_S).filter("areverse")
    return sound


def _measured(one: PlacedSound, index: int) -> Stream:
    """Return an utterance behind a meter named `u<index>`; what is shorter than half a second is repeated."""
    sound, length = _cleaned(one, index), one.span[1] - one.span[0]
    if length < _METER_SAMPLES:
        sound = sound.filter("aloop", loop=-(-_METER_SAMPLES // length), size=length)
    return loudness_meter(sound, f"u{index}")


async def _utterance_gains_db(placed: Sequence[PlacedSound]) -> tuple[float | None, ...]:
    """Return the gain that brings each utterance to `SPEECH_LUFS`; None for silence."""
    measured = [_measured(one, index) for index, one in enumerate(placed)]
    logs = [await listen(measured[first : first + _AT_ONCE]) for first in range(0, len(placed), _AT_ONCE)]
    heard = [loudness_in(logs[index // _AT_ONCE], f"u{index}").integrated_lufs for index in range(len(placed))]
    return tuple(SPEECH_LUFS - lufs if lufs > _INAUDIBLE_LUFS else None for lufs in heard)


def _lanes(placed: Sequence[PlacedSound]) -> list[list[int]]:
    """Return the utterances' indexes in lanes, such that none of a lane overlaps the next."""
    lanes: list[list[int]] = []
    for index, one in enumerate(placed):
        for lane in lanes:
            if placed[lane[-1]].span[1] <= one.span[0]:
                lane.append(index)
                break
        else:
            lanes.append([index])
    return lanes


def _lane_stream(
    placed: Sequence[PlacedSound], gains: Sequence[float | None], lane: Sequence[int], samples: int
) -> Stream:
    """Return a lane's utterances end to end, each followed by silence until the next one's first sample."""
    ends = [placed[index].span[0] for index in lane[1:]] + [samples]
    pieces = []
    for index, end in zip(lane, ends, strict=True):
        gain = gains[index]
        level = "0" if gain is None else f"{gain:.3f}dB"
        pieces.append(exact_length(_cleaned(placed[index], index).filter("volume", level), end - placed[index].span[0]))
    joined = ffmpeg.concat(*pieces, v=0, a=1) if len(pieces) > 1 else pieces[0]
    return joined.filter("adelay", f"{placed[lane[0]].span[0]}S", all=1)


async def speech_stem(placed: Sequence[PlacedSound], samples: int, folder: Path) -> Stem:
    """Write the utterances in their places, all equally loud.

    Raises:
        SilentAudio: nothing can be heard in any of them.
    """
    gains = await _utterance_gains_db(placed)
    if all(gain is None for gain in gains):
        raise SilentAudio("every utterance is silent: there is no narration to mix")
    lanes = [_lane_stream(placed, gains, lane, samples) for lane in _lanes(placed)]
    speech = ffmpeg.filter(lanes, "amix", inputs=len(lanes), normalize=0) if len(lanes) > 1 else lanes[0]
    target = folder / "speech.wav"
    said = await write_file(loudness_meter(exact_length(speech, samples)), target, **FLOAT_WAV)
    return Stem(target, loudness_in(said.log).integrated_lufs)


def _looped(music: Path, samples: int, wanted: int) -> Stream:
    """Return music that goes on for as long as is wanted, its end cross-faded into its beginning.

    Args:
        music: stereo at 48 kHz.
        samples: its length.
        wanted: the length that is needed.
    """
    if samples >= wanted:
        return source(music)
    fade = min(int(_LOOP_FADE_S * SAMPLE_RATE_HZ), samples // 4)
    body = samples - fade
    bodies = source(music).filter("atrim", end_sample=body).filter_multi_output("asplit")
    tail = source(music).filter("atrim", start_sample=body).filter("asetpts", "N/SR/TB")
    turn = ffmpeg.filter([tail, bodies[1]], "acrossfade", ns=fade, c1="qsin", c2="qsin")
    return ffmpeg.concat(bodies[0], turn.filter("aloop", loop=-(-wanted // body), size=body), v=0, a=1)


async def music_stem(music: Path, samples: int, spans: Sequence[Span], folder: Path) -> Stem:
    """Write music of the film's length with its fades, as loud as it is while somebody speaks (if anybody does)."""
    decoded, target = folder / "decoded.wav", folder / "music.wav"
    sound = source(music, threads=1)["a:0"].filter("aresample", SAMPLE_RATE_HZ)
    sound = sound.filter("aformat", sample_fmts="fltp", channel_layouts="stereo").filter("atrim", end_sample=samples)
    await write_file(sound, decoded, **FLOAT_WAV)
    length = round((probe(decoded).duration_s or 0) * SAMPLE_RATE_HZ)
    if not length:
        raise RenderError("the music has no sound in it")
    seconds = samples / SAMPLE_RATE_HZ
    fade_in_s, fade_out_s = min(_MUSIC_IN_S, seconds / 4), min(_MUSIC_OUT_S, seconds / 3)
    bed = exact_length(_looped(decoded, length, samples), samples)
    bed = bed.filter("afade", type="in", duration=fade_in_s, curve="qsin")
    bed = bed.filter("afade", type="out", start_time=seconds - fade_out_s, duration=fade_out_s, curve="qsin")
    said = await write_file(loudness_meter(bed), target, **FLOAT_WAV)
    whole_lufs = loudness_in(said.log).integrated_lufs
    if not spans:
        return Stem(target, whole_lufs)
    mask = folder / "mask.f32"
    await asyncio.to_thread(lambda: write_gain(speaking_mask(spans, samples), samples, mask))
    heard = loudness_in(await listen(loudness_meter(multiplied(source(target), mask)))).integrated_lufs
    return Stem(target, max(heard, whole_lufs - _SWING_LU))


async def silence_stem(samples: int, folder: Path) -> Stem:
    """Write silence of the film's length."""
    target = folder / "silence.wav"
    nothing = ffmpeg.input("anullsrc=channel_layout=stereo:sample_rate=48000", format="lavfi")
    await write_file(nothing.filter("atrim", end_sample=samples), target, **FLOAT_WAV)
    return Stem(target, SILENCE_LUFS)


__all__ = ["FLOAT_WAV", "SPEECH_LUFS", "PlacedSound", "Stem", "multiplied", "music_stem", "silence_stem", "speech_stem"]
