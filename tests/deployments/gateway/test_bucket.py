"""The media server before a bucket: what the store keeps elsewhere is fetched, checked and sent in parts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.gateway.app import Rules, create_app
from media_factory.assets import Asset
from media_factory.books.books import Books
from media_factory.store.s3.store import S3Store
from tests.deployments.gateway.servers import client, serving
from tests.store.servers import Server, moto_server

DATA = os.urandom(300_000)


@pytest.fixture(scope="module")
def moto() -> Iterator[Server]:
    with moto_server() as server:
        yield server


@pytest.fixture
def store(moto: Server, tmp_path: Path) -> Iterator[S3Store]:
    """Give the test the store of whoever makes assets."""
    opened = S3Store(moto.settings(moto.new_bucket(), tmp_path / "cache"))
    yield opened
    opened.close()


@pytest.fixture
def url(store: S3Store, moto: Server, tmp_path: Path) -> Iterator[str]:
    """Give the test a media server on another machine: with copies of its own."""
    (tmp_path / "deliveries").mkdir()
    books = Books(f"sqlite:///{tmp_path / 'books.db'}")
    shown = S3Store(moto.settings(store.settings.bucket, tmp_path / "copies"))
    with serving(create_app(shown, books, tmp_path / "deliveries", Rules())) as url:
        yield url
    shown.close()
    books.close()


async def test_an_asset_of_a_bucket_is_sent_in_parts(store: S3Store, url: str) -> None:
    asset = await store.put(DATA, "application/octet-stream")
    with client(url) as asking:
        whole = asking.get(f"/media/{asset.digest}")
        part = asking.get(f"/media/{asset.digest}", headers={"Range": "bytes=1000-1999"})
    assert (whole.status_code, whole.content) == (200, DATA)
    assert (part.status_code, part.content) == (206, DATA[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(DATA)}"


async def test_what_was_altered_in_the_bucket_is_never_sent(store: S3Store, url: str, moto: Server) -> None:
    asset = await store.put(DATA, "application/octet-stream")
    key = store.key_of(asset)
    moto.client().put_object(Bucket=store.settings.bucket, Key=key, Body=b"something else")
    with client(url) as asking:
        assert asking.get(f"/media/{asset.digest}").status_code == 404


def test_what_the_bucket_lacks_is_not_there(url: str) -> None:
    missing = Asset(digest=f"sha256:{'0' * 64}", media_type="image/png", size_bytes=1)
    with client(url) as asking:
        assert asking.get(f"/media/{missing.digest}").status_code == 404
