"""What the gate says of captions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.assets import Asset
from media_factory.captions.cueing import phrase_cues
from media_factory.rendering.inspect_captions import caption_findings, uncovered
from media_factory.rendering.inspect_model import CaptionText, InspectionRequest
from media_factory.timing import Word

MASTER = Asset(digest="sha256:" + "0" * 64, media_type="video/mp4", size_bytes=1)


def spoken(text: str, word_s: float = 0.35) -> tuple[Word, ...]:
    return tuple(
        Word(text=word, start_s=index * word_s, end_s=(index + 0.9) * word_s) for index, word in enumerate(text.split())
    )


def shown(*cues: tuple[float, float, str]) -> tuple[CaptionText, ...]:
    return tuple(CaptionText(start_s=start, end_s=end, text=text) for start, end, text in cues)


def cues_of(words: tuple[Word, ...], language: str = "en") -> tuple[CaptionText, ...]:
    return shown(*((cue.start_s, cue.end_s, "\n".join(cue.lines)) for cue in phrase_cues(words, language)))


def amiss(words: tuple[Word, ...], cues: tuple[CaptionText, ...], language: str = "en") -> dict[str, str]:
    request = InspectionRequest(
        master=MASTER, frames=1, rate="30", width_px=2, height_px=2, speech=(words,), cues=cues, language=language
    )
    return {finding.check: finding.verdict for finding in caption_findings(request) if finding.verdict != "passed"}


WORDS = spoken("The port reopened this morning after a storm. Forty vessels are waiting offshore.")


def test_our_own_cues_pass() -> None:
    assert amiss(WORDS, cues_of(WORDS)) == {}


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=60))
def test_our_own_cues_show_every_word_in_time(texts: list[str]) -> None:
    words = spoken(" ".join(texts))
    assert uncovered(words, cues_of(words)) == []


def test_words_without_a_cue_are_told_by_name() -> None:
    cues = cues_of(WORDS)
    assert amiss(WORDS, cues[1:]) == {"caption-coverage": "failed", "caption-text": "failed"}
    late = tuple(cue.model_copy(update={"start_s": cue.start_s + 0.3}) for cue in cues)
    assert amiss(WORDS, late)["caption-coverage"] in ("doubtful", "failed")


def test_other_words_than_spoken_fail() -> None:
    cues = tuple(cue.model_copy(update={"text": cue.text.replace("Forty", "Fifty")}) for cue in cues_of(WORDS))
    assert amiss(WORDS, cues) == {"caption-text": "failed"}


def test_a_caption_that_cannot_be_read_in_time_is_doubtful() -> None:
    fast = spoken(" ".join(["extraordinarily"] * 12), word_s=0.3)
    assert amiss(fast, cues_of(fast)) == {"caption-speed": "doubtful"}


@pytest.mark.parametrize(("language", "expected"), [("zh", {"caption-speed": "doubtful"}), ("en", {})])
def test_reading_speed_is_that_of_the_language(language: str, expected: dict[str, str]) -> None:
    words = (Word(text="一二三四五六七八九十一二", start_s=0, end_s=1),)
    assert amiss(words, shown((0, 1, "一二三四五六七八九十一二")), language) == expected


def test_captions_that_stay_too_long_are_doubtful() -> None:
    assert amiss(WORDS[:1], shown((0, 9, "The"))) == {"caption-length": "doubtful"}


def test_speech_without_any_caption_file_is_doubtful_and_silence_needs_none() -> None:
    assert amiss(WORDS, ()) == {"captions": "doubtful"}
    assert amiss((), ()) == {}
