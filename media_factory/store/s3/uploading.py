"""Bytes on their way into a bucket: in one piece or in parts, and looked at when they have arrived."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

from media_factory.errors import StoreError
from media_factory.store.s3.calls import S3Calls
from media_factory.store.s3.content import Content, content_md5
from media_factory.store.s3.parts import each_part
from media_factory.store.s3.settings import S3Settings

DIGEST_NAME = "sha256"
# What a key with a digest in it holds never changes.
_CACHE_CONTROL = "public, max-age=31536000, immutable"
_EXISTS = 412
_GONE = 404


def object_arguments(settings: S3Settings, media_type: str, digest: str) -> dict[str, Any]:
    """Return boto3's arguments for a new object: type, digest, access, class and encryption."""
    optional = {
        "ACL": settings.acl,
        "StorageClass": settings.storage_class,
        "ServerSideEncryption": settings.encryption,
        "SSEKMSKeyId": settings.kms_key_id,
    }
    return {
        "ContentType": media_type,
        "CacheControl": _CACHE_CONTROL,
        "Metadata": {DIGEST_NAME: digest},
    } | {name: value for name, value in optional.items() if value}


def is_sound(head: Mapping[str, Any], size: int, digest: str) -> bool:
    """Return whether a HEAD's answer fits: the length, and the digest where the server kept it.

    Some servers write the names of metadata with capitals, and other programs may have copied the object without.
    """
    kept = {name.lower(): value for name, value in head.get("Metadata", {}).items()}
    return int(head["ContentLength"]) == size and kept.get(DIGEST_NAME, digest) == digest


class Uploads:
    """Puts contents into a bucket.

    Args:
        calls: the bucket.
        pool: where parts are sent from.
    """

    def __init__(self, calls: S3Calls, pool: Executor) -> None:
        self._calls = calls
        self._pool = pool
        self._settings = calls.settings
        self._needs_md5 = calls.settings.needs_md5

    def holds(self, key: str, content: Content, stop: threading.Event) -> bool:
        """Return whether the bucket has the content already, as far as a HEAD can tell."""
        head = self._calls.call("head_object", stop, unless={_GONE}, Key=key)
        return head is not None and is_sound(head, content.size, content.hex)

    def put_new(self, key: str, content: Content, media_type: str, stop: threading.Event) -> bool:
        """Put a content in one piece unless the key exists, and return whether it did not.

        Raises:
            StoreError: it can't be put.
        """
        return self._put(key, content, media_type, stop, IfNoneMatch="*")

    def put(self, key: str, content: Content, media_type: str, stop: threading.Event) -> None:
        """Put a content, in parts if it is large; nothing of it is left if that fails.

        Raises:
            StoreError: it can't be put.
        """
        if content.parts == 1:
            self._put(key, content, media_type, stop)
        else:
            self._put_parts(key, content, media_type, stop)

    def _put(self, key: str, content: Content, media_type: str, stop: threading.Event, **condition: str) -> bool:
        data = content.part(0)
        arguments = object_arguments(self._settings, media_type, content.hex) | self._checked(data) | condition
        unless = {_EXISTS} if condition else set()
        return self._calls.call("put_object", stop, unless=unless, Key=key, Body=data, **arguments) is not None

    def _checked(self, data: bytes | bytearray) -> dict[str, str]:
        """Return what has the server hold a part against, unless the signature or boto3's own checksum does."""
        return {"ContentMD5": content_md5(data)} if self._needs_md5 else {}

    def _put_parts(self, key: str, content: Content, media_type: str, stop: threading.Event) -> None:
        arguments = object_arguments(self._settings, media_type, content.hex)
        begun = self._calls.call("create_multipart_upload", stop, Key=key, **arguments)
        name = {"Key": key, "UploadId": (begun or {})["UploadId"]}
        try:
            parts = self._send_parts(name, content, stop)
            content.require_unchanged()
            # The answer of a first try may have been lost: then the upload is gone, and the object tells.
            self._calls.call(
                "complete_multipart_upload", stop, unless={_GONE}, MultipartUpload={"Parts": parts}, **name
            )
            self._confirm(key, content, stop)
        except BaseException:
            self._abort(name)
            raise

    def _send_parts(self, name: dict[str, str], content: Content, stop: threading.Event) -> list[dict[str, Any]]:
        def send(halt: threading.Event, index: int) -> str:
            data = content.part(index)
            arguments: dict[str, Any] = {"PartNumber": index + 1, "Body": data, **self._checked(data), **name}
            answer = self._calls.call("upload_part", halt, **arguments)
            return str((answer or {})["ETag"])

        ahead = self._settings.parts_at_once * 2
        with contextlib.closing(each_part(self._pool, send, content.parts, ahead, stop)) as tags:
            return [{"PartNumber": index + 1, "ETag": tag} for index, tag in enumerate(tags)]

    def _confirm(self, key: str, content: Content, stop: threading.Event) -> None:
        if not self.holds(key, content, stop):
            raise StoreError(f"{self._settings.place}: what arrived as {key} is not what was sent; put it again")

    def _abort(self, name: dict[str, str]) -> None:
        """Remove the parts of a failed upload; where that fails too, the bucket's lifecycle rule does it."""
        with contextlib.suppress(StoreError):
            self._calls.call("abort_multipart_upload", threading.Event(), unless={_GONE}, outlast_s=0, **name)


__all__ = ["DIGEST_NAME", "Uploads", "is_sound", "object_arguments"]
