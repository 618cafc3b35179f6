"""What a bucket needs before it is used, and what its server doesn't do."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from media_factory.errors import StoreError
from media_factory.model import Model
from media_factory.store.s3.calls import S3Calls
from media_factory.store.s3.conditions import honours_conditions

RULE_ID = "media-factory-abandoned-uploads"
_NO_SUCH = 404
_NOT_THERE = {400, 403, 405, 501}


class BucketReport(Model):
    """What was found and done; `notes` says what the server doesn't do, and what that means."""

    conditional_put: bool
    lifecycle_rule: bool
    aborted_uploads: int
    notes: tuple[str, ...] = ()


def prepare_bucket(calls: S3Calls, abandoned_after_days: int = 2) -> BucketReport:
    """Make a bucket ready: a lifecycle rule that removes abandoned uploads, and those removed that are there now.

    Rules that the bucket has are kept. What the server doesn't do is reported, not raised.

    Raises:
        StoreError: the bucket can't be used at all.
    """
    stop, notes = threading.Event(), []
    if calls.call("head_bucket", stop, unless={_NO_SUCH}) is None:
        raise StoreError(f"{calls.settings.place} doesn't exist; create it, or correct its name or region")
    conditional = honours_conditions(calls, stop)
    if not conditional:
        notes.append("If-None-Match on a put is ignored: two writers of one asset both send it (the same bytes)")
    rule = calls.settings.kind.takes_lifecycle and _set_rule(calls, abandoned_after_days, stop)
    if not rule:
        notes.append("no lifecycle rule could be set: run this from time to time, which removes abandoned uploads")
    aborted = _abort_older(calls, timedelta(days=abandoned_after_days), stop)
    if aborted is None:
        notes.append("uploads can't be listed: abandoned ones stay until the server removes them")
    return BucketReport(
        conditional_put=conditional, lifecycle_rule=rule, aborted_uploads=aborted or 0, notes=tuple(notes)
    )


def _set_rule(calls: S3Calls, days: int, stop: threading.Event) -> bool:
    wanted = {
        "ID": RULE_ID,
        "Status": "Enabled",
        "Filter": {"Prefix": calls.settings.key("") if calls.settings.prefix else ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": days},
    }
    try:
        found = calls.call("get_bucket_lifecycle_configuration", stop, unless={_NO_SUCH})
        kept: list[dict[str, Any]] = (found or {}).get("Rules", [])
        if wanted in kept:
            return True
        rules = [rule for rule in kept if rule.get("ID") != RULE_ID] + [wanted]
        calls.call("put_bucket_lifecycle_configuration", stop, LifecycleConfiguration={"Rules": rules})
    except StoreError:
        return False  # not known there, or not allowed to us: reported either way
    return True


def _abort_older(calls: S3Calls, age: timedelta, stop: threading.Event) -> int | None:
    latest, aborted = datetime.now(UTC) - age, 0
    page: dict[str, Any] | None = {"IsTruncated": True}
    markers: dict[str, Any] = {}
    while page and page.get("IsTruncated"):
        page = calls.call(
            "list_multipart_uploads", stop, unless={_NO_SUCH, *_NOT_THERE}, Prefix=calls.settings.key(""), **markers
        )
        if page is None:
            return None
        for upload in page.get("Uploads", []):
            if upload["Initiated"] < latest:
                name = {"Key": upload["Key"], "UploadId": upload["UploadId"]}
                calls.call("abort_multipart_upload", stop, unless={_NO_SUCH}, **name)
                aborted += 1
        markers = {"KeyMarker": page.get("NextKeyMarker"), "UploadIdMarker": page.get("NextUploadIdMarker")}
    return aborted


__all__ = ["RULE_ID", "BucketReport", "prepare_bucket"]
