"""The inventory of a store in a bucket.

Records lie below `records/`, tombstones below `tombstones/`. A bucket has no locks, so two things are less strict than
in a folder: a tombstone bars the way in other processes within a minute, and a `put` that finds old bytes in the very
moment in which a collection removes them may lose them (they are then noticed as lost, and made again).
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from media_factory.errors import StoreError
from media_factory.records import sealed, unsealed
from media_factory.store.cache import ReadCache
from media_factory.store.inventory import Holding, Inventory, Tombstone
from media_factory.store.s3.calls import S3Calls
from media_factory.store.s3.content import content_md5
from media_factory.store.s3.uploading import object_arguments

_GONE = 404
_HEX = re.compile(r"[0-9a-f]{64}")
_RECORD = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_BURIED_FOR_S = 60.0
_OLD_S = 900.0  # well below the shortest grace period of a collection, an hour
_CHUNK_BYTES = 1 << 20
_JSON = "application/json"


class BucketInventory(Inventory):
    """The inventory of the store in a bucket.

    Args:
        calls: the bucket.
        cache: copies on this machine, which go with what they are copies of.
    """

    def __init__(self, calls: S3Calls, cache: ReadCache) -> None:
        self._calls = calls
        self._cache = cache
        self._key = calls.settings.key
        self._looking = threading.Lock()
        self._buried: tuple[float, frozenset[str]] = (float("-inf"), frozenset())

    def refuse_buried(self, hexdigits: str, stop: threading.Event) -> None:
        """Refuse what was taken down, as it was known at most a minute ago.

        Raises:
            StoreError: it was.
        """
        if self._is_buried(hexdigits, stop) and (buried := self.tombstone(f"sha256:{hexdigits}")):
            raise buried.refusal()

    def renew(self, hexdigits: str) -> bool:
        """Make an asset that was put again young, unless it is; return whether it is there."""
        found = self.find(f"sha256:{hexdigits}")
        if found and time.time() - found.kept_at > _OLD_S:
            return self.touch(found.digest)
        return found is not None

    def _is_buried(self, hexdigits: str, stop: threading.Event) -> bool:
        with self._looking:
            if time.monotonic() - self._buried[0] > _BURIED_FOR_S:
                found = (name.rpartition("/")[2][:64] for name, _ in self._listed("tombstones/", stop))
                self._buried = time.monotonic(), frozenset(found)
            return hexdigits in self._buried[1]

    def holdings(self) -> Iterator[Holding]:
        """List the bucket; see `Inventory.holdings`."""
        for name, entry in self._listed("assets/sha256/"):
            hexdigits = name.rpartition("/")[2]
            if _HEX.fullmatch(hexdigits):
                yield _holding(hexdigits, entry["Size"], entry["LastModified"])

    def find(self, digest: str) -> Holding | None:
        """Ask for the object's head; see `Inventory.find`."""
        head = self._call("head_object", unless={_GONE}, Key=self._asset(digest))
        return _holding(_hex(digest), head["ContentLength"], head["LastModified"]) if head else None

    def touch(self, digest: str) -> bool:
        """Copy the object onto itself, which is how a bucket makes it new; see `Inventory.touch`."""
        key = self._asset(digest)
        head = self._call("head_object", unless={_GONE}, Key=key)
        if head is None:
            return False
        # A copy onto itself is refused unless it says what the object is anew.
        said = object_arguments(self._calls.settings, head.get("ContentType", "application/octet-stream"), _hex(digest))
        source = {"Bucket": self._calls.settings.bucket, "Key": key}
        copied = self._call(
            "copy_object", unless={_GONE}, Key=key, CopySource=source, MetadataDirective="REPLACE", **said
        )
        return copied is not None

    def remove(self, digest: str, unless_kept_since: float | None = None) -> int:
        """Look once more, then delete; see `Inventory.remove`."""
        found = self.find(digest)
        if found is None or (unless_kept_since is not None and found.kept_at > unless_kept_since):
            return 0
        self._call("delete_object", Key=self._asset(digest))
        self._cache.path_of(_hex(digest)).unlink(missing_ok=True)
        return found.size_bytes

    def recover(self, digest: str) -> bool:
        """Look through the quarantine; see `Inventory.recover`."""
        settings, hexdigits = self._calls.settings, _hex(digest)
        for name, _ in list(self._listed(f"quarantine/{hexdigits}.")):
            key = self._key(name)
            if self._sha256_of(key) == hexdigits:
                said = object_arguments(settings, "application/octet-stream", hexdigits)
                source = {"Bucket": settings.bucket, "Key": key}
                self._call(
                    "copy_object",
                    Key=self._asset(digest),
                    CopySource=source,
                    MetadataDirective="REPLACE",
                    **said,
                )
                self._call("delete_object", Key=key)
                return True
        return False

    def bury(self, tombstone: Tombstone) -> int:
        """Put the tombstone, then delete; see `Inventory.bury`."""
        hexdigits = _hex(tombstone.digest)
        self._put(f"tombstones/{hexdigits}.json", sealed(tombstone))
        self._buried = (float("-inf"), frozenset())
        freed = self.remove(tombstone.digest)
        for name, entry in list(self._listed(f"quarantine/{hexdigits}.")):
            self._call("delete_object", Key=self._key(name))
            freed += entry["Size"]
        return freed

    def tombstone(self, digest: str) -> Tombstone | None:
        """Get the tombstone's object; see `Inventory.tombstone`."""
        data = self._get(f"tombstones/{_hex(digest)}.json")
        if data is None:
            return None
        # One that was damaged still bars the way: only `lift` opens it.
        return unsealed(data, Tombstone) or Tombstone(
            digest=f"sha256:{_hex(digest)}", who="somebody", why="the tombstone can't be read", at="at an unknown time"
        )

    def lift(self, digest: str) -> bool:
        """Delete the tombstone; see `Inventory.lift`."""
        there = self.tombstone(digest) is not None
        self._call("delete_object", Key=self._key(f"tombstones/{_hex(digest)}.json"))
        self._buried = (float("-inf"), frozenset())
        return there

    def write_record(self, name: str, data: bytes) -> None:
        """Put the record's object; see `Inventory.write_record`."""
        self._put(_record(name), data)

    def read_record(self, name: str) -> bytes | None:
        """Get the record's object; see `Inventory.read_record`."""
        return self._get(_record(name))

    def record_names(self, folder: str) -> Iterator[str]:
        """List the bucket; see `Inventory.record_names`."""
        for name, _ in self._listed(f"{_record(folder)}/"):
            yield name.removeprefix("records/")

    def remove_record(self, name: str) -> None:
        """Delete the record's object; see `Inventory.remove_record`."""
        self._call("delete_object", Key=self._key(_record(name)))

    def _asset(self, digest: str) -> str:
        hexdigits = _hex(digest)
        return self._key("assets", "sha256", hexdigits[:2], hexdigits)

    def _call(self, operation: str, stop: threading.Event | None = None, **arguments: Any) -> dict[str, Any] | None:
        return self._calls.call(operation, stop or threading.Event(), **arguments)

    def _put(self, name: str, data: bytes) -> None:
        said = object_arguments(self._calls.settings, _JSON, hashlib.sha256(data).hexdigest())
        said["CacheControl"] = "no-cache"
        said.pop("ACL", None)  # assets may be for everybody; what is known of them is not
        checked: dict[str, Any] = {"ContentMD5": content_md5(data)} if self._calls.settings.needs_md5 else {}
        self._call("put_object", Key=self._key(name), Body=data, **said, **checked)

    def _get(self, name: str) -> bytes | None:
        def read() -> bytes:
            answer = self._calls.client.get_object(Bucket=self._calls.settings.bucket, Key=self._key(name))
            with answer["Body"] as body:
                return bytes(body.read())

        return self._calls.patiently(read, threading.Event(), unless={_GONE})

    def _sha256_of(self, key: str) -> str | None:
        def read() -> str:
            answer, digest = (
                self._calls.client.get_object(Bucket=self._calls.settings.bucket, Key=key),
                hashlib.sha256(),
            )
            with answer["Body"] as body:
                while chunk := body.read(_CHUNK_BYTES):
                    digest.update(chunk)
            return digest.hexdigest()

        return self._calls.patiently(read, threading.Event(), unless={_GONE})

    def _listed(self, beginning: str, stop: threading.Event | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield names below the store's prefix that begin so, with what the listing says of them."""
        root, page = self._key(""), dict[str, Any]()
        while True:
            more: dict[str, Any] = {"ContinuationToken": page["NextContinuationToken"]} if page else {}
            page = self._call("list_objects_v2", stop, Prefix=self._key(beginning), **more) or {}
            for entry in page.get("Contents", []):
                yield entry["Key"].removeprefix(root), entry
            if not page.get("IsTruncated"):
                return


def _holding(hexdigits: str, size: int, modified: datetime) -> Holding:
    return Holding(digest=f"sha256:{hexdigits}", size_bytes=size, kept_at=modified.timestamp())


def _hex(digest: str) -> str:
    hexdigits = digest.removeprefix("sha256:")
    if not _HEX.fullmatch(hexdigits):
        raise StoreError(f"{digest!r} is no sha256 digest")
    return hexdigits


def _record(name: str) -> str:
    if not _RECORD.fullmatch(name):
        raise StoreError(f"{name!r} can't be the name of a record")
    return f"records/{name}"


__all__ = ["BucketInventory"]
