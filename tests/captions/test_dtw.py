"""Warping finds words in another voice's speech, and notices speech that says something else."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.captions.cepstra import RATE_HZ, Floats
from media_factory.captions.dtw import HIGHEST_COST, MatchedWords, align_by_dtw
from media_factory.timing import Word
from tests.captions.voices import BREATH, NEWS, library, said

__all__ = ["library"]

needs_library = pytest.mark.usefixtures("library")
GERMAN = "Der Hafen öffnete heute nach einem Sturm. Vierzig Schiffe warten vor der Küste, und die Preise steigen."


def errors_ms(found: MatchedWords | None, truth: Sequence[Word]) -> np.ndarray:
    assert found is not None
    assert [word.text for word in found.words] == [word.text for word in truth]
    return np.array([abs(one.start_s - word.start_s) * 1000 for one, word in zip(found.words, truth, strict=True)])


def later(words: Sequence[Word], by_s: float) -> list[Word]:
    return [Word(text=word.text, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in words]


def silence(seconds: float) -> Floats:
    return np.zeros(int(seconds * RATE_HZ), np.float32)


@needs_library
@pytest.mark.parametrize(
    ("voice", "rate_wpm"), [("f3", 160), ("klatt4", 150), ("en-gb", 160), (None, 110), ("m3", 220)]
)
async def test_words_of_another_voice_are_found_within_60_ms(voice: str | None, rate_wpm: int) -> None:
    sound, truth = await said(NEWS, voice, rate_wpm)
    reference, words = await said(NEWS)
    found = align_by_dtw(sound, reference, words)
    errors = errors_ms(found, truth)
    assert np.median(errors) <= 30
    assert np.percentile(errors, 90) <= 60
    assert found is not None
    assert found.cost < HIGHEST_COST


@needs_library
async def test_other_languages_are_found_as_well() -> None:
    sound, truth = await said(GERMAN, "f3", 150, "de")
    reference, words = await said(GERMAN, None, 160, "de")
    assert np.median(errors_ms(align_by_dtw(sound, reference, words), truth)) <= 60


@needs_library
async def test_a_second_and_a_half_of_silence_before_the_words_is_no_part_of_them() -> None:
    sound, truth = await said(NEWS, "f3")
    reference, words = await said(NEWS)
    found = align_by_dtw(np.concatenate([silence(1.5), sound, silence(0.7)]), reference, words)
    assert np.percentile(errors_ms(found, later(truth, 1.5)), 90) <= 60


@needs_library
async def test_a_pause_where_the_reference_has_none_moves_only_what_follows() -> None:
    sound, truth = await said(NEWS, "f3")
    reference, words = await said(NEWS)
    cut = truth[7].start_s
    at = int(cut * RATE_HZ)
    found = align_by_dtw(np.concatenate([sound[:at], silence(1.5), sound[at:]]), reference, words)
    errors = errors_ms(found, [*truth[:7], *later(truth[7:], 1.5)])
    assert np.percentile(errors, 90) <= 60
    assert errors.max() <= 250


@needs_library
async def test_noise_is_no_speech() -> None:
    sound, truth = await said(NEWS, "f3")
    reference, words = await said(NEWS)
    heard = np.concatenate([silence(1.5), sound])
    noise = np.random.default_rng(1).normal(0, 0.01 * np.abs(sound).max(), len(heard)).astype(np.float32)
    found = align_by_dtw(heard + noise, reference, words)
    assert np.median(errors_ms(found, later(truth, 1.5))) <= 60


@needs_library
@pytest.mark.parametrize("voice", ["f3", "m3", "klatt4"])
async def test_speech_of_another_text_costs_too_much(voice: str) -> None:
    reference, words = await said(NEWS)
    right, _ = await said(NEWS, voice)
    wrong, _ = await said(BREATH, voice)
    matched, missed = (align_by_dtw(sound, reference, words) for sound in (right, wrong))
    assert matched is not None
    assert missed is not None
    assert matched.cost < HIGHEST_COST / 2
    assert missed.cost > HIGHEST_COST


@needs_library
async def test_words_that_are_not_said_have_less_confidence() -> None:
    first, others = NEWS.split(". ")[0], BREATH.split(". ")[0]
    sound, _ = await said(f"{first}. {others}.", "f3")
    reference, words = await said(NEWS.rpartition(". ")[0] + ".")
    found = align_by_dtw(sound, reference, words)
    assert found is not None
    half = len(first.split())
    assert np.mean(found.confidence[: half - 2]) > np.mean(found.confidence[half + 2 :]) + 0.2


def test_silence_has_no_words() -> None:
    word = (Word(text="Yes.", start_s=0.1, end_s=0.4),)
    tone = np.sin(np.arange(RATE_HZ) * 0.2).astype(np.float32)
    assert align_by_dtw(silence(1), tone, word) is None
    assert align_by_dtw(tone, silence(1), word) is None
    assert align_by_dtw(tone, silence(0.001), word) is None
    assert align_by_dtw(tone, tone, ()) is None


@settings(max_examples=40, deadline=None)
@given(
    ours_s=st.floats(0.05, 3),
    theirs_s=st.floats(0.05, 3),
    seed=st.integers(0, 1000),
    times=st.lists(st.floats(0, 3), min_size=2, max_size=12),
)
def test_times_rise_within_the_sound_whatever_is_heard(
    ours_s: float, theirs_s: float, seed: int, times: list[float]
) -> None:
    draw = np.random.default_rng(seed)
    ours, theirs = (
        (
            draw.normal(0, 0.1, int(one * RATE_HZ))
            * (draw.random(int(one * RATE_HZ) // 800 + 1) > 0.3).repeat(800)[: int(one * RATE_HZ)]
        ).astype(np.float32)
        for one in (ours_s, theirs_s)
    )
    edges = sorted(times)
    words = [Word(text=f"w{start}", start_s=start, end_s=end) for start, end in pairwise(edges)]
    found = align_by_dtw(ours, theirs, words)
    if found is None:
        return
    assert len(found.words) == len(found.confidence) == len(words)
    assert all(0 <= word.start_s <= word.end_s <= len(ours) / RATE_HZ + 0.001 for word in found.words)
    assert all(one.end_s <= after.start_s + 0.001 for one, after in pairwise(found.words))
    assert all(0 <= one <= 1 for one in found.confidence)
