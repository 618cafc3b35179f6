"""The meter hears what ffmpeg's hears, whatever pieces the sound comes in."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.rendering.ffmpeg import listen, source
from media_factory.rendering.inspect_model import SILENCE_DBTP, SILENCE_LUFS
from media_factory.rendering.meter import BLOCK, Levels, Meter, brief_lufs, levels_in
from tests.rendering.sounds import Records, Sound, chatter, tone

PAUSE = np.zeros(48_000 * 3)


def levels(sound: Sound, *cuts: int, speakers: int = 1) -> Levels:
    """Hear one channel, cut into pieces."""
    meter = Meter(1, speakers)
    for piece in np.split(sound.astype(np.float32)[None], sorted(cuts), axis=1):
        meter.hear(piece)
    return meter.levels()


async def heard_by_ffmpeg(path: Path) -> tuple[float, float]:
    """Return loudness and true peak as ffmpeg's meter has them, at the rate that the standard is written for."""
    said = await listen(
        source(path)["a:0"].filter("aresample", 48_000).filter("ebur128", peak="true", framelog="quiet")
    )
    loudness, peak = re.search(r"I:\s+(\S+) LUFS", said), re.search(r"Peak:\s+(\S+) dBFS", said)
    assert loudness
    assert peak
    return float(loudness[1]), float(peak[1])


@pytest.mark.parametrize(
    ("sound", "rate_hz"),
    [
        (tone(5, 997, 0.5), 48_000),
        (tone(5, 60, 0.3), 48_000),
        (tone(4, 11_000, 0.6) * np.hanning(192_000), 48_000),
        (chatter(6), 22_050),
        (np.concatenate([chatter(4, rate_hz=48_000), PAUSE, 0.05 * chatter(4, 2, 48_000), PAUSE]), 48_000),
        (np.sign(tone(3, 1000)) * 0.4, 48_000),
        (0.4 * np.random.default_rng(5).standard_normal(48_000 * 2).clip(-2, 2), 48_000),
        (np.where(np.arange(96_000) % 4000 == 0, 0.9, 0.0), 48_000),
    ],
    ids=["middle", "low", "high", "syllables", "gated", "square", "noise", "clicks"],
)
async def test_it_agrees_with_ffmpegs_meter(tmp_path: Path, sound: Sound, rate_hz: int) -> None:
    Records(tmp_path).press(sound, rate_hz)
    loudness_lufs, peak_dbtp = await heard_by_ffmpeg(tmp_path / "0.wav")
    heard = levels_in(tmp_path / "0.wav")
    assert heard.lufs() == pytest.approx(loudness_lufs, abs=0.1)
    assert heard.true_peak_dbtp == pytest.approx(peak_dbtp, abs=0.15)


def test_one_channel_from_two_speakers_is_3_lu_louder() -> None:
    """EBU Tech 3341, case 1: 1 kHz at -23 dBFS from both speakers reads -23 LUFS."""
    sound = tone(20, level=10 ** (-23 / 20))
    assert levels(sound, speakers=2).lufs() == pytest.approx(-23, abs=0.1)
    assert levels(sound).lufs() == pytest.approx(-26, abs=0.1)


def test_peaks_between_samples_are_seen() -> None:
    """EBU Tech 3341, case 17: a quarter of the sample rate, its samples 3 dB below its peaks."""
    sound = 0.5 * np.sin(2 * np.pi * (np.arange(48_000) / 4 + 1 / 8))
    assert np.abs(sound).max() == pytest.approx(0.5 / np.sqrt(2))
    # Where it begins, all of it at once, it overshoots; its middle is heard.
    middle = levels(sound).peaks[100:-100].max()
    assert 20 * np.log10(middle) == pytest.approx(-6, abs=0.1)


def test_silence_measures_the_floor() -> None:
    heard = levels(np.zeros(48_000))
    assert (heard.lufs(), heard.true_peak_dbtp) == (SILENCE_LUFS, SILENCE_DBTP)
    assert levels(np.zeros(0)).true_peak_dbtp == SILENCE_DBTP


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 30_000), max_size=5), st.integers(1, 30_000))
def test_pieces_make_no_difference(cuts: list[int], length: int) -> None:
    sound = chatter(1, rate_hz=48_000)[:length]
    whole, parts = levels(sound), levels(sound, *(cut for cut in cuts if cut < length))
    assert len(whole.peaks) == len(whole.energy) == -(-length // BLOCK)
    assert np.allclose(whole.energy, parts.energy, rtol=1e-3, atol=1e-5)
    assert np.allclose(whole.peaks, parts.peaks, atol=1e-6)


@settings(deadline=None, max_examples=20)
@given(st.floats(-30, 6))
def test_a_gain_moves_loudness_by_as_much(gain_db: float) -> None:
    heard = levels(chatter(2, rate_hz=48_000))
    assert heard.lufs(10 ** (gain_db / 20)) == pytest.approx(heard.lufs() + gain_db, abs=0.15)


def test_what_is_too_short_for_a_meter_is_heard_as_if_it_went_on() -> None:
    short, long = levels(tone(0.2)), levels(tone(5))
    assert short.lufs() == SILENCE_LUFS
    assert brief_lufs(short.energy) == pytest.approx(long.lufs(), abs=0.3)


def test_silences_are_found_where_they_are() -> None:
    sound = np.concatenate([tone(1), np.zeros(24_000), tone(1), np.zeros(9_600), tone(0.5), np.zeros(48_000)])
    found = list(levels(sound).silences(-50, 0.3))
    assert found == [pytest.approx((1.0, 1.5), abs=0.002), pytest.approx((3.2, 4.2), abs=0.002)]
