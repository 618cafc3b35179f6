import html
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.captions.cueing import Cue, phrase_cues
from media_factory.captions.sidecars import srt, webvtt
from media_factory.timing import Word
from tests.captions.texts import JAPANESE, RATES, spoken, timed_words

TIMES = re.compile(r"(\d{2}):(\d{2}):(\d{2})[.,](\d{3}) --> (\d{2}):(\d{2}):(\d{2})[.,](\d{3})")
Parsed = list[tuple[int, int, list[str]]]


def milliseconds(hours: str, minutes: str, seconds: str, rest: str) -> int:
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest)


def parsed(blocks: list[list[str]]) -> Parsed:
    found: Parsed = []
    for times, *lines in blocks:
        match = TIMES.fullmatch(times)
        assert match, times
        found.append((milliseconds(*match.groups()[:4]), milliseconds(*match.groups()[4:]), lines))
    return found


def parse_vtt(text: str) -> Parsed:
    """Read WebVTT as the standard says: a header, then blocks between blank lines."""
    header, *blocks = text.rstrip("\n").split("\n\n")
    assert header.split("\n")[0] == "WEBVTT"
    found = parsed([block.split("\n") for block in blocks])
    return [(start, end, [html.unescape(line) for line in lines]) for start, end, lines in found]


def parse_srt(text: str) -> Parsed:
    blocks = [block.split("\r\n") for block in text.split("\r\n\r\n") if block]
    assert [block[0] for block in blocks] == [str(number) for number in range(1, len(blocks) + 1)]
    found = parsed([block[1:] for block in blocks])
    return [(start, end, [line.replace("\u200b", "") for line in lines]) for start, end, lines in found]


def cue(start_s: float, end_s: float, *lines: str) -> Cue:
    words = tuple(Word(text=line, start_s=start_s, end_s=end_s) for line in lines)
    return Cue(start_s=start_s, end_s=end_s, lines=lines, words=words)


def test_a_webvtt_file_reads_as_the_standard_shows() -> None:
    assert webvtt([cue(0, 1.5, "Hello,", "world."), cue(3661.25, 3662, "Bye.")], "en-GB") == (
        "WEBVTT\nKind: captions\nLanguage: en-GB\n\n"
        "00:00:00.000 --> 00:00:01.500\nHello,\nworld.\n\n"
        "01:01:01.250 --> 01:01:02.000\nBye.\n"
    )


def test_an_srt_file_reads_as_players_expect() -> None:
    assert srt([cue(0, 1.5, "Hello,", "world."), cue(2, 3, "Bye.")]) == (
        "1\r\n00:00:00,000 --> 00:00:01,500\r\nHello,\r\nworld.\r\n\r\n"
        "2\r\n00:00:02,000 --> 00:00:03,000\r\nBye.\r\n\r\n"
    )


def test_markup_in_a_text_stays_text() -> None:
    hostile = [cue(0, 1, "<b>AT&T</b> --> now", "{\\an8}up")]
    vtt, plain = webvtt(hostile, "en"), srt(hostile)
    assert "&lt;b&gt;AT&amp;T&lt;/b&gt; --&gt; now" in vtt
    assert vtt.count("-->") == plain.count("-->") == 1
    assert not re.search(r"<[a-z/]|\{\\", plain)
    assert parse_srt(plain)[0][2] == ["<b>AT&T</b> --> now", "{\\an8}up"]


def test_a_blank_line_in_a_cue_does_not_end_it() -> None:
    assert parse_vtt(webvtt([cue(0, 1, "one\n\ntwo")], "en")) == [(0, 1000, ["one two"])]


def test_a_language_tag_can_not_add_lines_to_the_header() -> None:
    assert "Language: enX" in webvtt([], "en\n\nX")


def test_a_cue_that_lingers_gives_way_to_the_next() -> None:
    assert [times[:2] for times in parse_vtt(webvtt([cue(0, 3, "one"), cue(2, 4, "two")], "en"))] == [
        (0, 2000),
        (2000, 4000),
    ]


def test_cues_of_less_than_a_millisecond_stay_apart() -> None:
    cues = [cue(1.0001, 1.0002, "one"), cue(1.0002, 1.0004, "two"), cue(1.0004, 1.0006, "three")]
    times = [times[:2] for times in parse_vtt(webvtt(cues, "en"))]
    assert all(start < end for start, end in times)
    assert all(before[1] <= after[0] for before, after in pairwise(times))


@given(timed_words(), st.sampled_from(["vtt", "srt"]))
@settings(max_examples=100, deadline=None)
def test_what_is_written_reads_back_as_the_same_text_in_time_order(words: tuple[Word, ...], kind: str) -> None:
    cues = phrase_cues(words, "en")
    found = parse_vtt(webvtt(cues, "en")) if kind == "vtt" else parse_srt(srt(cues))
    assert [lines for _, _, lines in found] == [list(c.lines) for c in cues]
    assert all(start < end for start, end, _ in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    assert all(
        abs(start - 1000 * c.start_s) <= 1 + index
        for index, ((start, _, _), c) in enumerate(zip(found, cues, strict=True))
    )


@pytest.mark.parametrize(("text", "language"), [(RATES, "en"), (JAPANESE, "ja")])
def test_word_times_lie_inside_their_cue_in_order_and_leave_the_text_alone(text: str, language: str) -> None:
    cues = phrase_cues(spoken(text, language), language)
    timed, plain = webvtt(cues, language, word_times=True), webvtt(cues, language)
    stamp = re.compile(r"<(\d{2}):(\d{2}):(\d{2})\.(\d{3})>")
    assert stamp.sub("", timed) == plain
    for (start, end, lines), c in zip(parse_vtt(timed), cues, strict=True):
        stamps = [milliseconds(*match) for match in stamp.findall("\n".join(lines))]
        assert stamps == [round(1000 * w.start_s) for w in c.words[1:]]
        assert all(start < at < end for at in stamps)
        assert stamps == sorted(set(stamps))
