from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.assets import Asset
from media_factory.captions.words import split_words
from media_factory.delivery.manifest import Manifest, Output, SceneEntry, StageRow
from media_factory.delivery.page import gaps_of, story_page
from media_factory.delivery.schemes import contrast
from media_factory.design.themes import THEMES
from media_factory.errors import InputError
from media_factory.timing import Word

VOID = {"meta", "link", "img", "input", "br", "track", "circle", "path"}
SIZES = {"9:16": (1080, 1920), "16:9": (1920, 1080)}
TEXTS = (
    "On July 16, 1969, three astronauts left for the Moon.",
    "They had 20 seconds of fuel left.",
    "“The Eagle has landed,” said Armstrong.",
)
HOSTILE = "</script><script>alert(1)</script><!--\u2028\u2029'\"&amp;<img src=x onerror=alert(2)>{{ 7*7 }}"


class Page(HTMLParser):
    """A parsed page: elements as (tag, attributes), and the text of each kind of element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self.open), data))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [a for t, a in self.elements if t == tag and all(a.get(k.strip("_")) == v for k, v in wanted.items())]

    def script(self, kind: str, index: int = 0) -> Any:
        """Return the JSON of the nth data block of a media type."""
        marker = f'<script type="{kind}"'
        chunks = [chunk.split(">", 1)[1].split("</script>", 1)[0] for chunk in self.html.split(marker)[1:]]
        return json.loads(chunks[index])

    @property
    def visible(self) -> str:
        return "".join(text for where, text in self.texts if not {"script", "style"} & set(where))


def asset(name: str, media_type: str, **measures: Any) -> Asset:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Asset(digest=f"sha256:{digest}", media_type=media_type, size_bytes=1_234_567, **measures)


def scenes(texts: tuple[str, ...] = TEXTS, language: str = "en") -> Iterator[SceneEntry]:
    for number, text in enumerate(texts):
        start = number * 4.0
        words = split_words(text, language)
        step = 3.5 / len(words)
        yield SceneEntry(
            text=text,
            headline=f"Headline {number}",
            prompt=f"Prompt {number}",
            image=f"scene-{number}.png",
            start_s=start,
            end_s=start + 4,
            words=tuple(
                Word(text=word, start_s=start + at * step, end_s=start + (at + 0.9) * step)
                for at, word in enumerate(words)
            ),
        )


def story(**changes: Any) -> Manifest:
    outputs = [
        Output(
            role=role,
            aspect=aspect,
            path=f"{role}-{aspect.replace(':', 'x')}.{ending}",
            asset=asset(role + aspect, media_type, width_px=width, height_px=height),
        )
        for aspect, (width, height) in SIZES.items()
        for role, ending, media_type in (("video", "mp4", "video/mp4"), ("poster", "jpg", "image/jpeg"))
    ]
    outputs += [
        Output(role="captions", path="captions.vtt", asset=asset("vtt", "text/vtt")),
        Output(role="captions", path="captions.srt", asset=asset("srt", "application/x-subrip")),
        Output(role="alignment", path="alignment.json", asset=asset("words", "application/json")),
        Output(role="narration", path="narration.m4a", asset=asset("sound", "audio/mp4", duration_s=12.0)),
        *(
            Output(
                role="scene-image",
                path=f"scene-{number}.png",
                asset=asset(str(number), "image/png", width_px=1080, height_px=1920),
            )
            for number in range(len(TEXTS))
        ),
    ]
    stages = [
        StageRow(
            stage="synthesize-speech",
            version=1,
            key=f"synthesize-speech/v1/{number:064x}",
            state="cached" if number else "made",
            provider="espeak:en",
            seconds=1.5,
            cost_usd=Decimal(0) if number else Decimal("0.004"),
            scene=number,
        )
        for number in range(len(TEXTS))
    ]
    fields: dict[str, Any] = {
        "kind": "story",
        "id": "apollo-11",
        "title": "Apollo 11",
        "status": "passed",
        "outputs": tuple(outputs),
        "scenes": tuple(scenes()),
        "stages": tuple(stages),
        "cost_usd": Decimal("0.004"),
        "duration_s": 12.0,
        "created_at": "2026-11-20T14:03:00Z",
        "made_with": "media-factory 0.1.0",
    }
    return Manifest(**(fields | changes))


def image() -> Manifest:
    picture = Output(role="image", path="image.png", asset=asset("i", "image/png", width_px=1600, height_px=900))
    scene = next(scenes()).model_copy(update={"prompt": "A rocket at dawn", "words": (), "image": "image.png"})
    return story(kind="image", outputs=(picture,), scenes=(scene,), duration_s=None)


def narration() -> Manifest:
    sound = Output(role="narration", path="narration.m4a", asset=asset("n", "audio/mp4", duration_s=12.0))
    spoken = (scene.model_copy(update={"image": None, "prompt": "", "headline": None}) for scene in scenes())
    return story(kind="narration", outputs=(sound,), scenes=tuple(spoken))


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


def test_the_same_manifest_gives_the_same_page() -> None:
    assert story_page(story()) == story_page(story())


def test_the_page_asks_the_network_for_nothing() -> None:
    page = Page(story_page(story()))
    addresses = [a[name] for _, a in page.elements for name in ("src", "href", "poster", "data-src") if name in a]
    assert len(addresses) > 10
    assert not [
        address for address in addresses if re.match(r"[a-z]+:|//", address) and not address.startswith("data:")
    ]
    assert "@import" not in page.html
    assert "url(" not in page.html


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


def test_a_hostile_text_is_shown_and_never_run() -> None:
    words = (Word(text=HOSTILE, start_s=0, end_s=1),)
    scene = SceneEntry(text=HOSTILE, headline=HOSTILE, prompt=HOSTILE, image="a.png", start_s=0, end_s=1, words=words)
    row = StageRow(stage=HOSTILE, version=1, key=HOSTILE, state="made", provider=HOSTILE, seconds=1, cost_usd=None)
    calm = Page(story_page(story(scenes=tuple(scenes(("x",))))))
    page = Page(
        story_page(
            story(
                title=HOSTILE,
                id=HOSTILE,
                language='en" onload="alert(3)',
                status="degraded",
                reasons=(HOSTILE,),
                scenes=(scene,),
                stages=(row,),
                created_at=HOSTILE,
                made_with=HOSTILE,
            )
        )
    )
    assert len(page.all("script")) == len(calm.all("script"))
    assert not [a for _, a in page.elements if any(name.startswith("on") for name in a)]
    assert not page.all("img", src="x")
    assert page.visible.count("<script>alert(1)</script>") >= 6
    assert page.script('application/json" id="words')[0]["words"][0]["text"] == HOSTILE
    assert page.script("application/ld+json")["name"] == HOSTILE
    assert "49" not in page.visible.replace(HOSTILE, "")
    for block in re.findall(r'<script type="application/[^>]*>(.*?)</script>', page.html, re.DOTALL):
        assert not set("<>&\u2028\u2029") & set(block)


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_any_text_leaves_the_page_well_formed_and_its_data_intact(text: str) -> None:
    scene = SceneEntry(
        text=text,
        headline=text,
        prompt=text,
        image="a.png",
        start_s=0,
        end_s=1,
        words=(Word(text=text, start_s=0, end_s=1),),
    )
    page = Page(story_page(story(title=text, scenes=(scene,), reasons=(text,))))
    assert page.open == []
    assert page.script('application/json" id="words')[0]["words"][0]["text"] == text


def test_only_our_own_scripts_are_allowed_to_run() -> None:
    page = Page(story_page(story()))
    (policy,) = (a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    scripts = re.findall(r"<script>(.*?)</script>", page.html, re.DOTALL)
    assert len(scripts) == 2
    digests = {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts}
    assert digests == set(re.findall(r"'sha256-([^']+)'", policy))
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.mp4", "//example.org/x.mp4", "a/../../b", ""])
def test_a_path_that_leaves_the_folder_is_refused(path: str) -> None:
    video = Output(role="video", aspect="9:16", path=path, asset=asset("v", "video/mp4"))
    with pytest.raises(InputError, match="leaves its folder"):
        story_page(story(outputs=(video,)))


def test_a_path_is_an_address_and_never_a_scheme_or_a_query() -> None:
    video = Output(role="video", path="javascript:alert(1)?a#b c.mp4", asset=asset("v", "video/mp4"))
    (player,) = Page(story_page(story(outputs=(video,)))).all("video")
    assert player["src"] == "javascript%3Aalert%281%29%3Fa%23b%20c.mp4"


def test_an_unknown_theme_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="theme 'plaid' is unknown; known: realistic"):
        story_page(story(theme="plaid"))


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
