"""URLs of what is in a bucket: signed ones that expire, and public ones."""

from __future__ import annotations

import unicodedata
from typing import Any
from urllib.parse import quote

from botocore.exceptions import BotoCoreError

from media_factory.errors import InputError, StoreError
from media_factory.store.s3.calls import S3Calls
from media_factory.store.s3.faults import fault_of

# The longest that signatures of version 4 may last.
MOST_EXPIRES_S = 7 * 24 * 3600


def signed_url(
    calls: S3Calls, key: str, expires_s: int, filename: str | None = None, media_type: str | None = None
) -> str:
    """Return a URL by which anybody can read an object for a while. It is a secret: don't log it.

    Args:
        calls: the bucket.
        key: the object's.
        expires_s: seconds from now, up to a week; shorter where the keys themselves expire.
        filename: what a browser saves it as; without one, browsers show it.
        media_type: what the server calls it; None leaves what was put.

    Raises:
        InputError: `expires_s` is out of range.
        StoreError: there are no keys to sign with.
    """
    if not 1 <= expires_s <= MOST_EXPIRES_S:
        raise InputError(f"expires_s: {expires_s} can't be used; S3 signs for 1 to {MOST_EXPIRES_S} seconds")
    wanted: dict[str, Any] = {"Bucket": calls.settings.bucket, "Key": key}
    if filename:
        wanted["ResponseContentDisposition"] = disposition(filename)
    if media_type:
        wanted["ResponseContentType"] = media_type
    try:
        return str(calls.client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=expires_s))
    except BotoCoreError as problem:
        raise fault_of(problem, calls.settings.place).error from None


def public_url(calls: S3Calls, key: str) -> str:
    """Return the URL of an object for readers without keys; whether they may read it is up to ACL and policy.

    Raises:
        StoreError: nobody knows what such URLs begin with here.
    """
    base = calls.settings.public_base
    if base is None:
        raise StoreError(f"{calls.settings.place}: no public URL is known; set public_base_url (and the region)")
    return f"{base}/{quote(key)}"


def disposition(filename: str) -> str:
    """Return the Content-Disposition that saves a file under a name, in ASCII and in full (RFC 6266)."""
    name = "".join("_" if unicodedata.category(c)[0] == "C" or c in '/\\"' else c for c in filename)[:200]
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


__all__ = ["MOST_EXPIRES_S", "disposition", "public_url", "signed_url"]
