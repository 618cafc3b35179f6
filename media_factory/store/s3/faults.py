"""What a bucket's server said, in our words: may it pass, what is the cause, what is the cure.

Messages are ours throughout: those of servers and libraries may carry keys, logins and signed URLs.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    SSLError,
)
from botocore.exceptions import ConnectionError as NoConnection
from botocore.parsers import ResponseParserError

from media_factory.errors import StoreError

_PASSING_STATUS = frozenset({408, 409, 429, 500, 502, 503, 504})
_PASSING_CODES = frozenset(
    {
        "BadDigest",  # what arrived isn't what was sent
        "ConditionalRequestConflict",
        "IncompleteBody",
        "InternalError",
        "OperationAborted",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottlingException",
        "TooManyRequests",
        "XAmzContentSHA256Mismatch",
    }
)
_CURES = {
    "AccessDenied": "the keys may not do this; allow GetObject, PutObject, DeleteObject and ListBucket there",
    "AllAccessDisabled": "the provider has closed this bucket; ask them",
    "BadDigest": "what arrived is not what was sent; if a file was put, something changes it meanwhile",
    "EntityTooLarge": "the server takes no object of this size; raise its limit",
    "ExpiredToken": "the session token has expired; get a new one",
    "InvalidAccessKeyId": "the server doesn't know the access key; check the key and the endpoint",
    "InvalidToken": "the session token is wrong; get a new one, or leave it out",
    "NoSuchBucket": "the bucket doesn't exist; create it, or correct its name or region",
    "PermanentRedirect": "the bucket is in another region; correct the region",
    "QuotaExceeded": "the server's quota is used up; raise it, or make room",
    "RequestTimeTooSkewed": "this machine's clock is wrong; set it",
    "SignatureDoesNotMatch": "the secret key is wrong, or the region is; check both",
}
_BY_STATUS = {
    301: "PermanentRedirect",
    401: "InvalidAccessKeyId",
    403: "AccessDenied",
    413: "EntityTooLarge",
    507: "QuotaExceeded",
}
_NO_KEYS = (
    "no access keys were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or put them into the storage block"
)


@dataclass(frozen=True)
class Fault:
    """Why a call failed, and whether the same call may work by and by."""

    error: StoreError
    passing: bool
    status: int = 0
    code: str = ""


def fault_of(problem: BotoCoreError | ClientError, place: str) -> Fault:
    """Return what an exception of boto3 means.

    Args:
        problem: what boto3 raised.
        place: the bucket, as messages name it.
    """
    if isinstance(problem, ClientError):
        return _fault_of_answer(problem, place)
    if isinstance(problem, NoCredentialsError | PartialCredentialsError):
        return Fault(StoreError(f"{place}: {_NO_KEYS}"), passing=False)
    if isinstance(problem, SSLError) and _is_distrust(problem):
        return Fault(
            StoreError(f"{place}: its TLS certificate isn't trusted; check the endpoint's name"), passing=False
        )
    if isinstance(problem, NoConnection | HTTPClientError | IncompleteReadError | ResponseParserError):
        name = type(problem).__name__
        return Fault(StoreError(f"{place} is out of reach ({name}); check the endpoint and the network"), passing=True)
    return Fault(StoreError(f"{place}: boto3 can't make this call ({type(problem).__name__})"), passing=False)


def _fault_of_answer(problem: ClientError, place: str) -> Fault:
    status = int(problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
    code = str(problem.response.get("Error", {}).get("Code") or "")
    named = code if code in _CURES else _BY_STATUS.get(status, code)
    passing = code in _PASSING_CODES or (status in _PASSING_STATUS and code not in _CURES)
    shown = code if code.isalnum() and len(code) <= 64 else "no code"
    cure = _CURES.get(named, "the server is busy or down; try again later" if passing else "see the server's own log")
    return Fault(StoreError(f"{place} answered {status} {shown}: {cure}"), passing, status, code)


def _is_distrust(problem: BaseException) -> bool:
    """Return whether a certificate was refused, which no retry mends, rather than a connection cut."""
    seen: BaseException | None = problem
    for _ in range(8):
        if seen is None:
            return False
        if isinstance(seen, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


__all__ = ["Fault", "fault_of"]
