"""The page says what was delivered, what it cost, and how it is to be found."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from media_factory.delivery.manifest import Manifest, Output
from media_factory.delivery.page import story_page
from tests.delivery.pages import TEXTS, Page, asset, image, narration, story


@pytest.mark.parametrize("manifest", [story(), story(kind="video"), image(), narration()], ids=lambda m: m.kind)
def test_every_output_can_be_downloaded_from_every_kind_of_page(manifest: Manifest) -> None:
    page = Page(story_page(manifest))
    linked = {unquote(a["href"]) for a in page.all("a") if "download" in a}
    assert {output.path for output in manifest.outputs} | {"manifest.json"} == linked
    assert page.open == []


def test_downloads_tell_format_measures_and_size() -> None:
    assert "MP4 · 1080 × 1920 · 1.2 MB" in Page(story_page(story())).visible


def test_the_page_does_not_offer_itself() -> None:
    manifest = story()
    own = Output(role="page", path="index.html", asset=asset("page", "text/html"))
    assert "index.html" not in story_page(manifest.model_copy(update={"outputs": (*manifest.outputs, own)}))


def test_stages_are_grouped_with_counts_and_every_one_is_listed() -> None:
    text = re.sub(r"\s+", " ", Page(story_page(story())).visible)
    assert "Synthesize speech × 3espeak:en 1 made 2 cached 4.5 s$0.004" in text
    assert text.count("synthesize-speech v1") == 3


def test_totals_say_what_was_paid_worked_and_saved() -> None:
    text = re.sub(r"\s+", " ", Page(story_page(story())).visible)
    assert "Paid in this run$0.004 Work in this run1.5 s Saved by cache3.0 s From cache2 of 3 stages" in text


@pytest.mark.parametrize(
    ("status", "said"), [("passed", "Passed"), ("degraded", "less than asked"), ("blocked", "not for release")]
)
def test_the_verdict_and_its_reasons_are_said_in_words(status: str, said: str) -> None:
    page = Page(story_page(story(status=status, reasons=("Loudness is -15.2 LUFS.",))))
    assert said in page.visible
    assert "Loudness is -15.2 LUFS." in page.visible


def test_search_engines_are_told_what_the_video_is() -> None:
    found = Page(story_page(story())).script("application/ld+json")
    assert found["@type"] == "VideoObject"
    assert (found["duration"], found["contentUrl"], found["thumbnailUrl"]) == (
        "PT12S",
        "video-9x16.mp4",
        "poster-9x16.jpg",
    )
    assert (found["width"], found["height"], found["uploadDate"]) == (1080, 1920, "2026-11-20T14:03:00Z")
    assert found["transcript"] == "\n\n".join(TEXTS)
    assert [(clip["startOffset"], clip["endOffset"]) for clip in found["hasPart"]] == [(0, 4), (4, 8), (8, 12)]


def test_links_unfurl_with_title_picture_and_video() -> None:
    found = {a["property"]: a["content"] for a in Page(story_page(story())).all("meta") if "property" in a}
    assert (found["og:title"], found["og:image"], found["og:video"]) == (
        "Apollo 11",
        "poster-9x16.jpg",
        "video-9x16.mp4",
    )
    assert found["og:type"] == "video.other"
