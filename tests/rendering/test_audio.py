"""The sound of a film, heard after it was encoded."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.errors import RenderError, SilentAudio
from media_factory.rendering.audio import mix_sound, samples_at
from media_factory.rendering.inspect_model import SILENCE_LUFS
from media_factory.rendering.probe import decode_check, measure_loudness, probe
from tests.rendering.sounds import Records, Sound, chatter, hear, level_db, mix_request, tone


@pytest.fixture
def records(tmp_path: Path) -> Records:
    (tmp_path / "records").mkdir()
    return Records(tmp_path / "records")


def envelope(sound: Sound) -> Sound:
    """Return a sound's course of loudness, in blocks of 1 ms."""
    blocks = sound[: len(sound) // 48 * 48].reshape(-1, 48)
    return np.asarray(np.sqrt(np.mean(blocks**2, axis=1)))


def starts_ms(sound: Sound, floor: float = 0.01) -> list[int]:
    """Return the milliseconds at which sound starts after at least 50 ms of silence."""
    loud = envelope(sound) > floor
    return [at for at in range(len(loud)) if loud[at] and not loud[max(0, at - 50) : at].any()]


async def test_the_encoded_mix_has_the_loudness_the_peak_and_the_length_that_were_asked(
    records: Records, tmp_path: Path
) -> None:
    speech = records.press(chatter(2.5), 22_050)
    request = mix_request(201, (speech, 7), (speech, 110), rate="30000/1001", music=records.press(tone(9, 220)))
    mixed = await mix_sound(request, records.paths, tmp_path)
    for path in (mixed.mix, mixed.narration):
        heard, facts = await measure_loudness(path), probe(path)
        assert heard.integrated_lufs == pytest.approx(-14, abs=0.5)
        assert heard.true_peak_dbtp <= -1.5
        assert (facts.audio[0].codec, facts.audio[0].profile) == ("aac", "LC")
        assert (facts.audio[0].sample_rate_hz, facts.audio[0].channels) == (48_000, 2)
        assert facts.audio[0].duration_s == pytest.approx(201 * 1001 / 30000, abs=1 / 48_000)
        await decode_check(path)
    heard = await measure_loudness(mixed.mix)
    assert (mixed.loudness_lufs, mixed.true_peak_dbtp) == (heard.integrated_lufs, heard.true_peak_dbtp)


async def test_other_targets_are_reached_too(records: Records, tmp_path: Path) -> None:
    request = mix_request(90, (records.press(chatter(2.5), 22_050), 5), loudness_lufs=-23, true_peak_dbtp=-3)
    mixed = await mix_sound(request, records.paths, tmp_path)
    assert mixed.loudness_lufs == pytest.approx(-23, abs=0.5)
    assert mixed.true_peak_dbtp <= -3


async def test_utterances_start_at_their_frames_to_the_sample(records: Records, tmp_path: Path) -> None:
    sound = chatter(0.5, rate_hz=48_000)
    frames = (11, 47, 83)
    speech = records.press(sound)
    mixed = await mix_sound(
        mix_request(110, *((speech, frame) for frame in frames), rate="30000/1001"), records.paths, tmp_path
    )
    heard = hear(mixed.mix)
    for frame in frames:
        expected = samples_at(frame, Fraction(30000, 1001))
        window = heard[expected - 2000 : expected + len(sound) + 2000]
        offset = int(np.argmax(np.correlate(window, sound, "valid"))) - 2000
        assert abs(offset) <= 1


async def test_utterances_are_equally_loud_however_they_came(records: Records, tmp_path: Path) -> None:
    loud, quiet = records.press(tone(1, 900, 0.5)), records.press(tone(1, 500, 0.02))
    short = records.press(tone(0.2, 900, 0.1))
    request = mix_request(120, (loud, 0), (quiet, 45), (short, 90))
    heard = hear((await mix_sound(request, records.paths, tmp_path)).mix)
    first, second = level_db(heard, 900, 0.2, 0.8), level_db(heard, 500, 1.7, 2.3)
    assert abs(first - second) < 1
    assert abs(first - level_db(heard, 900, 3.05, 3.15)) < 1.5


async def test_utterances_that_overlap_are_both_heard(records: Records, tmp_path: Path) -> None:
    request = mix_request(90, (records.press(tone(2, 900)), 0), (records.press(tone(2, 500)), 30))
    heard = hear((await mix_sound(request, records.paths, tmp_path)).mix)
    assert level_db(heard, 900, 1.3, 1.7) > -25
    assert level_db(heard, 500, 1.3, 1.7) > -25
    assert level_db(heard, 900, 2.3, 2.7) < -60


async def test_edges_are_faded_so_that_nothing_clicks(records: Records, tmp_path: Path) -> None:
    request = mix_request(60, (records.press(np.sign(tone(1, 1000)) * 0.2), 15))
    heard = envelope(hear((await mix_sound(request, records.paths, tmp_path)).mix))
    assert heard[501] < 0.5 * heard[520]
    assert heard[1498] < 0.5 * heard[1480]


async def test_music_lies_as_far_below_speech_as_asked_and_comes_up_between(records: Records, tmp_path: Path) -> None:
    speech, music = records.press(tone(2, 1000)), records.press(tone(10, 400))
    request = mix_request(300, (speech, 60), (speech, 210), music=music)
    heard = hear((await mix_sound(request, records.paths, tmp_path)).mix)
    # K-weighting lifts 1 kHz by some 0.7 dB more than 400 Hz.
    under = level_db(heard, 1000, 2.5, 3.5) - level_db(heard, 400, 2.5, 3.5)
    assert under == pytest.approx(16, abs=1.5)
    rise = level_db(heard, 400, 5, 6.5) - level_db(heard, 400, 2.5, 3.5)
    assert rise == pytest.approx(12, abs=0.5)
    sinking, recovering = level_db(heard, 400, 1.84, 1.86), level_db(heard, 400, 4.34, 4.36)
    assert level_db(heard, 400, 2.5, 3.5) + 2 < sinking < level_db(heard, 400, 5, 6.5) - 2
    assert level_db(heard, 400, 2.5, 3.5) + 2 < recovering < level_db(heard, 400, 5, 6.5) - 2


async def test_narration_alone_has_no_music(records: Records, tmp_path: Path) -> None:
    request = mix_request(120, (records.press(tone(2, 1000)), 30), music=records.press(tone(5, 400)))
    mixed = await mix_sound(request, records.paths, tmp_path)
    assert level_db(hear(mixed.mix), 400, 1.5, 2.5) > -45
    assert level_db(hear(mixed.narration), 400, 1.5, 2.5) < -70


async def test_without_music_the_narration_is_the_mix(records: Records, tmp_path: Path) -> None:
    mixed = await mix_sound(mix_request(60, (records.press(chatter(1), 22_050), 5)), records.paths, tmp_path)
    assert mixed.mix == mixed.narration


async def test_short_music_goes_on_to_the_end_and_fades_there(records: Records, tmp_path: Path) -> None:
    request = mix_request(300, music=records.press(tone(3, 440)))
    mixed = await mix_sound(request, records.paths, tmp_path)
    heard = envelope(hear(mixed.mix))
    assert mixed.loudness_lufs == pytest.approx(-14, abs=0.5)
    assert heard[700:7900].min() > 0.5 * np.median(heard[700:7900])
    assert heard[:30].max() < 0.2 * np.median(heard)
    assert heard[9970:].max() < 0.1 * np.median(heard)
    assert measure_is_silent(hear(mixed.narration))


def measure_is_silent(sound: Sound) -> bool:
    return bool(np.abs(sound).max() < 1e-4)


async def test_a_film_without_sound_is_silent(records: Records, tmp_path: Path) -> None:
    mixed = await mix_sound(mix_request(45), records.paths, tmp_path)
    assert mixed.loudness_lufs == SILENCE_LUFS
    assert probe(mixed.mix).audio[0].duration_s == pytest.approx(1.5, abs=1 / 48_000)


async def test_silent_utterances_are_an_error_unless_another_is_heard(records: Records, tmp_path: Path) -> None:
    silent, heard = records.press(np.zeros(48_000)), records.press(chatter(1), 22_050)
    with pytest.raises(SilentAudio):
        await mix_sound(mix_request(60, (silent, 0), music=records.press(tone(3))), records.paths, tmp_path)
    mixed = await mix_sound(mix_request(90, (silent, 0), (heard, 45)), records.paths, tmp_path)
    assert starts_ms(hear(mixed.mix)) == [pytest.approx(1500, abs=15)]


async def test_an_utterance_that_outlasts_the_film_is_refused(records: Records, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="frame 45 ends after the film's 60 frames"):
        await mix_sound(mix_request(60, (records.press(tone(1)), 45)), records.paths, tmp_path)


async def test_the_same_request_gives_the_same_bytes(records: Records, tmp_path: Path) -> None:
    request = mix_request(90, (records.press(chatter(2), 22_050), 8), music=records.press(tone(2, 300)))
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        make_folder(folder)
        await mix_sound(request, records.paths, folder)
        made.append(contents(folder))
    assert made[0] == made[1]
    assert sorted(made[0]) == ["mix.m4a", "narration.m4a"]


def make_folder(folder: Path) -> None:
    folder.mkdir()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@given(st.integers(0, 10**6), st.sampled_from(["24", "25", "30", "60", "24000/1001", "30000/1001"]))
def test_a_frames_sample_is_within_half_a_sample_of_its_time(frame: int, rate: str) -> None:
    assert abs(samples_at(frame, Fraction(rate)) - Fraction(frame) / Fraction(rate) * 48_000) <= Fraction(1, 2)
