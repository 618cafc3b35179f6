"""Publishing into a bucket: copied by the server, with headers that browsers and CDNs heed."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from boto3.s3.transfer import TransferConfig

from media_factory.errors import InputError, StoreError
from media_factory.publishing.bucket import BucketTarget
from media_factory.publishing.opening import beside_store, bucket_target
from media_factory.publishing.target import Headers
from media_factory.store.local import LocalStore
from media_factory.store.probing import probe_store
from media_factory.store.s3.settings import S3Settings
from media_factory.store.s3.store import S3Store
from tests.store.servers import Server, moto_server

HEADERS = Headers(
    content_type="text/vtt; charset=utf-8",
    cache_control="no-cache",
    disposition='inline; filename="x.vtt"',
    metadata={"sha256": "abc", "role": "captions"},
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with moto_server() as server:
        yield server


@pytest.fixture
def settings(server: Server, tmp_path: Path) -> S3Settings:
    return server.settings(server.new_bucket(), tmp_path / "cache", outlast_s=2)


async def test_the_server_copies_what_its_store_has(
    server: Server, settings: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, target = S3Store(settings), beside_store(S3Store(settings), "public-read")
    assert isinstance(target, BucketTarget)
    asset = await store.put(b"WEBVTT\n", "text/vtt")

    async def never(*_: object) -> None:
        raise AssertionError("its bytes must not travel")

    monkeypatch.setattr(BucketTarget, "put", never)
    await target.copy(asset, store, "news/x/captions.vtt", HEADERS)
    found = server.client().get_object(Bucket=settings.bucket, Key="factory/published/news/x/captions.vtt")
    assert found["Body"].read() == b"WEBVTT\n"
    assert found["ContentType"] == HEADERS.content_type
    assert found["CacheControl"] == "no-cache"
    assert found["ContentDisposition"] == HEADERS.disposition
    assert found["Metadata"] == {"sha256": "abc", "role": "captions"}
    grants = server.client().get_object_acl(Bucket=settings.bucket, Key="factory/published/news/x/captions.vtt")[
        "Grants"
    ]
    assert any(grant["Permission"] == "READ" and "AllUsers" in grant["Grantee"].get("URI", "") for grant in grants)
    # The asset itself is as private as it was.
    grants = server.client().get_object_acl(Bucket=settings.bucket, Key=store.key_of(asset))["Grants"]
    assert not any("AllUsers" in grant["Grantee"].get("URI", "") for grant in grants)
    store.close()
    target.close()


async def test_what_another_store_has_is_uploaded(server: Server, settings: S3Settings, tmp_path: Path) -> None:
    store, target = LocalStore(tmp_path / "store"), BucketTarget(settings)
    asset = await store.put(b"x" * 20_000_000, "application/octet-stream")
    await target.copy(asset, store, "big.bin", HEADERS)
    assert await target.size_of("big.bin") == 20_000_000
    await target.put(b"small", "small.txt", HEADERS)
    assert await target.read("small.txt") == b"small"
    assert await target.read("nothing.txt") is None
    assert await target.size_of("nothing.txt") is None
    assert await target.keys_below("") == ("big.bin", "small.txt")
    await target.put(b"other", "a/b.txt", HEADERS)
    assert await target.keys_below("a") == ("a/b.txt",)
    await target.delete(["big.bin", "nothing.txt", "a/b.txt"])
    assert await target.keys_below("") == ("small.txt",)
    target.close()


async def test_keys_at_rest_are_encrypted_as_the_settings_say(server: Server, settings: S3Settings) -> None:
    target = BucketTarget(settings.model_copy(update={"encryption": "aws:kms", "kms_key_id": "alias/media"}))
    await target.put(b"x", "x.txt", HEADERS)
    head = server.client().head_object(Bucket=settings.bucket, Key="factory/x.txt")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/media")
    target.close()


async def test_signed_urls_open_and_public_ones_follow_the_settings(settings: S3Settings) -> None:
    target = BucketTarget(settings)
    await target.put(b"content", "x.txt", HEADERS)
    with urllib.request.urlopen(await target.url_of("x.txt", "signed", 60), timeout=10) as answer:
        assert answer.read() == b"content"
        assert answer.headers["Content-Type"] == HEADERS.content_type
    assert await target.url_of("x.txt", "public", 60) == f"{settings.endpoint}/{settings.bucket}/factory/x.txt"
    with pytest.raises(InputError, match="no CDN that is known"):
        await target.url_of("x.txt", "cdn", 60)
    spaces = S3Settings(preset="digitalocean-spaces", bucket="media", region="fra1", prefix="p")
    urls = [await BucketTarget(spaces).url_of("x.txt", kind, 60) for kind in ("public", "cdn")]
    assert urls == [
        "https://media.fra1.digitaloceanspaces.com/p/x.txt",
        "https://media.fra1.cdn.digitaloceanspaces.com/p/x.txt",
    ]
    with pytest.raises(InputError, match="no public address"):
        await BucketTarget(S3Settings(preset="r2", account="a", bucket="media")).url_of("x.txt", "public", 60)
    target.close()


@pytest.mark.parametrize("prefix", ["", "factory", "factory/assets", "factory/assets/sha256/ab", "factory/quarantine"])
def test_a_place_from_which_keys_could_name_the_store_s_own_is_refused(settings: S3Settings, prefix: str) -> None:
    with pytest.raises(InputError, match="the store keeps its assets there"):
        bucket_target(settings.model_copy(update={"prefix": prefix}), S3Store(settings))


@pytest.mark.parametrize("prefix", ["factory/published", "factory/published/a", "public", "factory2"])
def test_a_place_beside_the_store_s_own_is_taken(settings: S3Settings, prefix: str) -> None:
    assert bucket_target(settings.model_copy(update={"prefix": prefix}), S3Store(settings))


async def test_a_bucket_that_is_not_there_is_named(settings: S3Settings) -> None:
    target = BucketTarget(settings.model_copy(update={"bucket": "nobodys-bucket"}))
    with pytest.raises(StoreError, match="nobodys-bucket"):
        await target.put(b"x", "x.txt", HEADERS)


async def test_a_probe_says_whether_a_store_works(server: Server, settings: S3Settings) -> None:
    store = S3Store(settings)
    lack = await probe_store(store)
    assert lack is None or "probe stays" in lack
    with pytest.raises(StoreError, match="nobodys-bucket"):
        await probe_store(S3Store(settings.model_copy(update={"bucket": "nobodys-bucket"})))
    store.close()


async def test_what_is_too_large_for_one_copy_is_copied_by_the_server_part_by_part(
    server: Server, settings: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = TransferConfig(multipart_threshold=6 << 20, multipart_chunksize=5 << 20)
    monkeypatch.setattr("media_factory.publishing.bucket._COPIES", parts)
    store, target = S3Store(settings), beside_store(S3Store(settings))
    data = bytes(range(256)) * (12 << 12)
    asset = await store.put(data, "text/plain")
    await target.copy(asset, store, "x.txt", HEADERS)
    found = server.client().get_object(Bucket=settings.bucket, Key="factory/published/x.txt")
    assert found["Body"].read() == data
    assert found["ETag"].strip('"').endswith("-3")
    assert (found["CacheControl"], found["Metadata"]) == ("no-cache", HEADERS.metadata)
    store.close()
    target.close()
