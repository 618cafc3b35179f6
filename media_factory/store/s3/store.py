"""A store in a bucket, with copies of what is used on this machine.

Layout below the prefix: `assets/sha256/<first two hex digits>/<hex>`, `quarantine/` for what was found altered,
`probe/` for a moment. An object appears in a bucket as a whole or not at all.
"""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from media_factory.assets import Asset
from media_factory.errors import AssetLost, StoreError
from media_factory.home import default_home
from media_factory.store.base import AssetStore
from media_factory.store.cache import ReadCache
from media_factory.store.s3.bucket import BucketReport, prepare_bucket
from media_factory.store.s3.calls import S3Calls
from media_factory.store.s3.conditions import honours_conditions
from media_factory.store.s3.content import Content, content_of
from media_factory.store.s3.downloading import Arrival, Downloads
from media_factory.store.s3.inventory import BucketInventory
from media_factory.store.s3.links import public_url, signed_url
from media_factory.store.s3.settings import MIB, S3Settings
from media_factory.store.s3.uploading import Uploads, is_sound

P = ParamSpec("P")
T = TypeVar("T")
_GONE = 404
# Asked twice, so that bytes damaged on the way condemn no sound object.
_TRIES = 2
# What is larger is asked for before it is sent: a refusal comes when all of it has arrived.
_SENT_UNASKED_BYTES = MIB


class S3Store(AssetStore):
    """Keeps assets in a bucket.

    `put` and `check` trust the server's word (length and digest); `fetch` and `read` hash what came.
    """

    def __init__(self, settings: S3Settings) -> None:
        self.settings = settings
        self.calls = S3Calls(settings)
        self.cache = ReadCache(
            (settings.cache_folder or default_home() / "cache" / "assets").expanduser(),
            cap_bytes=settings.cache_mib * MIB,
            keep_s=settings.cache_keep_s,
        )
        # Two pools: calls wait for parts, so parts must never wait behind calls.
        self._threads = ThreadPoolExecutor(settings.calls_at_once, thread_name_prefix="s3-call")
        parts = ThreadPoolExecutor(settings.parts_at_once, thread_name_prefix="s3-part")
        self._parts = parts
        self._uploads = Uploads(self.calls, parts)
        self._downloads = Downloads(self.calls, parts)
        self._bucket_seen = False
        self._inventory = BucketInventory(self.calls, self.cache)

    @property
    def inventory(self) -> BucketInventory:
        """What the bucket holds."""
        return self._inventory

    def key_of(self, asset: Asset) -> str:
        """Return the asset's key in the bucket."""
        return self._key(asset.hex)

    async def put(
        self,
        source: bytes | Path,
        media_type: str,
        *,
        width_px: int | None = None,
        height_px: int | None = None,
        duration_s: float | None = None,
    ) -> Asset:
        """Keep the bytes (or a file's content); see `AssetStore.put`."""
        digest, size = await self._run(self._keep, source, media_type)
        return Asset(
            digest=f"sha256:{digest}",
            media_type=media_type,
            size_bytes=size,
            width_px=width_px,
            height_px=height_px,
            duration_s=duration_s,
        )

    async def check(self, asset: Asset) -> None:
        """Ask the server for the length and the digest that it keeps; see `AssetStore.check`."""
        await self._run(self._check, asset)

    async def fetch(self, asset: Asset) -> Path:
        """Return a checked copy on this machine; see `AssetStore.fetch`.

        It stays for `cache_keep_s` at least. A file that is open stays readable in any case.

        Raises:
            AssetLost: it is missing or altered.
            StoreError: the server can't be asked, or this machine's disk takes no copy.
        """
        return await self._run(self._fetch, asset)

    async def read(self, asset: Asset) -> bytes:
        """Return the asset's bytes; see `AssetStore.read`."""
        if self._downloads.is_large(asset):
            return await super().read(asset)
        return await self._run(self._read, asset)

    def url_for(
        self, asset: Asset, expires_s: int = 3600, *, filename: str | None = None, media_type: str | None = None
    ) -> str:
        """Return a URL by which anybody can read the asset for a while (1 s to 7 days). It is a secret.

        Args:
            asset: what it leads to.
            expires_s: seconds from now.
            filename: what a browser saves it as; without one, browsers show it.
            media_type: what the server calls it; None takes the asset's own.

        Raises:
            InputError: `expires_s` is out of range.
            StoreError: there are no keys to sign with.
        """
        return signed_url(self.calls, self.key_of(asset), expires_s, filename, media_type or asset.media_type)

    def public_url_for(self, asset: Asset) -> str:
        """Return the asset's URL for readers without keys: the CDN's, or the bucket's own.

        Raises:
            StoreError: nobody knows what such URLs begin with here.
        """
        return public_url(self.calls, self.key_of(asset))

    async def prepare(self, abandoned_after_days: int = 2) -> BucketReport:
        """Make the bucket ready and say what its server doesn't do; see `prepare_bucket`."""
        return await self._run(lambda _: prepare_bucket(self.calls, abandoned_after_days))

    def close(self) -> None:
        """Give back threads and connections."""
        for pool in (self._threads, self._parts):
            pool.shutdown(wait=True, cancel_futures=True)
        self.calls.close()

    async def _run(
        self, function: Callable[Concatenate[threading.Event, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function in a thread of ours; if the caller is cancelled, stop it and wait until it has stopped."""
        stop = threading.Event()
        work = asyncio.get_running_loop().run_in_executor(self._threads, lambda: function(stop, *args, **kwargs))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait([work])
            if not work.cancelled():
                work.exception()  # asking keeps asyncio from complaining
            raise

    def _key(self, digest: str) -> str:
        return self.settings.key("assets", "sha256", digest[:2], digest)

    def _keep(self, stop: threading.Event, source: bytes | Path, media_type: str) -> tuple[str, int]:
        try:
            content = content_of(source, self.settings)
        except OSError as problem:
            raise StoreError(f"{source!s:.200} can't be read: {problem.strerror}") from problem
        key = self._key(content.hex)
        self._inventory.refuse_buried(content.hex, stop)
        at_once = content.size <= _SENT_UNASKED_BYTES and honours_conditions(self.calls, stop)
        if at_once and self._uploads.put_new(key, content, media_type, stop):
            found = True
        else:
            found = self._uploads.holds(key, content, stop) and self._inventory.renew(content.hex)
        # What was just made is asked for soon.
        if not found and content.parts > 1:
            self._send_and_copy(key, content, media_type, stop)
        else:
            if not found:
                self._uploads.put(key, content, media_type, stop)
            self.cache.adopt(content.source, content.hex, content.size)
        self._bucket_seen = True
        return content.hex, content.size

    def _send_and_copy(self, key: str, content: Content, media_type: str, stop: threading.Event) -> None:
        """Send a large file, and copy it meanwhile."""
        copying = self._parts.submit(self.cache.adopt, content.source, content.hex, content.size)
        try:
            self._uploads.put(key, content, media_type, stop)
        finally:
            copying.result()  # it reads the source, which its owner may remove when we return

    def _check(self, stop: threading.Event, asset: Asset) -> None:
        key = self.key_of(asset)
        head = self.calls.call("head_object", stop, unless={_GONE}, Key=key)
        if head is None:
            raise self._missing(asset, stop)
        if not is_sound(head, asset.size_bytes, asset.hex):
            self._set_aside(key, head["ETag"], stop)
            raise AssetLost(asset.digest, "altered in the bucket, set aside")

    def _read(self, stop: threading.Event, asset: Asset) -> bytes:
        if kept := self.cache.find(asset.hex):
            try:
                return kept.read_bytes()
            except FileNotFoundError:
                pass  # evicted meanwhile: get it anew
        return self._sound(asset, stop, lambda key: self._downloads.read(key, stop)).data

    def _fetch(self, stop: threading.Event, asset: Asset) -> Path:
        if kept := self.cache.find(asset.hex):
            return kept
        with self.cache.filling(asset.hex, stop):
            # Whoever filled it before us may have been after the same asset.
            if kept := self.cache.find(asset.hex):
                return kept
            return self.cache.fill(asset.hex, asset.size_bytes, lambda target: self._download(asset, target, stop))

    def _download(self, asset: Asset, target: Path, stop: threading.Event) -> None:
        self._sound(asset, stop, lambda key: self._downloads.write(key, asset, target, stop))

    def _sound(self, asset: Asset, stop: threading.Event, get: Callable[[str], Arrival | None]) -> Arrival:
        """Return what comes if it is what the digest says; an object that isn't, twice over, is set aside."""
        key, etag = self.key_of(asset), ""
        for _ in range(_TRIES):
            arrived = get(key)
            if arrived is None:
                raise self._missing(asset, stop)
            if arrived.hex == asset.hex:
                return arrived
            etag = arrived.etag
        self._set_aside(key, etag, stop)
        raise AssetLost(asset.digest, "altered in the bucket, set aside")

    def _missing(self, asset: Asset, stop: threading.Event) -> AssetLost:
        """Return the error for a key that isn't there, once it is sure that the bucket is.

        A wrong bucket would have every asset lost and everything made (and paid for) again.

        Raises:
            StoreError: the bucket itself isn't there.
        """
        if not self._bucket_seen:
            # A HEAD's 404 doesn't say what is missing; a listing's does.
            self.calls.call("list_objects_v2", stop, MaxKeys=1)
        self._bucket_seen = True
        return AssetLost(asset.digest, f"not in {self.settings.place}")

    def _set_aside(self, key: str, etag: str, stop: threading.Event) -> None:
        """Move an altered object to quarantine, unless somebody has put a sound one in its place meanwhile."""
        aside = self.settings.key("quarantine", f"{key.rpartition('/')[2]}.{uuid.uuid4().hex[:8]}")
        source = {"Bucket": self.settings.bucket, "Key": key}
        condition: dict[str, Any] = {"CopySourceIfMatch": etag} if etag else {}
        copied = self.calls.call("copy_object", stop, unless={_GONE, 412}, Key=aside, CopySource=source, **condition)
        if copied is not None:
            self.calls.call("delete_object", stop, Key=key)


__all__ = ["S3Store"]
