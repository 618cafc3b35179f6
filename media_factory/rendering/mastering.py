"""Mastering: sound to its loudness, under its peak, as AAC of an exact length, proven on the encoded file.

A linear gain and a true-peak limiter do it: ffmpeg's two-pass loudnorm falls back to riding the level and pumps speech.
"""

from __future__ import annotations

from pathlib import Path
from threading import Event

import av
from av.audio.stream import AudioStream

from media_factory.errors import RenderError
from media_factory.files import whole_file
from media_factory.rendering.inspect_model import SILENCE_LUFS
from media_factory.rendering.limiting import Gain, gain_for
from media_factory.rendering.meter import Levels, levels_in
from media_factory.rendering.model import SAMPLE_RATE_HZ
from media_factory.rendering.waveforms import Sound, stereo_frames

TOLERANCE_LU = 0.5
_AIM_LU = 0.2
_ROUNDS = 4
# AAC rounds peaks up by a few tenths of a decibel.
_HEADROOM_DB = 0.4
_BITRATE_BPS = 192_000
_FRAME_SAMPLES = 1024
# No dates and no names of programs: the same sound gives the same bytes.
_BITEXACT = {"fflags": "+bitexact", "movflags": "+faststart", "movie_timescale": str(SAMPLE_RATE_HZ)}


def encode(sound: Sound, gain: Gain, target: Path) -> None:
    """Write sound as AAC-LC, 192 kbit/s, 48 kHz stereo, in an MP4 that ends with its last sample.

    Raises:
        RenderError: it can't be encoded.
    """
    with whole_file(target) as draft:
        try:
            with av.open(str(draft), "w", format="mp4", options=_BITEXACT) as container:
                track = container.add_stream(
                    "aac", rate=SAMPLE_RATE_HZ, layout="stereo", options={"flags": "+bitexact"}
                )
                assert isinstance(track, AudioStream)
                track.bit_rate, track.codec_context.thread_count = _BITRATE_BPS, 1
                for frame in stereo_frames(sound, gain.at, _FRAME_SAMPLES):
                    container.mux(track.encode(frame))
                container.mux(track.encode(None))
        except av.error.FFmpegError as exc:
            raise RenderError(f"the sound can't be encoded: {exc.strerror}") from exc


def master(
    sound: Sound,
    levels: Levels,
    target: Path,
    *,
    loudness_lufs: float,
    true_peak_dbtp: float,
    stop: Event | None = None,
) -> Levels:
    """Write sound as AAC at a loudness and under a true peak, and return what is heard in the written file.

    Args:
        sound: what to write; silence stays silent.
        levels: its levels.
        target: an `.m4a`.
        loudness_lufs: integrated loudness to reach, within 0.5 LU.
        true_peak_dbtp: what the encoded file's true peak stays under.
        stop: set it to end the work.

    Raises:
        RenderError: the loudness can't be reached under that peak, or the work was stopped.
    """
    if levels.lufs() <= SILENCE_LUFS:
        encode(sound, Gain(0.0, None), target)
        return levels_in(target, stop)
    aim_lufs, ceiling_dbtp = loudness_lufs, true_peak_dbtp - _HEADROOM_DB
    for _ in range(_ROUNDS):
        encode(sound, gain_for(levels, aim_lufs, ceiling_dbtp), target)
        heard = levels_in(target, stop)
        missing, over = loudness_lufs - heard.lufs(), heard.true_peak_dbtp - true_peak_dbtp
        if abs(missing) <= _AIM_LU and over <= 0:
            return heard
        aim_lufs += missing
        ceiling_dbtp -= over + 0.1 if over > 0 else 0.0
    if abs(missing) <= TOLERANCE_LU and over <= 0:
        return heard
    raise RenderError(
        f"the sound reaches {heard.lufs():.1f} LUFS with a true peak of {heard.true_peak_dbtp:.1f} dBTP; "
        f"asked were {loudness_lufs} LUFS under {true_peak_dbtp} dBTP"
    )


__all__ = ["TOLERANCE_LU", "encode", "master"]
