"""Every store is held to the same contract: a folder, a bucket in memory, a bucket on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from media_factory.assets import Asset
from media_factory.store.base import AssetStore
from media_factory.store.local import LocalStore
from media_factory.store.s3.store import S3Store
from media_factory.testing.store_suite import StoreConformance
from tests.store.servers import Server


class TestLocalStore(StoreConformance):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.root = tmp_path / "store"

    def open(self) -> AssetStore:
        return LocalStore(self.root)

    def in_child(self) -> str:
        return (
            "import pathlib\nfrom media_factory.store.local import LocalStore\n"
            f"store = LocalStore(pathlib.Path({str(self.root)!r}))"
        )

    def stored(self, asset: Asset) -> bytes | None:
        path = LocalStore(self.root).path_of(asset)
        return path.read_bytes() if path.exists() else None

    def alter(self, asset: Asset, data: bytes | None) -> None:
        path = LocalStore(self.root).path_of(asset)
        path.unlink()
        if data is not None:
            path.write_bytes(data)

    def unfinished(self) -> list[str]:
        return [path.name for path in (self.root / "incoming").iterdir()]


class BucketConformance(StoreConformance):
    """A store in a bucket of a server that the subclass names."""

    @contextmanager
    def bucket_at(self, server: Server, tmp_path: Path) -> Iterator[None]:
        """Make an empty bucket for the block, which is a test."""
        self.server, self.bucket, self.tmp_path = server, server.new_bucket(), tmp_path
        self.opened: list[S3Store] = []
        yield
        for store in self.opened:
            store.close()

    def open(self) -> AssetStore:
        store = S3Store(self.settings(f"cache-{len(self.opened)}"))
        self.opened.append(store)
        return store

    def settings(self, cache: str) -> Any:
        return self.server.settings(self.bucket, self.tmp_path / cache, outlast_s=20)

    def in_child(self) -> str:
        settings = self.settings("cache-child").model_dump(mode="json")
        settings |= {"access_key_id": self.server.access_key_id, "secret_access_key": self.server.secret_access_key}
        return (
            "from media_factory.store.s3.settings import S3Settings\n"
            "from media_factory.store.s3.store import S3Store\n"
            f"store = S3Store(S3Settings(**{settings!r}))"
        )

    def key(self, asset: Asset) -> str:
        return f"factory/assets/sha256/{asset.hex[:2]}/{asset.hex}"

    def stored(self, asset: Asset) -> bytes | None:
        try:
            return bytes(self.server.client().get_object(Bucket=self.bucket, Key=self.key(asset))["Body"].read())
        except ClientError as problem:
            assert problem.response["Error"]["Code"] == "NoSuchKey"
            return None

    def alter(self, asset: Asset, data: bytes | None) -> None:
        client = self.server.client()
        if data is None:
            client.delete_object(Bucket=self.bucket, Key=self.key(asset))
            return
        client.put_object(Bucket=self.bucket, Key=self.key(asset), Body=data, Metadata={"sha256": asset.hex})

    def unfinished(self) -> list[str]:
        client = self.server.client()
        uploads = client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])
        probes = client.list_objects_v2(Bucket=self.bucket, Prefix="factory/probe/").get("Contents", [])
        return [upload["Key"] for upload in uploads] + [probe["Key"] for probe in probes]


class TestBucketInMemory(BucketConformance):
    @pytest.fixture(autouse=True)
    def _bucket(self, moto: Server, tmp_path: Path) -> Iterator[None]:
        with self.bucket_at(moto, tmp_path):
            yield


@pytest.mark.slow
class TestBucketOnARealServer(BucketConformance):
    @pytest.fixture(autouse=True)
    def _bucket(self, ceph: Server, tmp_path: Path) -> Iterator[None]:
        with self.bucket_at(ceph, tmp_path):
            yield
