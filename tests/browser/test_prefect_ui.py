"""An operator's whole way in a real browser: find the deployment, fill in its form, watch the run, open what it made.

The UI is Prefect's second one, the default, whose fields have labels. `MEDIA_FACTORY_PICTURES=FOLDER` keeps pictures.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from media_factory.delivery.links import URL_VARIABLE
from tests.browser.pictures import keep
from tests.browser.watching import Watched, watching
from tests.prefect_server import PrefectServer, free_port, prefect_server

pytestmark = [pytest.mark.server, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]

TITLE = "Port reopens after a storm"
ARTICLE = "The port reopened this morning.\n\nForty ships are waiting offshore."
_NO_NOTICES = "[aria-label^='Notifications'] { display: none }"
_SEEN_MS, _RUN_MS, _TRIES = 60_000, 180_000, 5

expect.set_options(timeout=_SEEN_MS)


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """Run a Prefect server with a worker, the story's deployment, and a media server that shows what is made."""
    port = str(free_port())
    folder = tmp_path_factory.mktemp("prefect")
    with (
        prefect_server(folder, **{URL_VARIABLE: f"http://127.0.0.1:{port}"}) as server,
        server.running(sys.executable, "-m", "deployments.gateway", "--port", port),
        server.worker("cpu"),
    ):
        arguments = ("--name", "cpu", "--pool", "cpu", "--prefect-file", "deployments/prefect.yaml")
        server.prefect("deploy", "flows/story.py:produce_story", *arguments)
        yield server


async def keep_picture(page: Page, name: str) -> None:
    """Keep a picture of what is seen, where the environment names a folder for it."""
    if folder := os.environ.get("MEDIA_FACTORY_PICTURES"):
        keep(await page.screenshot(style=_NO_NOTICES), Path(folder) / f"{name}.jpg")


async def fill_in_the_form(page: Page, server: PrefectServer) -> None:
    """Go from the list of deployments to the story's form, fill it in by hand, and submit it."""
    await page.goto(f"{server.url}/v2/deployments")
    await page.get_by_role("row").filter(has_text="story").get_by_role("link", name="cpu", exact=True).click()
    await page.get_by_role("button", name="Run", exact=True).click()
    await page.get_by_role("menuitem", name="Custom run").click()
    await page.get_by_label("Title (Optional)", exact=True).fill(TITLE)
    await page.get_by_label("Article (Optional)", exact=True).fill(ARTICLE)
    await page.get_by_label("Select Quality").click()
    await page.get_by_role("option", name="draft", exact=True).click()
    await page.get_by_label("Size (Optional)", exact=True).fill("360")
    await page.get_by_label("Frames a second (Optional)", exact=True).fill("12")
    await page.get_by_label("Speech (Optional)", exact=True).fill("espeak")
    await page.get_by_label("Pictures (Optional)", exact=True).fill("artboard")
    await page.get_by_label("Title (Optional)", exact=True).scroll_into_view_if_needed()
    await keep_picture(page, "prefect-form")
    await submit(page)


async def submit(page: Page) -> None:
    """Submit the form; a busy server on SQLite answers 503 now and then, and a person tries again."""
    answers = []
    while 201 not in answers:
        assert len(answers) < _TRIES, answers
        async with page.expect_response(re.compile("/create_flow_run$")) as answered:
            await page.get_by_role("button", name="Submit", exact=True).click()
        answers.append((await answered.value).status)


async def open_the_finished_run(page: Page) -> None:
    """Wait for the run in the list of the deployment's runs, open it, and wait until it is over."""
    await page.get_by_role("link", name=f"story: {TITLE}", exact=True).first.click(timeout=_RUN_MS)
    await expect(page.get_by_text("Completed", exact=True).first).to_be_visible(timeout=_RUN_MS)
    await page.get_by_role("tab", name="Artifacts", exact=True).click()
    for part in ("account", "page", "picture", "stages"):
        await expect(page.get_by_text(re.compile(rf"^story-[a-z0-9-]+-{part}$"))).to_be_visible()


async def open_artifact(page: Page, run_url: str, part: str) -> None:
    """Open one of the run's artifacts: its key leads to the product's history, and the newest there to the thing."""
    await page.goto(run_url)
    await page.get_by_role("tab", name="Artifacts", exact=True).click()
    await page.get_by_text(re.compile(rf"^story-[a-z0-9-]+-{part}$")).click()
    await page.get_by_role("link", name=re.compile("^[0-9a-f]{8}$")).first.click()


async def test_a_person_fills_in_the_form_watches_the_run_and_plays_what_it_made(
    prefect: PrefectServer, browser: Browser
) -> None:
    async with watching(browser, f"{prefect.url}/v2/deployments") as watched:
        page = watched.page
        page.set_default_timeout(_SEEN_MS)
        await fill_in_the_form(page, prefect)
        await open_the_finished_run(page)
        await keep_picture(page, "prefect-run")
        run_url = page.url
        await open_artifact(page, run_url, "picture")
        await expect(page.get_by_role("img", name="artifact-image")).to_have_js_property("naturalWidth", 360)
        await open_artifact(page, run_url, "account")
        await expect(page.get_by_role("heading", name=TITLE, exact=True)).to_be_visible()
        await expect(page.get_by_text("named by the brief").first).to_be_visible()
        await keep_picture(page, "prefect-account")
        address = await page.get_by_role("link", name="Open its page").get_attribute("href")
    async with watching(browser, str(address)) as watched:
        await see_it_play(watched)


async def see_it_play(watched: Watched) -> None:
    """Play the story on its page until words have been lit and heard."""
    await watched.page.keyboard.press("k")
    state = await watched.until(paused=False, lit=bool, time=lambda time: time > 0.5)
    assert state["width"] == 360
    assert state["error"] is None
    assert (await watched.until(heard=lambda heard: heard > 0))["error"] is None
