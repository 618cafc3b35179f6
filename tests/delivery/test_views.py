"""Where a product can be looked at, and who is handed a key to it."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from media_factory.delivery.links import CLOCK_SKEW_S, MediaLinks, opens
from media_factory.delivery.manifest import Manifest, Output
from media_factory.delivery.views import VIEW_S, Views, is_open, views_of
from tests.delivery.pages import asset, image, narration, story

SECRET = SecretStr("0123456789abcdef0123456789abcdef")
OPEN = MediaLinks("http://127.0.0.1:4210")
SIGNING = MediaLinks("http://127.0.0.1:4210", SECRET)
PAGE = Output(role="page", path="index.html", asset=asset("page", "text/html"))


def delivered(manifest: Manifest, **urls: str) -> Manifest:
    """Return a product with its page, and with the URLs of roles that are published."""
    outputs = [
        output.model_copy(update={"url": urls.get(output.role)} if output.role in urls else {})
        for output in (*manifest.outputs, PAGE)
    ]
    return manifest.model_copy(update={"outputs": tuple(outputs)})


def test_a_delivered_story_is_shown_by_the_media_server_with_its_first_poster() -> None:
    assert views_of(delivered(story()), OPEN, in_deliveries=True) == Views(
        page="http://127.0.0.1:4210/deliveries/apollo-11/index.html",
        picture="http://127.0.0.1:4210/deliveries/apollo-11/poster-9x16.jpg",
    )


def test_a_picture_is_its_own_picture_and_a_narration_has_none() -> None:
    shown = views_of(delivered(image()), OPEN, in_deliveries=True)
    assert shown.picture == "http://127.0.0.1:4210/deliveries/apollo-11/image.png"
    assert views_of(delivered(narration()), OPEN, in_deliveries=True).picture is None


def test_what_lies_in_another_folder_has_no_page_on_the_media_server_but_its_poster_is_in_the_store() -> None:
    shown = views_of(delivered(story()), OPEN, in_deliveries=False)
    assert shown.page is None
    assert shown.picture == f"http://127.0.0.1:4210/media/{story().output('poster').asset.digest}"


def test_without_a_media_server_there_is_nothing_to_look_at() -> None:
    assert views_of(delivered(story()), None, in_deliveries=True) == Views()


def test_where_media_are_signed_a_view_opens_for_an_hour_and_no_longer() -> None:
    began = time.time()
    shown = views_of(delivered(story()), SIGNING, in_deliveries=True)
    assert shown.expires_s == VIEW_S == 3600
    _, _, expires, signature, *_ = urlsplit(shown.page or "").path.split("/")
    for now, opening in ((began + VIEW_S, True), (time.time() + VIEW_S + CLOCK_SKEW_S + 1, False)):
        assert opens("folder", "/deliveries/apollo-11/", expires, signature, SECRET, now=now) is opening


def test_a_published_product_is_shown_where_everybody_can_open_it() -> None:
    manifest = delivered(story(), page="https://cdn.example/a/index.html", poster="https://cdn.example/a/poster.jpg")
    assert views_of(manifest, SIGNING, in_deliveries=True) == Views(
        page="https://cdn.example/a/index.html", picture="https://cdn.example/a/poster.jpg"
    )


@pytest.mark.parametrize("query", ["X-Amz-Expires=604800&X-Amz-Signature=0", "expires=1&signature=0"])
def test_a_publication_s_signed_address_which_may_hold_for_days_is_not_passed_on(query: str) -> None:
    urls: dict[str, Any] = {role: f"https://s3.example/a/{role}?{query}" for role in ("page", "poster")}
    assert views_of(delivered(story(), **urls), None, in_deliveries=True) == Views()
    shown = views_of(delivered(story(), **urls), OPEN, in_deliveries=True)
    assert {urlsplit(url or "").hostname for url in (shown.page, shown.picture)} == {"127.0.0.1"}


@pytest.mark.parametrize("url", ["file:///srv/a.html", "/srv/a.html", "https://me:word@s3.example/a", "javascript:x"])
def test_only_plain_web_addresses_are_open_to_all(url: str) -> None:
    assert not is_open(url)
