from __future__ import annotations

import base64
import re

import pytest

from media_factory.delivery.page import gaps_of, story_page
from media_factory.delivery.schemes import contrast
from media_factory.design.themes import THEMES
from media_factory.errors import InputError
from media_factory.timing import Word
from tests.delivery.pages import TEXTS, Page, image, narration, scenes, story


def test_the_same_manifest_gives_the_same_page() -> None:
    assert story_page(story()) == story_page(story())


def test_words_and_their_times_stand_in_the_page_as_the_manifest_has_them() -> None:
    manifest = story()
    found = Page(story_page(manifest)).script('application/json" id="words')
    assert [tuple(Word(**word) for word in scene["words"]) for scene in found] == [s.words for s in manifest.scenes]
    assert [(scene["start_s"], scene["end_s"]) for scene in found] == [(s.start_s, s.end_s) for s in manifest.scenes]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", TEXTS[0]), ("ja", "今日は Media Factory で3.25%の散歩に行きました。"), ("ar", "لقد هبط النسر.")],
)
def test_the_transcript_is_the_script_as_written_word_by_word(language: str, text: str) -> None:
    manifest = story(language=language, scenes=tuple(scenes((text,), language)))
    html = story_page(manifest)
    line = html.split('<ol class="lines"')[1].split("<p", 1)[1].split(">", 1)[1].split("</p>")[0]
    assert re.sub(r"<[^>]+>", "", line).strip() == text
    assert line.count('class="w"') == len(manifest.scenes[0].words)


def test_words_that_the_text_does_not_hold_stand_as_their_language_puts_them() -> None:
    words = tuple(Word(text=text, start_s=0, end_s=1) for text in ("Drei", "Komma", "fünf"))
    scene = next(scenes()).model_copy(update={"text": "3,5 fünf", "words": words})
    assert gaps_of(scene, "de") == ("", " ", " ")


def test_bytes_can_stand_inside_the_page() -> None:
    page = Page(story_page(story(), {"scene-1.png": b"picture"}))
    sources = [a["src"] for a in page.all("img")]
    assert sources[1] == f"data:image/png;base64,{base64.b64encode(b'picture').decode()}"
    assert sources[0] == "scene-0.png"
    with pytest.raises(InputError, match=r"can't inline 'stranger\.png'"):
        story_page(story(), {"stranger.png": b""})


def test_styles_markup_and_script_keep_their_budgets() -> None:
    html = story_page(story(scenes=(), stages=()))
    data = re.findall(r'<script type="application/[^>]*>.*?</script>', html, re.DOTALL)
    scripts = re.findall(r"<script>.*?</script>", html, re.DOTALL)
    assert len(html.encode()) - sum(len(part.encode()) for part in data + scripts) <= 30_000
    full = re.findall(r"<script>(.*?)</script>", story_page(story()), re.DOTALL)
    assert sum(len(script.encode()) for script in full) <= 10_000


def _schemes(html: str) -> tuple[dict[str, str], dict[str, str]]:
    light, dark = html.split("@media(prefers-color-scheme:dark)", 1)
    return tuple(dict(re.findall(r"--([\w-]+):(#[0-9a-fA-F]{6})", part.split("}", 1)[0])) for part in (light, dark))  # type: ignore[return-value]


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_colour_of_the_sheet_reads_on_every_ground_in_light_and_dark(theme: str) -> None:
    html = story_page(story(theme=theme))
    sheet = html.split("<style>")[1].split("</style>")[0]
    texts = set(re.findall(r"[;{]color:var\(--([\w-]+)\)", sheet)) - {"on-accent"}
    grounds = set(re.findall(r"background:(?:linear-gradient\()?var\(--([\w-]+)\)", sheet)) - {"accent", "line"}
    assert texts >= {"ink", "muted", "accent"}
    assert grounds == {"background", "surface", "glow"}
    for scheme in _schemes(sheet):
        pairs = [(text, ground) for text in texts for ground in grounds] + [("on-accent", "accent")]
        low = {pair: contrast(scheme[pair[0]], scheme[pair[1]]) for pair in pairs}
        assert min(low.values()) >= 4.5, low


def test_media_hold_their_place_before_they_load() -> None:
    page = Page(story_page(story()))
    (player,) = page.all("video")
    assert (player["width"], player["height"], player["poster"]) == ("1080", "1920", "poster-9x16.jpg")
    assert {"controls", "playsinline"} <= player.keys()
    assert player["preload"] == "metadata"
    assert [(a["width"], a["height"]) for a in page.all("img")] == [("1080", "1920")] * 3


def test_captions_are_offered_over_http_as_a_track_too() -> None:
    (track,) = Page(story_page(story(language="en-GB"))).all("track")
    assert (track["kind"], track["src"], track["srclang"]) == ("captions", "captions.vtt", "en-GB")


def test_each_aspect_can_be_chosen_and_one_alone_offers_no_choice() -> None:
    choices = Page(story_page(story())).all("input", name="aspect")
    assert [(a["data-src"], a["data-poster"], a["data-width"], a["data-height"]) for a in choices] == [
        ("video-9x16.mp4", "poster-9x16.jpg", "1080", "1920"),
        ("video-16x9.mp4", "poster-16x9.jpg", "1920", "1080"),
    ]
    alone = story(outputs=tuple(o for o in story().outputs if o.aspect != "16:9"))
    assert not Page(story_page(alone)).all("input", name="aspect")


def test_a_run_that_delivered_no_video_says_so() -> None:
    page = Page(story_page(story(status="blocked", outputs=(), scenes=(), stages=(), duration_s=None)))
    assert "No video was delivered." in page.visible
    assert not page.all("video")
    assert len(re.findall(r"<script>", page.html)) == 1


def test_the_page_is_built_for_who_can_not_see_hear_or_point() -> None:
    page = Page(story_page(story()))
    tags = [tag for tag, _ in page.elements]
    assert [tags.count(tag) for tag in ("main", "header", "footer", "h1")] == [1, 1, 1, 1]
    assert page.all("a", class_="skip", href="#main")
    assert all(a.get("alt") for a in page.all("img"))
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["aria-labelledby"] for _, a in page.elements if "aria-labelledby" in a} <= set(ids)
    assert all(a.get("type") == "button" for a in page.all("button"))
    for query in ("prefers-reduced-motion", "forced-colors", "print", "prefers-color-scheme"):
        assert f"@media({query}" in page.html.replace("@media ", "@media(")


@pytest.mark.parametrize(
    ("language", "way"), [("ar", "rtl"), ("he-IL", "rtl"), ("ur", "rtl"), ("en", "ltr"), ("ja", "ltr"), ("?", "ltr")]
)
def test_the_page_runs_the_way_its_language_does(language: str, way: str) -> None:
    page = Page(story_page(story(language=language)))
    assert page.all("html", lang=language, dir=way)
    assert page.all("h1", lang=language, dir=way)
    assert page.all("body", lang="en")


def test_an_image_page_shows_the_picture_its_prompt_and_how_it_was_made() -> None:
    page = Page(story_page(image()))
    (picture,) = page.all("img")
    assert (picture["src"], picture["width"], picture["height"]) == ("image.png", "1600", "900")
    assert "A rocket at dawn" in page.visible
    assert "How it was made" in page.visible
    assert page.script("application/ld+json")["@type"] == "ImageObject"
    assert not page.all("video")


def test_a_narration_page_plays_sound_beside_its_words() -> None:
    page = Page(story_page(narration()))
    (player,) = page.all("audio")
    assert (player["id"], player["src"]) == ("media", "narration.m4a")
    assert len(page.all("span", class_="w")) == sum(len(scene.words) for scene in narration().scenes)
    assert page.script("application/ld+json")["@type"] == "AudioObject"
