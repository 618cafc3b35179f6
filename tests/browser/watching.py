"""A real browser on a page, and a record of all that the page asked for and complained of."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, async_playwright

from tests.needs import lacking

PHONE = (390, 844)
DESKTOP = (1440, 1000)
Scheme = Literal["light", "dark"]
_WITHIN_S = 30

# What the player and the transcript show at one moment.
STATE = """() => {
  const media = document.querySelector("#media");
  const text = (query) => [...document.querySelectorAll(query)].map((found) => found.textContent);
  return {
    time: media.currentTime,
    paused: media.paused,
    muted: media.muted,
    width: media.videoWidth,
    source: media.currentSrc,
    error: media.error && media.error.message,
    heard: media.webkitAudioDecodedByteCount,
    lit: text(".lines .w.lit"),
    past: text(".lines .w.past").length,
    tracks: [...media.textTracks].map((track) => [track.mode, track.cues ? track.cues.length : 0]),
    pressed: document.querySelector("#cc").getAttribute("aria-pressed"),
    scene: document.querySelector(".lines [aria-current]")?.dataset.scene ?? null,
  };
}"""


class Watched:
    """A page, and what went on on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.answers: list[tuple[int, str, dict[str, str]]] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda problem: self.complaints.append(str(problem)))

    async def note_answers(self) -> None:
        """Note answers, as the browser's own network log has them; Playwright's leaves media out now and then."""
        log = await self.page.context.new_cdp_session(self.page)
        log.on("Network.responseReceived", lambda event: self._note(event["response"]))
        await log.send("Network.enable")

    def _note(self, answer: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        self.answers.append((answer["status"], answer["url"], headers))

    @property
    def strangers(self) -> set[str]:
        """Everything that was asked of anybody but this machine."""
        outside = (url for url in self.asked if urlsplit(url).scheme not in ("data", "blob", "about"))
        return {url for url in outside if urlsplit(url).hostname != "127.0.0.1"}

    def ranges_of(self, name: str) -> list[str]:
        """Return what parts of a file were sent, as Content-Range says."""
        return [
            headers["content-range"]
            for status, url, headers in self.answers
            if status == 206 and urlsplit(url).path.endswith(name)
        ]

    async def state(self) -> dict[str, Any]:
        """Return what the player and the transcript show now."""
        found: dict[str, Any] = await self.page.evaluate(STATE)
        return found

    async def until(self, **wanted: object) -> dict[str, Any]:
        """Wait until the player and the transcript show this, and return all that they show then.

        Playwright's own waiting runs text as script, which the page's policy forbids.
        """
        began = time.monotonic()
        while time.monotonic() - began < _WITHIN_S:
            state = await self.state()
            if all(_meets(state[name], wish) for name, wish in wanted.items()):
                return state
            await asyncio.sleep(0.03)
        raise AssertionError(f"never came: {wanted}; last seen: {state}; complaints: {self.complaints}")


def _meets(found: Any, wish: object) -> bool:
    return bool(wish(found)) if callable(wish) else found == wish


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """Start the system's Chromium, headless."""
    chromium = shutil.which("chromium")
    if chromium is None:
        lacking("no `chromium` on this machine (Debian: apt-get install chromium)")
    async with async_playwright() as playwright:
        # Tests press keys, but not always before they play.
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--autoplay-policy=no-user-gesture-required", "--mute-audio"]
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def watching(
    browser: Browser, url: str, size: tuple[int, int] = DESKTOP, scheme: Scheme = "light"
) -> AsyncIterator[Watched]:
    """Open a URL in a fresh window, and watch it."""
    phone = size[0] < 600
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        has_touch=phone,
        is_mobile=phone,
        device_scale_factor=2 if phone else 1,
    )
    try:
        watched = Watched(await context.new_page())
        await watched.note_answers()
        await watched.page.goto(url)
        yield watched
    finally:
        await context.close()


__all__ = ["DESKTOP", "PHONE", "Scheme", "Watched", "browsing", "watching"]
