"""A story, made once with fakes, for all tests with a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from deployments.gateway.app import Rules, create_app
from flows.story import produce_story
from media_factory.delivery.manifest import Manifest
from tests.browser.watching import browsing
from tests.deployments.gateway.servers import Shelf, serving
from tests.flows.stories import story_brief

TEXTS = ("The port reopened this morning after a storm.", "Forty vessels are waiting offshore for a berth.")


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shelf, Manifest]]:
    """Deliver a story; give where it is shown from, and its manifest."""
    root = tmp_path_factory.mktemp("shown")
    brief = story_brief(TEXTS, title="A port reopens", size=540, rate=24, aspects=["9:16", "16:9"], captions="none")
    shelf = Shelf(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDIA_FACTORY_HOME", str(root))
        manifest = asyncio.run(produce_story.fn(brief, out=shelf.deliveries / "port"))
    yield shelf, manifest
    shelf.books.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Start Chromium."""
    async with browsing() as started:
        yield started


@pytest.fixture
def page_url(shown: tuple[Shelf, Manifest]) -> Iterator[str]:
    """Serve the story to this machine; give its page's URL."""
    shelf, _ = shown
    with serving(create_app(shelf.store, shelf.books, shelf.deliveries, Rules())) as url:
        yield f"{url}/deliveries/port/"


@pytest.fixture
def folder(shown: tuple[Shelf, Manifest]) -> Path:
    """Give the delivery's folder."""
    return shown[0].deliveries / "port"
