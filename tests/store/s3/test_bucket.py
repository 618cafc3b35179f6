"""Making a bucket ready, and saying what its server doesn't do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from media_factory.errors import StoreError
from media_factory.store.s3.bucket import RULE_ID
from media_factory.store.s3.store import S3Store
from tests.store.s3.conftest import OpenStore
from tests.store.servers import Server

THEIRS = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 9}}


def rules(client: Any, bucket: str) -> dict[str, Any]:
    return {rule["ID"]: rule for rule in client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}


async def test_a_bucket_gets_a_rule_for_abandoned_uploads_and_keeps_its_own(open_store: OpenStore) -> None:
    store = open_store()
    client, bucket = store.calls.client, store.settings.bucket
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [THEIRS]})
    for days in (2, 2, 5):
        report = await store.prepare(days)
        assert (report.conditional_put, report.lifecycle_rule, report.notes) == (True, True, ())
        found = rules(client, bucket)
        assert set(found) == {"theirs", RULE_ID}
        assert found["theirs"]["Expiration"] == {"Days": 9}
        assert found[RULE_ID]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": days}
        assert found[RULE_ID]["Filter"]["Prefix"] == "factory/"


async def test_uploads_that_were_abandoned_long_ago_are_removed_and_others_left(open_store: OpenStore) -> None:
    store = open_store()
    client, bucket = store.calls.client, store.settings.bucket
    for key in ("factory/assets/sha256/ab/abandoned", "elsewhere/of-others"):
        client.create_multipart_upload(Bucket=bucket, Key=key)
    # All of moto's uploads began in 2010.
    assert (await store.prepare()).aborted_uploads == 1
    left = client.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert [upload["Key"] for upload in left] == ["elsewhere/of-others"]


async def test_what_the_server_doesn_t_do_is_reported(open_store: OpenStore, moto: Server) -> None:
    store = open_store(conditional_put=False, preset="supabase", account="abc", region="eu-central-1")
    report = await store.prepare()
    assert (report.conditional_put, report.lifecycle_rule) == (False, False)
    assert ["If-None-Match" in report.notes[0], "no lifecycle rule" in report.notes[1]] == [True, True]


async def test_a_bucket_that_isn_t_there_can_t_be_made_ready(open_store: OpenStore) -> None:
    with pytest.raises(StoreError, match="create it"):
        await open_store(bucket="not-there-at-all").prepare()


async def test_a_real_server_takes_the_rule_and_keeps_an_upload_that_is_under_way(ceph: Server, tmp_path: Path) -> None:
    store = S3Store(ceph.settings(ceph.new_bucket(), tmp_path))
    ceph.client().create_multipart_upload(Bucket=store.settings.bucket, Key="factory/under-way")
    report = await store.prepare()
    assert report.aborted_uploads == 0
    assert (report.conditional_put, report.lifecycle_rule, report.notes) == (True, True, ())
    assert RULE_ID in rules(ceph.client(), store.settings.bucket)
    store.close()
