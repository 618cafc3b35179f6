"""S3 servers for the session: each is started when the first test asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.needs import lacking
from tests.store.servers import NotInstalled, Server, ceph_server, moto_server


@pytest.fixture(scope="session")
def moto() -> Iterator[Server]:
    """Give the tests a server that keeps everything in memory."""
    with moto_server() as server:
        yield server


@pytest.fixture(scope="session")
def ceph() -> Iterator[Server]:
    """Give the tests a real, durable server; it takes a quarter of a minute to start."""
    try:
        with ceph_server() as server:
            yield server
    except NotInstalled as problem:
        lacking(str(problem))
