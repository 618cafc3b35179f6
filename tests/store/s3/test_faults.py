"""Whatever goes wrong at a server is said with its cause and its cure, and never with a secret."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError, SSLError

from media_factory.errors import StoreError
from media_factory.store.s3.faults import fault_of
from media_factory.store.s3.store import S3Store
from tests.store.servers import Server, free_port

PLACE = "bucket goals (aws)"


def answered(status: int, code: str) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": "key AKIASECRET is wrong", "AWSAccessKeyId": "AKIASECRET"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "PutObject")


@pytest.mark.parametrize(
    ("status", "code", "cure"),
    [
        (403, "AccessDenied", "the keys may not do this"),
        (403, "InvalidAccessKeyId", "doesn't know the access key"),
        (403, "SignatureDoesNotMatch", "the secret key is wrong"),
        (403, "RequestTimeTooSkewed", "clock is wrong"),
        (400, "ExpiredToken", "get a new one"),
        (404, "NoSuchBucket", "create it"),
        (301, "PermanentRedirect", "another region"),
        (403, "403", "the keys may not do this"),
        (507, "", "quota is used up"),
        (418, "Teapot", "see the server's own log"),
    ],
)
def test_an_answer_that_no_retry_changes_says_what_to_do(status: int, code: str, cure: str) -> None:
    fault = fault_of(answered(status, code), PLACE)
    assert not fault.passing
    assert str(fault.error).startswith(f"{PLACE} answered {status} ")
    assert cure in str(fault.error)
    assert "AKIASECRET" not in str(fault.error)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "InternalError"),
        (502, "502"),
        (503, "SlowDown"),
        (503, "ServiceUnavailable"),
        (429, "TooManyRequests"),
        (409, "ConditionalRequestConflict"),
        (409, "OperationAborted"),
        (400, "RequestTimeout"),
        (400, "IncompleteBody"),
        (400, "BadDigest"),
    ],
)
def test_an_answer_that_may_change_is_asked_for_again(status: int, code: str) -> None:
    assert fault_of(answered(status, code), PLACE).passing


@pytest.mark.parametrize(
    ("problem", "passing", "message"),
    [
        (EndpointConnectionError(endpoint_url="https://key:secret@host"), True, "out of reach"),
        (ReadTimeoutError(endpoint_url="https://key:secret@host"), True, "out of reach"),
        (SSLError(endpoint_url="https://host", error="CERTIFICATE_VERIFY_FAILED"), False, "isn't trusted"),
        (SSLError(endpoint_url="https://host", error="EOF occurred"), True, "out of reach"),
        (NoCredentialsError(), False, "set AWS_ACCESS_KEY_ID"),
    ],
)
def test_no_answer_at_all_is_told_apart(problem: Any, passing: bool, message: str) -> None:
    fault = fault_of(problem, PLACE)
    assert fault.passing is passing
    assert message in str(fault.error)
    assert "secret" not in str(fault.error)


async def test_nothing_of_what_boto3_said_is_left_in_the_error(tmp_path: Path) -> None:
    server = Server("nobody", f"http://login:password-in-url@127.0.0.1:{free_port()}")
    store = S3Store(server.settings("goals", tmp_path, outlast_s=0))
    with pytest.raises(StoreError) as caught:
        await store.put(b"x", "text/plain")
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    for secret in (server.access_key_id, server.secret_access_key, "password-in-url"):
        assert secret not in told
    store.close()


async def test_wrong_keys_and_a_wrong_bucket_are_refused_by_a_real_server(ceph: Server, tmp_path: Path) -> None:
    bucket = ceph.new_bucket()
    refused: tuple[tuple[dict[str, str], str], ...] = (
        ({"secret_access_key": "wrong"}, "SignatureDoesNotMatch: the secret key is wrong"),
        ({"access_key_id": "NOBODY"}, "InvalidAccessKeyId: the server doesn't know the access key"),
        ({"bucket": "not-there-at-all"}, "NoSuchBucket: the bucket doesn't exist; create it"),
    )
    for changes, message in refused:
        store = S3Store(ceph.settings(changes.pop("bucket", bucket), tmp_path, **changes))
        with pytest.raises(StoreError, match=message):
            await store.put(b"x", "text/plain")
        store.close()
