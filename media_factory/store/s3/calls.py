"""Calls to a bucket: made by boto3 with its own retries off, tried again by us until an outage has passed."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Collection
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.handlers import add_expect_header, convert_body_to_file_like_object
from pydantic import SecretStr

from media_factory.errors import StoreError
from media_factory.store.s3.faults import Fault, fault_of
from media_factory.store.s3.settings import S3Settings

T = TypeVar("T")
# Given as a whole, since boto3 puts its own together anew for every call, which takes as long as hashing 200 kB.
_USER_AGENT = f"media-factory boto3/{boto3.__version__}"
_WAIT_FIRST_S, _WAIT_MOST_S = 0.2, 5.0


class S3Calls:
    """A client of one bucket, made at the first call; safe for any number of threads."""

    def __init__(self, settings: S3Settings) -> None:
        self.settings = settings
        self._client: Any = None
        self._making = threading.Lock()

    @property
    def client(self) -> Any:
        """The boto3 client."""
        with self._making:
            if self._client is None:
                self._client = _client_of(self.settings)
            return self._client

    def call(
        self,
        operation: str,
        stop: threading.Event,
        *,
        unless: Collection[int] = (),
        outlast_s: float | None = None,
        **arguments: Any,
    ) -> dict[str, Any] | None:
        """Make a call on the bucket and return the answer.

        Args:
            operation: boto3's name of it, such as "head_object".
            stop: set by whoever no longer wants the answer.
            unless: HTTP statuses that are an answer and no failure: None is returned for them.
            outlast_s: for how long failures that may pass are tried again; None takes the settings' own.
            arguments: boto3's; the bucket is added.

        Raises:
            StoreError: it failed for good, or for longer than `outlast_s`; the message names the cause and the cure.
        """
        make = getattr(self.client, operation)
        return self.patiently(
            lambda: make(Bucket=self.settings.bucket, **arguments), stop, unless=unless, outlast_s=outlast_s
        )

    def patiently(
        self,
        attempt: Callable[[], T],
        stop: threading.Event,
        *,
        unless: Collection[int] = (),
        outlast_s: float | None = None,
    ) -> T | None:
        """Make an attempt again and again while its failures may pass; counted from the first failure on.

        Raises:
            StoreError: as `call` does.
        """
        outlast_s = self.settings.outlast_s if outlast_s is None else outlast_s
        gives_up_at, wait_s = None, _WAIT_FIRST_S
        while True:
            try:
                return attempt()
            except (BotoCoreError, ClientError) as problem:
                fault = fault_of(problem, self.settings.place)
            if fault.status in unless and fault.code != "NoSuchBucket":
                return None
            now = time.monotonic()
            gives_up_at = gives_up_at or now + outlast_s
            self._wait(fault, min(wait_s, gives_up_at - now), stop)
            wait_s = min(_WAIT_MOST_S, wait_s * 2)

    def close(self) -> None:
        """Give back the connections."""
        with self._making:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _wait(self, fault: Fault, wait_s: float, stop: threading.Event) -> None:
        if not fault.passing or wait_s <= 0:
            raise fault.error
        if stop.wait(wait_s * random.uniform(0.75, 1.0)):  # noqa: S311 - jitter, not secrecy
            raise StoreError(f"{self.settings.place}: nobody waits for this call any more")


def _client_of(settings: S3Settings) -> Any:
    client = boto3.session.Session().client(
        "s3",
        region_name=settings.region or settings.kind.region,
        endpoint_url=settings.endpoint,
        aws_access_key_id=_shown(settings.access_key_id),
        aws_secret_access_key=_shown(settings.secret_access_key),
        aws_session_token=_shown(settings.session_token),
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": settings.addressing or settings.kind.addressing},
            # Retries of a library under ours would multiply.
            retries={"total_max_attempts": 1, "mode": "standard"},
            connect_timeout=settings.connect_timeout_s,
            read_timeout=settings.read_timeout_s,
            max_pool_connections=settings.calls_at_once + settings.parts_at_once,
            tcp_keepalive=True,
            user_agent=_USER_AGENT,
            parameter_validation=False,  # of what our own code passes: a tenth of a small call's time
            request_checksum_calculation=settings.checksums or settings.kind.checksums,
            response_checksum_validation=settings.checksums or settings.kind.checksums,
        ),
    )
    # boto3 makes files of all bytes, and for files it asks first whether it may send them ("Expect: 100-continue"):
    # a round trip more for every put, and many small writes in the place of one.
    client.meta.events.unregister("before-call.s3", add_expect_header)
    for operation in ("PutObject", "UploadPart"):
        client.meta.events.unregister(f"before-parameter-build.s3.{operation}", convert_body_to_file_like_object)
    return client


def _shown(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


__all__ = ["S3Calls"]
