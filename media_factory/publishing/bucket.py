"""Publishing into a bucket: copied by the server where it holds the asset already, uploaded otherwise."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from boto3.s3.transfer import TransferConfig

from media_factory.assets import Asset
from media_factory.briefs.object_keys import checked_key
from media_factory.errors import InputError, StoreError
from media_factory.publishing.target import Headers, Target, Urls
from media_factory.store.base import AssetStore
from media_factory.store.s3.calls import S3Calls
from media_factory.store.s3.links import signed_url
from media_factory.store.s3.settings import MIB, S3Settings
from media_factory.store.s3.store import S3Store

T = TypeVar("T")
# CopyObject takes 5 GiB at most (AWS, CopyObject); beyond it boto3 has the server copy part by part.
_COPIES = TransferConfig(multipart_threshold=5 * 1024 * MIB, multipart_chunksize=512 * MIB, max_concurrency=4)
_UPLOADS = TransferConfig(multipart_threshold=16 * MIB, multipart_chunksize=8 * MIB, max_concurrency=4)
_AT_ONCE = 1000
_MISSING = (404,)


class BucketTarget(Target):
    """Keeps objects in a bucket, below the prefix of its settings.

    Args:
        settings: of the bucket.
        acl: canned ACL of what is published, such as public-read; the settings' own if none is given.
    """

    def __init__(self, settings: S3Settings, acl: str | None = None) -> None:
        if acl and not settings.kind.takes_acl:
            raise InputError(f"acl: {settings.preset} has no ACLs; make the bucket itself public or private")
        self.settings = settings
        self._acl = acl or settings.acl
        self._calls = S3Calls(settings)

    @property
    def name(self) -> str:
        """The bucket, its server, and the prefix."""
        return f"{self.settings.place}, below {self.settings.prefix or 'its root'}"

    async def copy(self, asset: Asset, store: AssetStore, key: str, headers: Headers) -> None:
        """Have the server copy an asset, or upload it; see `Target.copy`."""
        if not (isinstance(store, S3Store) and _is_beside(store.settings, self.settings)):
            await self.put(await store.fetch(asset), key, headers)
            return
        await store.check(asset)
        source = {"Bucket": store.settings.bucket, "Key": store.key_of(asset)}
        extra = {"MetadataDirective": "REPLACE", **self._extra(headers)}
        name = self._key(key)
        await self._patiently(
            lambda: self._calls.client.copy(source, self.settings.bucket, name, ExtraArgs=extra, Config=_COPIES)
        )
        await self._check_size(key, asset.size_bytes)

    async def put(self, source: bytes | Path, key: str, headers: Headers) -> None:
        """Upload bytes or a file; see `Target.put`."""
        name, extra = self._key(key), self._extra(headers)
        if isinstance(source, bytes):
            await self._call("put_object", Key=name, Body=source, **extra)
            await self._check_size(key, len(source))
            return
        path, size = str(source), (await asyncio.to_thread(source.stat)).st_size
        await self._patiently(
            lambda: self._calls.client.upload_file(path, self.settings.bucket, name, ExtraArgs=extra, Config=_UPLOADS)
        )
        await self._check_size(key, size)

    async def read(self, key: str) -> bytes | None:
        """Return a small object; see `Target.read`."""
        name = self._key(key)

        def content() -> bytes:
            body: bytes = self._calls.client.get_object(Bucket=self.settings.bucket, Key=name)["Body"].read()
            return body

        return await self._patiently(content)

    async def size_of(self, key: str) -> int | None:
        """Return an object's size; see `Target.size_of`."""
        found = await self._call("head_object", Key=self._key(key))
        return int(found["ContentLength"]) if found else None

    async def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; see `Target.delete`."""
        names = [self._key(key) for key in keys]
        for at in range(0, len(names), _AT_ONCE):
            some = [{"Key": name} for name in names[at : at + _AT_ONCE]]
            answer = await self._call("delete_objects", Delete={"Objects": some, "Quiet": True})
            if answer and (failed := answer.get("Errors")):
                first = failed[0]
                raise StoreError(
                    f"{self.settings.place}: {len(failed)} objects could not be removed, such as {first.get('Key')} "
                    f"({first.get('Code')})"
                )

    async def keys_below(self, prefix: str) -> tuple[str, ...]:
        """Return the keys below a prefix; see `Target.keys_below`."""
        below = self._key(prefix) + "/" if prefix else self.settings.key("")
        root = len(self.settings.key("")) if self.settings.prefix else 0

        def listed() -> list[str]:
            pages = self._calls.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.settings.bucket, Prefix=below
            )
            return [one["Key"][root:] for page in pages for one in page.get("Contents", ())]

        return tuple(sorted(await self._patiently(listed) or ()))

    async def url_of(self, key: str, urls: Urls, expires_s: int) -> str:
        """Return where an object can be opened; see `Target.url_of`."""
        name = self._key(key)
        if urls == "signed":
            return await asyncio.to_thread(signed_url, self._calls, name, expires_s)
        settings = self.settings.model_copy(update={"use_cdn": True}) if urls == "cdn" else self.settings
        if settings.public_base is None:
            raise InputError(f"{self.settings.place} has no public address that is known; set public_base_url")
        if urls == "cdn" and not (settings.public_base_url or settings.kind.cdn_base_url):
            raise InputError(f"{self.settings.place} has no CDN that is known; set public_base_url to its address")
        return f"{settings.public_base}/{name}"

    def close(self) -> None:
        """Give back connections; see `Target.close`."""
        self._calls.close()

    def _key(self, key: str) -> str:
        return self.settings.key(checked_key(key))

    def _extra(self, headers: Headers) -> dict[str, Any]:
        settings = self.settings
        extra = {
            "ContentType": headers.content_type,
            "CacheControl": headers.cache_control,
            "ContentDisposition": headers.disposition,
            "Metadata": headers.metadata,
            "ACL": self._acl,
            "StorageClass": settings.storage_class,
            "ServerSideEncryption": settings.encryption,
            "SSEKMSKeyId": settings.kms_key_id,
        }
        return {name: value for name, value in extra.items() if value}

    async def _check_size(self, key: str, size_bytes: int) -> None:
        found = await self.size_of(key)
        if found != size_bytes:
            raise StoreError(f"{self.settings.place}: {key} has {found} bytes after {size_bytes} were put there")

    async def _call(self, operation: str, **arguments: Any) -> dict[str, Any] | None:
        stop = threading.Event()
        try:
            return await asyncio.to_thread(self._calls.call, operation, stop, unless=_MISSING, **arguments)
        finally:
            stop.set()

    async def _patiently(self, attempt: Callable[[], T]) -> T | None:
        stop = threading.Event()
        try:
            return await asyncio.to_thread(self._calls.patiently, attempt, stop, unless=_MISSING)
        finally:
            stop.set()


def _is_beside(one: S3Settings, other: S3Settings) -> bool:
    """Say whether two buckets are on one server and opened by one key, so that it can copy from one to the other."""
    facts = [(place.preset, place.endpoint, place.region, place.access_key_id) for place in (one, other)]
    return facts[0] == facts[1]


__all__ = ["BucketTarget"]
