"""A store in an empty bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from media_factory.store.s3.store import S3Store
from tests.store.servers import Server

OpenStore = Callable[..., S3Store]


@pytest.fixture
def open_store(moto: Server, tmp_path: Path) -> Iterator[OpenStore]:
    """Return a function that opens stores on one bucket, each without copies."""
    opened, bucket = list[S3Store](), moto.new_bucket()

    def open_one(**changes: Any) -> S3Store:
        store = S3Store(moto.settings(changes.pop("bucket", bucket), tmp_path / f"cache-{len(opened)}", **changes))
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        store.close()
