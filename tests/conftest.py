"""What all tests share: a home of their own, a factory with fakes, and one Prefect API for those that need it."""

from __future__ import annotations

import os

# Before Prefect is imported anywhere: no telemetry, quiet logs.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from media_factory.books.books import Books
from media_factory.factory import Factory
from media_factory.providers.registry import Providers
from media_factory.store.local import LocalStore
from media_factory.testing import FakeImage, FakeSpeech

MakeFactory = Callable[..., Factory]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a home of its own, which child processes share."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MEDIA_FACTORY_HOME", str(folder))
    return folder


@pytest.fixture
def make_factory(tmp_path: Path) -> Iterator[MakeFactory]:
    """Return a function that opens factories on one store and one set of books, with given providers."""
    opened: list[Factory] = []

    def make(*providers: Any, **settings: Any) -> Factory:
        factory = Factory(
            store=LocalStore(tmp_path / "store"),
            books=Books(f"sqlite:///{tmp_path / 'books.db'}"),
            providers=Providers.of(*(providers or (FakeImage(), FakeSpeech()))),
            home=tmp_path / "factory-home",
            **settings,
        )
        opened.append(factory)
        return factory

    yield make
    for factory in opened:
        factory.close()


@pytest.fixture
def factory(make_factory: MakeFactory) -> Factory:
    """Give the test a factory of fakes."""
    return make_factory()


@pytest.fixture(scope="session")
def prefect_api() -> Iterator[None]:
    """Start one private Prefect API for the whole session; it takes seconds."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield
