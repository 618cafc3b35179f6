"""The story page from a private bucket: page and media by signed URLs alone."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser

from media_factory.delivery.manifest import Manifest
from media_factory.delivery.page import story_page
from media_factory.store.s3.store import S3Store
from tests.browser.watching import watching
from tests.deployments.gateway.servers import Shelf
from tests.store.servers import moto_server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def signed_page(store: S3Store, shown: tuple[Shelf, Manifest]) -> str:
    """Put a story into a bucket, and return the signed URL of a page whose addresses are signed as well."""
    shelf, manifest = shown
    addresses = {}
    for output in manifest.outputs:
        if output.role != "page":
            kept = await store.put(await shelf.store.fetch(output.asset), output.asset.media_type)
            addresses[output.path] = store.url_for(kept, 600)
    kept = await store.put(manifest.model_dump_json().encode(), "application/json")
    addresses["manifest.json"] = store.url_for(kept, 600)
    page = await store.put(story_page(manifest, addresses=addresses).encode(), "text/html")
    return store.url_for(page, 600)


async def test_the_page_plays_from_a_bucket_that_is_asked_for_nothing_without_a_signature(
    shown: tuple[Shelf, Manifest], browser: Browser, tmp_path: Path
) -> None:
    _, manifest = shown
    with moto_server() as server:
        store = S3Store(server.settings(server.new_bucket(), tmp_path / "cache"))
        try:
            url = await signed_page(store, shown)
            async with watching(browser, url) as watched:
                await watched.page.keyboard.press("c")
                await watched.page.keyboard.press("k")
                seen = set()
                while len(seen) < 3:
                    state = await watched.until(lit=lambda lit, seen=seen: lit and lit[0] not in seen)
                    seen.update(state["lit"])
                state = await watched.until(time=lambda time: time > 1)
                assert state["width"] == 540
                assert state["heard"] > 0
                assert state["error"] is None
                assert (await watched.until(tracks=lambda tracks: tracks[0][1] > 0))["pressed"] == "true"
                assert watched.complaints == []
        finally:
            store.close()
    played = manifest.output("video", "9:16").asset
    assert any(sent.endswith(f"/{played.size_bytes}") for sent in watched.ranges_of(played.hex))
    asked = [url for url in watched.asked if not url.startswith("data:")]
    assert len(asked) >= 5
    assert all(
        url.startswith(server.endpoint_url) and "X-Amz-Signature" in parse_qs(urlsplit(url).query) for url in asked
    )


async def test_addresses_that_are_given_stand_everywhere_on_the_page(shown: tuple[Shelf, Manifest]) -> None:
    _, manifest = shown
    addresses = {output.path: f"https://cdn.example/{output.asset.hex}" for output in manifest.outputs}
    html = story_page(manifest, addresses=addresses | {"manifest.json": "https://cdn.example/manifest"})
    for output in manifest.outputs:
        if output.role != "page":
            assert f'"{output.path}"' not in html
    assert f'src="{addresses["video-9x16.mp4"]}"' in html
    assert 'href="https://cdn.example/manifest"' in html
