"""Books on every database that we know; each test gets new ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from media_factory.books.books import Books
from tests.books.postgresql import PostgresqlServer, postgresql_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """Run one PostgreSQL server for all tests that need one."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where new books can be opened."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'books.db'}"
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.new_books()


@pytest.fixture
def books(url: str) -> Iterator[Books]:
    """Give the test books of its own."""
    opened = Books(url)
    yield opened
    opened.close()
