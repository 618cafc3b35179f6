"""What a manifest holds is shown and never run, and the page asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.delivery.manifest import Output, SceneEntry, StageRow
from media_factory.delivery.page import story_page
from media_factory.errors import InputError
from media_factory.timing import Word
from tests.delivery.pages import HOSTILE, Page, asset, scenes, story


def test_the_page_asks_the_network_for_nothing() -> None:
    page = Page(story_page(story()))
    addresses = [a[name] for _, a in page.elements for name in ("src", "href", "poster", "data-src") if name in a]
    assert len(addresses) > 10
    assert not [
        address for address in addresses if re.match(r"[a-z]+:|//", address) and not address.startswith("data:")
    ]
    assert "@import" not in page.html
    assert "url(" not in page.html


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
