from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.assets import Asset
from media_factory.briefs.fields import Destination
from media_factory.briefs.model import StoryBrief
from media_factory.delivery.destinations import DESTINATIONS, FinishedFile, check_against, film_reasons, reasons_for
from media_factory.rendering.model import Soundtrack

NAMES: tuple[Destination, ...] = get_args(Destination)
SHORT = FinishedFile(
    aspect="9:16",
    width_px=720,
    height_px=1280,
    rate=Fraction(30),
    codec="h264",
    duration_s=45,
    size_bytes=12_000_000,
    loudness_lufs=-14.1,
    true_peak_dbtp=-1.6,
    burned_in=True,
)
WIDE = SHORT.model_copy(update={"aspect": "16:9", "width_px": 1280, "height_px": 720})


def changed(**changes: Any) -> FinishedFile:
    return FinishedFile.model_validate(SHORT.model_dump() | changes)


@pytest.mark.parametrize("name", ["web", "tiktok", "reels", "shorts", "youtube", "x", "linkedin"])
def test_a_short_film_for_phones_can_go_everywhere_but_on_air(name: Destination) -> None:
    assert check_against(name, SHORT) == ()


@pytest.mark.parametrize(
    ("name", "changes", "wanted"),
    [
        ("tiktok", {"duration_s": 723.4}, ["length of 723.4 s", "at most 600 s", "TikTok developer"]),
        ("tiktok", {"width_px": 270, "height_px": 480}, ["short side of 270 px", "at least 360 px"]),
        ("tiktok", {"rate": "20"}, ["frame rate of 20 frames a second", "at least 23"]),
        ("tiktok", {"codec": "av1"}, ["codec av1", "h264, hevc is allowed"]),
        ("tiktok", {"burned_in": False}, ["captions are not burned in", "no caption file is taken"]),
        ("reels", {"duration_s": 2, "size_bytes": 1_000_000}, ["length of 2 s", "at least 3 s"]),
        ("reels", {"size_bytes": 300_500_000, "duration_s": 200}, ["300.5 MB", "at most 300 MB", "to be read again"]),
        ("reels", {"size_bytes": 200_000_000}, ["bit rate of 35.56 Mbit/s", "at most 25 Mbit/s"]),
        ("reels", {"width_px": 2160, "height_px": 3840}, ["width of 2,160 px", "at most 1,920 px"]),
        ("shorts", {"duration_s": 181}, ["length of 181 s", "at most 180 s", "2024-10-15"]),
        ("shorts", {"aspect": "16:9"}, ["aspect of 16:9", "9:16, 4:5, 1:1 is allowed"]),
        ("shorts", {"loudness_lufs": -16.0}, ["loudness of -16.0 LUFS", "-14 ±1 LU is wanted"]),
        ("shorts", {"true_peak_dbtp": -0.4}, ["true peak of -0.4 dBTP", "at most -1 dBTP"]),
        ("youtube", {"rate": "120"}, ["frame rate of 120", "at most 60"]),
        ("linkedin", {"duration_s": 1801}, ["at most 1,800 s"]),
        ("linkedin", {"burned_in": False, "caption_formats": ("ttml",)}, ["taken as srt, vtt only"]),
        ("podcast", {}, ["loudness of -14.1 LUFS", "-16 ±1 LU", "Apple"]),
    ],
)
def test_a_broken_rule_names_destination_limit_value_and_source(
    name: Destination, changes: dict[str, Any], wanted: list[str]
) -> None:
    (reason,) = check_against(name, changed(**changes))
    assert reason.startswith(f"{DESTINATIONS[name].title}: ")
    assert all(part in reason for part in wanted), reason
    assert "read 2026-11-20" in reason


def test_every_broken_rule_is_named() -> None:
    reasons = check_against("x", changed(width_px=1080, height_px=1920, duration_s=1500, rate="120", codec="hevc"))
    assert [reason.split(": ")[1].split(" of ")[0].split(" hevc")[0] for reason in reasons] == [
        "codec", "short side", "long side", "length", "frame rate",
    ]  # fmt: skip


@pytest.mark.parametrize("loudness", [None, -70.0])
def test_silence_is_not_too_quiet(loudness: float | None) -> None:
    assert check_against("tiktok", changed(loudness_lufs=loudness, true_peak_dbtp=None)) == ()


def test_a_film_without_words_needs_no_captions() -> None:
    assert check_against("tiktok", changed(burned_in=False, speaks=False)) == ()


def test_advised_bit_rates_refuse_nothing() -> None:
    assert check_against("x", changed(size_bytes=1000)) == ()


def test_each_destination_is_checked_with_the_aspect_that_suits_it() -> None:
    assert reasons_for(("shorts", "youtube", "tiktok"), (WIDE, SHORT)) == ()
    assert [reason.split(":")[0] for reason in reasons_for(("shorts", "youtube"), (WIDE,))] == ["YouTube Shorts"]


@given(st.lists(st.sampled_from(NAMES)), st.sampled_from([SHORT, WIDE]), st.floats(0.1, 10_000))
def test_reasons_of_several_destinations_are_those_of_each(
    names: list[Destination], file: FinishedFile, duration_s: float
) -> None:
    found = file.model_copy(update={"duration_s": duration_s})
    each = [reason for name in dict.fromkeys(names) for reason in check_against(name, found)]
    assert list(reasons_for(names, (found,))) == each


def test_a_briefs_films_are_checked_by_what_the_brief_and_the_stages_say() -> None:
    sound = Asset(digest="sha256:" + "0" * 64, media_type="audio/mp4", size_bytes=1)
    film = Asset(digest="sha256:" + "1" * 64, media_type="video/mp4", size_bytes=12_000_000)
    track = Soundtrack(mix=sound, narration=sound, loudness_lufs=-14.0, true_peak_dbtp=-1.5)
    brief = StoryBrief(article="The rate stays.", size=720, destinations=("tiktok", "broadcast"))
    reasons = film_reasons(brief, {"9:16": film}, 45.0, track, burned_in=False)
    assert [reason.partition(": ")[0] for reason in reasons] == ["TikTok", "broadcast", "broadcast", "broadcast"]
    plain = brief.model_copy(update={"destinations": ()})
    assert film_reasons(plain, {"9:16": film}, 45.0, track, burned_in=False) == ()
