"""What the media server's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.gateway.app import Rules, create_app
from tests.deployments.gateway.servers import SECRET, Shelf, serving


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """Give the test a store, books and deliveries."""
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.books.close()


@pytest.fixture
def url(shelf: Shelf) -> Iterator[str]:
    """Serve them to this machine, and give the URL."""
    with serving(create_app(shelf.store, shelf.books, shelf.deliveries, Rules())) as url:
        yield url


@pytest.fixture
def guarded(shelf: Shelf) -> Iterator[str]:
    """Serve them to who knows the secret, and give the URL."""
    with serving(create_app(shelf.store, shelf.books, shelf.deliveries, Rules(secret=SECRET))) as url:
        yield url
