"""What a store in a bucket does beyond the contract of all stores."""

from __future__ import annotations

import asyncio
import os
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from media_factory.assets import Asset
from media_factory.errors import AssetLost, InputError, StoreError
from media_factory.store.s3.settings import MIB
from media_factory.store.s3.store import S3Store
from tests.store.s3.conftest import OpenStore
from tests.store.servers import Server


class Counted:
    """What a store asks its server, by operation."""

    def __init__(self, store: S3Store) -> None:
        self.made: list[str] = []
        store.calls.client.meta.events.register("before-call.s3", self._note)

    def _note(self, model: Any, **_: Any) -> None:
        self.made.append(model.name)

    def take(self) -> list[str]:
        """Return what was asked since the last time, but for the list of what was taken down (once a minute)."""
        made, self.made = self.made, []
        return [name for name in made if name != "ListObjectsV2"]


async def test_a_small_put_is_one_call_and_a_repeated_one_sends_nothing_in_place(open_store: OpenStore) -> None:
    store = open_store()
    await store.put(b"opened", "text/plain")
    counted = Counted(store)
    await store.put(b"bytes", "text/plain")
    assert counted.take() == ["PutObject"]
    await store.put(b"bytes", "text/plain")
    assert set(counted.take()) == {"PutObject", "HeadObject"}


async def test_where_conditions_are_ignored_it_asks_before_it_sends(open_store: OpenStore) -> None:
    store = open_store(conditional_put=False)
    counted = Counted(store)
    await store.put(b"bytes", "text/plain")
    assert counted.take() == ["HeadObject", "PutObject"]
    await store.put(b"bytes", "text/plain")
    assert set(counted.take()) == {"HeadObject"}


async def test_the_server_is_asked_once_whether_it_honours_conditions(open_store: OpenStore, moto: Server) -> None:
    store, other = open_store(), open_store()
    counted, counted_other = Counted(store), Counted(other)
    await store.put(b"one", "text/plain")
    await other.put(b"two", "text/plain")
    assert counted.take().count("DeleteObject") == 2, "the probe is removed"
    assert counted_other.take() == ["PutObject"]
    assert not moto.client().list_objects_v2(Bucket=store.settings.bucket, Prefix="factory/probe").get("Contents")


async def test_what_was_just_put_is_fetched_without_asking_the_server(open_store: OpenStore) -> None:
    store = open_store()
    asset = await store.put(b"bytes", "text/plain")
    counted = Counted(store)
    assert (await store.fetch(asset)).read_bytes() == b"bytes"
    assert counted.take() == []


async def test_twenty_who_fetch_one_asset_download_it_once(open_store: OpenStore) -> None:
    asset = await open_store().put(os.urandom(500_000), "image/png")
    store = open_store()
    counted = Counted(store)
    await asyncio.gather(*(store.fetch(asset) for _ in range(20)))
    assert counted.take() == ["GetObject"]


@pytest.mark.parametrize("size_mib", [2, 20])
async def test_what_is_large_and_there_is_not_sent_again(open_store: OpenStore, tmp_path: Path, size_mib: int) -> None:
    store, path = open_store(), tmp_path / "large"
    path.write_bytes(os.urandom(size_mib * MIB))
    await store.put(path, "video/mp4")
    counted = Counted(store)
    await store.put(path, "video/mp4")
    assert set(counted.take()) == {"HeadObject"}


async def test_objects_carry_type_digest_access_class_and_encryption(open_store: OpenStore, moto: Server) -> None:
    store = open_store(acl="public-read", storage_class="STANDARD_IA", encryption="aws:kms", kms_key_id="alias/mine")
    small = await store.put(b"bytes", "image/png")
    large = await store.put(os.urandom(17 * MIB), "video/mp4")
    for asset in (small, large):
        head = moto.client().head_object(Bucket=store.settings.bucket, Key=store.key_of(asset))
        assert head["ContentType"] == asset.media_type
        assert head["Metadata"] == {"sha256": asset.hex}
        assert head["CacheControl"] == "public, max-age=31536000, immutable"
        assert head["StorageClass"] == "STANDARD_IA"
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/mine")
        with urllib.request.urlopen(store.public_url_for(asset)) as answer:
            assert len(answer.read()) == asset.size_bytes


async def test_parts_get_a_content_md5_only_where_nothing_else_holds_them_against_a_sum(open_store: OpenStore) -> None:
    store = open_store()
    assert not store.settings.needs_md5, "over plain HTTP the signature has their sha256"
    spaces = store.settings.model_copy(update={"preset": "digitalocean-spaces", "region": "fra1", "endpoint_url": None})
    assert spaces.needs_md5
    assert not spaces.model_copy(update={"preset": "aws"}).needs_md5, "boto3 adds a CRC"


async def test_a_file_that_is_changed_while_it_is_put_is_refused(open_store: OpenStore, tmp_path: Path) -> None:
    store, path = open_store(), tmp_path / "growing"
    path.write_bytes(os.urandom(20 * MIB))
    changed = asyncio.Event()

    def change(**_: Any) -> None:
        if not changed.is_set():
            changed.set()
            path.write_bytes(os.urandom(20 * MIB))

    store.calls.client.meta.events.register("before-call.s3.CreateMultipartUpload", change)
    with pytest.raises(StoreError, match="growing was changed while it was put"):
        await store.put(path, "video/mp4")
    assert store.calls.client.list_multipart_uploads(Bucket=store.settings.bucket).get("Uploads", []) == []


async def test_bytes_damaged_on_the_way_condemn_no_sound_object(open_store: OpenStore) -> None:
    asset = await open_store().put(b"sound bytes", "text/plain")
    store, damaged = open_store(), list[int]()
    get = store.calls.client.get_object

    def damage_once(**arguments: Any) -> Any:
        answer = get(**arguments)
        if not damaged:
            damaged.append(1)
            answer["Body"].read()
            answer["Body"] = open_bytes(b"wrong bytes")
        return answer

    store.calls.client.get_object = damage_once
    assert await store.read(asset) == b"sound bytes"
    assert damaged == [1]
    await store.check(asset)


def open_bytes(data: bytes) -> Any:
    import io

    return io.BytesIO(data)


async def test_a_missing_bucket_is_not_taken_for_missing_assets(open_store: OpenStore) -> None:
    store = open_store(bucket="not-there-at-all")
    asset = Asset(digest=f"sha256:{'0' * 64}", media_type="text/plain", size_bytes=1)
    for ask in (store.check, store.fetch, store.read):
        with pytest.raises(StoreError, match="the bucket doesn't exist") as caught:
            await ask(asset)
        assert not isinstance(caught.value, AssetLost)


async def test_a_signed_url_opens_the_asset_and_says_what_it_is(open_store: OpenStore) -> None:
    store = open_store()
    asset = await store.put(b"film", "application/octet-stream")
    url = store.url_for(asset, 60, filename='Der "große" Film\r\n.mp4', media_type="video/mp4")
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"film"
        assert answer.headers["content-type"] == "video/mp4"
        assert answer.headers["content-disposition"] == (
            "attachment; filename=\"Der _groe_ Film__.mp4\"; filename*=UTF-8''Der%20_gro%C3%9Fe_%20Film__.mp4"
        )
    with urllib.request.urlopen(store.url_for(asset)) as answer:
        assert answer.headers["content-disposition"] is None


@pytest.mark.parametrize("expires_s", [0, -1, 7 * 24 * 3600 + 1])
async def test_a_url_can_t_be_signed_for_ever(open_store: OpenStore, expires_s: int) -> None:
    store = open_store()
    asset = Asset(digest=f"sha256:{'0' * 64}", media_type="text/plain", size_bytes=1)
    with pytest.raises(InputError, match="expires_s"):
        store.url_for(asset, expires_s)


async def test_a_signed_url_that_has_expired_is_refused_by_a_real_server(ceph: Server, tmp_path: Path) -> None:
    store = S3Store(ceph.settings(ceph.new_bucket(), tmp_path))
    asset = await store.put(b"film", "video/mp4")
    url = store.url_for(asset, 1)
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"film"
    for _ in range(50):
        await asyncio.sleep(0.1)
        try:
            urllib.request.urlopen(url).close()
        except urllib.error.HTTPError as problem:
            assert problem.code == 403
            break
    else:
        raise AssertionError("it still opens after five seconds")
    store.close()


async def test_no_public_url_is_made_up(open_store: OpenStore) -> None:
    settings = open_store().settings.model_copy(update={"preset": "r2", "account": "abc", "endpoint_url": None})
    asset = Asset(digest=f"sha256:{'0' * 64}", media_type="text/plain", size_bytes=1)
    with pytest.raises(StoreError, match="set public_base_url"):
        S3Store(settings).public_url_for(asset)


async def test_a_large_file_takes_little_memory(moto: Server, tmp_path: Path) -> None:
    from benchmarks.store import stream_figures

    figures = await asyncio.to_thread(stream_figures, moto, tmp_path, 160 * MIB)
    # Parts under way, their copies and the pieces in which they come; the file itself would be 160.
    assert figures["stream_rss_mib"] < 110
