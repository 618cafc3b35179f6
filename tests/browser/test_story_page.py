"""The story page in a real browser: it plays from ranges, words light up, and nothing leaves this machine."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser

from deployments.gateway.app import Rules, create_app
from media_factory.delivery.links import MediaLinks
from media_factory.delivery.manifest import Manifest
from tests.browser.watching import DESKTOP, PHONE, Scheme, Watched, watching
from tests.deployments.gateway.servers import SECRET, Shelf, serving

# One browser for all of them, on one loop.
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def listen_to_all(watched: Watched, manifest: Manifest) -> list[str]:
    """Play to the end, and return the words that were lit, each when its time was."""
    words = [word for scene in manifest.scenes for word in scene.words]
    lit: list[str] = []
    await watched.page.keyboard.press("k")
    await watched.until(paused=False, time=lambda time: time > 0)
    while not (state := await watched.state())["paused"]:
        assert state["error"] is None
        assert len(state["lit"]) <= 1
        if state["lit"]:
            (word,) = state["lit"]
            # A word stays lit through a gap that would only flicker; frames are drawn a moment after their time.
            near = [one.text for one in words if one.start_s - 0.1 <= state["time"] <= one.end_s + 0.45]
            assert word in near
            if lit[-1:] != [word]:
                lit.append(word)
        await asyncio.sleep(0.02)
    return lit


async def test_the_video_plays_from_ranges_and_words_light_up_as_they_are_spoken(
    page_url: str, shown: tuple[Shelf, Manifest], folder: Path, browser: Browser
) -> None:
    _, manifest = shown
    async with watching(browser, page_url) as watched:
        lit = await listen_to_all(watched, manifest)
        words = [word.text for scene in manifest.scenes for word in scene.words]
        rest = iter(words)
        assert all(word in rest for word in lit), lit
        # A busy machine may miss the shortest.
        assert len(lit) >= 0.7 * len(words), lit
        state = await watched.until(past=len(words), scene="1")
        assert state["time"] == pytest.approx(manifest.duration_s, abs=0.2)
        assert state["heard"] > 0
        assert state["width"] == 540
        size = (folder / "video-9x16.mp4").stat().st_size
        assert all(sent.endswith(f"/{size}") for sent in watched.ranges_of("video-9x16.mp4"))
        assert watched.ranges_of("video-9x16.mp4"), watched.answers
        assert watched.complaints == []
        assert watched.strangers == set()


async def test_the_captions_track_is_loaded_and_toggled(page_url: str, browser: Browser) -> None:
    async with watching(browser, page_url) as watched:
        assert (await watched.state())["pressed"] == "false"
        await watched.page.click("#cc")
        state = await watched.until(tracks=lambda tracks: tracks[0][1] > 0)
        assert state["tracks"][0][0] == "showing"
        assert state["pressed"] == "true"
        await watched.page.keyboard.press("c")
        state = await watched.until(pressed="false")
        assert state["tracks"][0][0] == "hidden"
        assert any(url.endswith("captions.vtt") for _, url, _ in watched.answers)
        assert watched.complaints == []


async def test_everything_can_be_done_with_the_keyboard(
    page_url: str, shown: tuple[Shelf, Manifest], browser: Browser
) -> None:
    _, manifest = shown
    words = [word for scene in manifest.scenes for word in scene.words]
    async with watching(browser, page_url) as watched:
        press = watched.page.keyboard.press
        await press("Tab")
        assert await watched.page.evaluate("document.activeElement.className") == "skip"
        await press("Enter")
        await press("Space")
        await watched.until(paused=False)
        await press("Space")
        await watched.until(paused=True)
        await watched.page.evaluate("document.querySelector('#media').currentTime = 0")
        await watched.until(time=0)
        await press("Shift+ArrowRight")
        first = await watched.until(time=lambda time: time > 0)
        await press("Shift+ArrowRight")
        second = await watched.until(time=lambda time: time > first["time"])
        later = [word.start_s for word in words if word.start_s > first["time"]]
        assert second["time"] == pytest.approx(later[0], abs=0.01)
        await press("Shift+ArrowLeft")
        await watched.until(time=first["time"], lit=bool)
        await press("ArrowRight")
        await watched.until(time=pytest.approx(min(first["time"] + 5, manifest.duration_s), abs=0.1).__eq__)
        await press("ArrowLeft")
        await press("m")
        await watched.until(muted=True)
        button = watched.page.locator(".lines .seek").nth(1)
        await button.focus()
        await press("Enter")
        await watched.until(paused=False, scene="1")
        assert watched.complaints == []


async def test_another_shape_goes_on_at_the_same_time(page_url: str, browser: Browser) -> None:
    async with watching(browser, page_url) as watched:
        await watched.page.keyboard.press("k")
        before = await watched.until(time=lambda time: time > 0.5)
        await watched.page.check("[name=aspect][value='1']", force=True)
        after = await watched.until(width=lambda width: width > 540, time=lambda time: time > before["time"])
        assert after["source"].endswith("video-16x9.mp4")
        assert watched.ranges_of("video-16x9.mp4")
        assert watched.complaints == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_phones_and_desktops_in_light_and_dark(
    page_url: str, tmp_path: Path, size: tuple[int, int], scheme: Scheme, browser: Browser
) -> None:
    async with watching(browser, page_url, size, scheme) as watched:
        await watched.page.keyboard.press("k")
        await watched.until(lit=bool, time=lambda time: time > 1)
        await watched.page.keyboard.press("k")
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await watched.page.evaluate(overflow) <= 0
        await watched.page.screenshot(path=tmp_path / "page.png")
        assert watched.complaints == []
    with Image.open(tmp_path / "page.png") as picture:
        grey = picture.convert("L")
        corner = grey.getpixel((3, grey.height - 3))
        assert isinstance(corner, int)
        assert (corner > 200) if scheme == "light" else (corner < 60)
        # Type, picture and ground: no blank page has so many greys.
        assert len(grey.getcolors() or []) > 100


async def test_a_signed_folder_opens_the_whole_page_on_a_guarded_server(
    shown: tuple[Shelf, Manifest], browser: Browser
) -> None:
    shelf, manifest = shown
    app = create_app(shelf.store, shelf.books, shelf.deliveries, Rules(secret=SECRET))
    with serving(app) as url:
        async with watching(browser, MediaLinks(url, SECRET).delivery("port", expires_s=60)) as watched:
            await watched.page.keyboard.press("c")
            await listen_to_all(watched, manifest)
            assert (await watched.state())["tracks"][0][1] > 0
            assert {status for status, _, _ in watched.answers} <= {200, 206}
            assert watched.ranges_of("video-9x16.mp4")
            assert watched.complaints == []
            assert watched.strangers == set()


async def test_links_and_pictures_in_a_page_of_another_port_open(
    shown: tuple[Shelf, Manifest], page_url: str, tmp_path: Path, browser: Browser
) -> None:
    """The Prefect UI shows artifacts so: its page comes from a port of its own."""
    shelf, manifest = shown
    base = page_url.partition("/deliveries")[0]
    links = MediaLinks(base)
    picture, film = manifest.output("poster", "9:16").asset, manifest.output("video", "9:16").asset
    other = Shelf(tmp_path)
    other.deliver("ui/page.html", "<!doctype html><title>UI</title>")
    with serving(create_app(other.store, other.books, other.deliveries, Rules())) as elsewhere:
        async with watching(browser, f"{elsewhere}/health") as watched:
            await watched.page.set_content(
                f'<img id="shot" src="{links.asset(picture)}"><link rel="icon" href="data:,">'
            )
            size = "[document.querySelector('#shot').naturalWidth, document.querySelector('#shot').complete]"
            for _ in range(200):
                width, complete = await watched.page.evaluate(size)
                if complete:
                    break
                await asyncio.sleep(0.05)
            assert width == picture.width_px, (watched.answers, watched.complaints)
            await watched.page.goto(links.asset(film))
            playing = "[document.querySelector('video').videoWidth, document.querySelector('video').currentTime]"
            for _ in range(200):
                width, seconds = await watched.page.evaluate(playing)
                if seconds > 0:
                    break
                await asyncio.sleep(0.05)
            assert (width, seconds > 0) == (540, True)
            # A browser asks every server for an icon; ours has none.
            refused = [url for status, url, _ in watched.answers if status >= 400 and not url.endswith("/favicon.ico")]
            assert refused == []
    other.books.close()
