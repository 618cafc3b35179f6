"""Mastering: sound to its loudness, under its peak, as AAC of an exact length, proven on the encoded file.

A linear gain and a true-peak limiter do it: ffmpeg's two-pass loudnorm falls back to riding the level and pumps speech.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from media_factory.errors import RenderError
from media_factory.rendering.ducking import SAMPLE_RATE_HZ
from media_factory.rendering.ffmpeg import DETERMINISTIC, Stream, listen, source, write_file
from media_factory.rendering.probe import SILENCE_LUFS, Loudness, loudness_in, loudness_meter, measure_loudness

TOLERANCE_LU = 0.5
_AIM_LU = 0.2
_TRIALS, _ROUNDS = 3, 4
# AAC rounds peaks up by a few tenths of a decibel.
_HEADROOM_DB = 0.4
_AAC: dict[str, Any] = {"acodec": "aac", "audio_bitrate": "192k", "ar": SAMPLE_RATE_HZ, "ac": 2, "flags:a": "+bitexact"}


def exact_length(stream: Stream, samples: int) -> Stream:
    """Return the stream cut or padded with silence to exactly so many samples."""
    return stream.filter("apad", whole_len=samples).filter("atrim", end_sample=samples).filter("asetpts", "N/SR/TB")


def limited(stream: Stream, gain_db: float, ceiling_dbtp: float) -> Stream:
    """Return the stream with a gain, its true peak held under a ceiling (limited at four times the sample rate)."""
    louder = stream.filter("volume", f"{gain_db:.3f}dB").filter("aresample", 4 * SAMPLE_RATE_HZ)
    held = louder.filter("alimiter", limit=f"{ceiling_dbtp:.3f}dB", level=0, attack=5, release=60, latency=1)
    return held.filter("aresample", SAMPLE_RATE_HZ)


async def _gain_for(sound: Path, measured_lufs: float, loudness_lufs: float, ceiling_dbtp: float) -> float:
    """Return the gain before the limiter that gives the loudness behind it."""
    gain_db = loudness_lufs - measured_lufs
    for _ in range(_TRIALS):
        heard = loudness_in(await listen(loudness_meter(limited(source(sound), gain_db, ceiling_dbtp))))
        missing = loudness_lufs - heard.integrated_lufs
        gain_db += missing
        if abs(missing) < _AIM_LU:
            break
    return gain_db


async def encode(stream: Stream, samples: int, target: Path) -> None:
    """Write a stream as AAC-LC, 192 kbit/s, 48 kHz stereo, in an MP4 that ends after so many samples."""
    await write_file(exact_length(stream, samples), target, movflags="+faststart", **_AAC, **DETERMINISTIC)


async def master(
    sound: Path, measured_lufs: float, samples: int, target: Path, *, loudness_lufs: float, true_peak_dbtp: float
) -> Loudness:
    """Write sound as AAC at a loudness and under a true peak, and return what the written file measures.

    Args:
        sound: stereo at 48 kHz.
        measured_lufs: its integrated loudness; silence stays silent.
        samples: how long the file lasts.
        target: an `.m4a`.
        loudness_lufs: integrated loudness to reach, within 0.5 LU.
        true_peak_dbtp: what the encoded file's true peak stays under.

    Raises:
        RenderError: the loudness can't be reached under that peak.
    """
    if measured_lufs <= SILENCE_LUFS:
        await encode(source(sound), samples, target)
        return await measure_loudness(target)
    ceiling_dbtp = true_peak_dbtp - _HEADROOM_DB
    gain_db = await _gain_for(sound, measured_lufs, loudness_lufs, ceiling_dbtp)
    for _ in range(_ROUNDS):
        await encode(limited(source(sound), gain_db, ceiling_dbtp), samples, target)
        heard = await measure_loudness(target)
        missing, over = loudness_lufs - heard.integrated_lufs, heard.true_peak_dbtp - true_peak_dbtp
        if abs(missing) <= _AIM_LU and over <= 0:
            return heard
        gain_db += missing
        ceiling_dbtp -= over + 0.1 if over > 0 else 0.0
    if abs(missing) <= TOLERANCE_LU and over <= 0:
        return heard
    raise RenderError(
        f"the sound reaches {heard.integrated_lufs} LUFS with a true peak of {heard.true_peak_dbtp} dBTP; "
        f"asked were {loudness_lufs} LUFS under {true_peak_dbtp} dBTP"
    )


__all__ = ["TOLERANCE_LU", "encode", "exact_length", "limited", "master"]
